package text

// ReviewWords are the words of REVIEW, the apply and its confirmation.
type ReviewWords struct {
	Title      string
	Intro      string
	NoDraft    string
	EditText   string
	LastChange string
	Download   string
	Kept       string
	DraftOf    string

	// Applying.
	ApplyTitle  string
	Apply       string
	ApplyHelp   string
	ApplyNew    string
	Note        string
	NoteLong    string
	Hold        string
	Hold30      string
	Hold60      string
	Hold300     string
	Hold900     string
	Hold0       string
	HoldUnknown string
	Moved       string
	Busy        string
	Same        string
	HasErrors   string
	FileMoved   string
	NotApplied  string

	// Discarding.
	Discard      string
	DiscardTitle string
	DiscardAsk   string
	KeepIt       string
	Discarded    string

	// What differs.
	MeaningTitle string
	TextTitle    string
	NoMeaning    string
	SameMeaning  string
	WholeFile    string
	ObjectColumn string
	WhatColumn   string
	FromColumn   string
	ToColumn     string
	Added        string
	Removed      string
	NotGiven     string
	MoreChanges  string
	NoLines      string
	LineCounts   string
	MoreLines    string
	OpenForm     string
	MoreProblems string

	// pulse's plan.
	PlanTitle     string
	PlanErrors    string
	PlanWaits     string
	PlanAgain     string
	PlanNoPulse   string
	PlanFailed    string
	PlanTimeout   string
	PlanNothing   string
	PlanEnds      string
	PlanEndsNone  string
	PlanServices  string
	PlanServers   string
	PlanAddresses string
	PlanChecks    string
	PlanOthers    string
	PlanCounts    string
	PlanWarnings  string
	PlanForeign   string
	Adds          string
	Removes       string
	Alters        string
	Was           string
	StepEnds      string
	MoreSteps     string

	// Somebody else changed lvs.cf.
	MovedTitle     string
	MovedIntro     string
	MovedBy        string
	MovedGone      string
	MovedKept      string
	TheirsTitle    string
	MergeClean     string
	MergeConflicts string
	MergeRest      string
	MergeFirst     string
	Merge          string
	Merged         string
	MergeAgain     string
	MergeChoose    string
	ConflictAt     string
	TakeMine       string
	TakeTheirs     string
	TakeEdit       string
	EditLabel      string
	BaseTitle      string
	NoLinesHere    string

	// The change under way.
	ChangeTitle     string
	NoChange        string
	ChangeOf        string
	StageWriting    string
	StageReloading  string
	StageWaiting    string
	StageConfirming string
	StageReturning  string
	StageReverting  string
	StageEnding     string
	TimeLeft        string
	Confirm         string
	RollBack        string
	ConfirmHelp     string
	PulseSaid       string
	StepFailed      string
	Overtaken       string
	TroubleSince    string
	NoTroubleSince  string
	EndConfirmed    string
	EndAtOnce       string
	EndUnread       string
	EndUnwritten    string
	EndRolledBack   string
	EndLeft         string
	EndedAt         string
	CauseAsked      string
	CauseLate       string
	CauseRefused    string
	CauseCrash      string
	CauseRole       string
	CauseSilent     string
	WhatChanged     string
	TakeUpAgain     string
	TooLate         string
	Confirmed       string
}

var reviewEnglish = ReviewWords{
	Title:      "REVIEW",
	Intro:      "What your draft would change. Nothing is changed before APPLY.",
	NoDraft:    "You have no draft: lvs.cf is as you see it everywhere. What you change in the forms or the text collects in a draft, and is reviewed here.",
	EditText:   "Edit as text",
	LastChange: "The last change",
	Download:   "Download",
	Kept:       "A copy of your draft as it was at %s is put by.",
	DraftOf:    "Draft, last edited %s",

	ApplyTitle:  "Apply the draft",
	Apply:       "APPLY",
	ApplyHelp:   "APPLY writes lvs.cf, raises serial_no and has pulse read it. Unless somebody confirms in time, or if pulse gets into trouble with it, lvs.cf becomes what it was.",
	ApplyNew:    "There is no lvs.cf yet, so there is nothing to go back to: this needs no confirmation.",
	Note:        "Note for the history (optional)",
	NoteLong:    "The note is too long: %d characters at most.",
	Hold:        "Time to confirm",
	Hold30:      "30 seconds",
	Hold60:      "1 minute",
	Hold300:     "5 minutes",
	Hold900:     "15 minutes",
	Hold0:       "Confirm at once: no way back by itself",
	HoldUnknown: "Choose one of the times to confirm.",
	Moved:       "The draft has changed since this page was made, as in another window. Look at it again, then apply.",
	Busy:        "Another change waits to be confirmed. One at a time: confirm it or roll it back first.",
	Same:        "The draft is what lvs.cf says already: there is nothing to apply.",
	HasErrors:   "The draft has errors. Correct them first: pulse would refuse it.",
	FileMoved:   "lvs.cf has been changed meanwhile. Bring both together first.",
	NotApplied:  "Not applied: %s",

	Discard:      "Discard the draft",
	DiscardTitle: "Discard the draft?",
	DiscardAsk:   "Your draft, last edited %s, will be gone. lvs.cf stays as it is. This is what it would have changed:",
	KeepIt:       "Keep it",
	Discarded:    "The draft is discarded.",

	MeaningTitle: "What it means",
	TextTitle:    "Lines of text",
	NoMeaning:    "One of the two has errors, so only their lines can be compared.",
	SameMeaning:  "Both mean the same: only layout, comments or order differ, if anything.",
	WholeFile:    "global settings",
	ObjectColumn: "Where",
	WhatColumn:   "What",
	FromColumn:   "Before",
	ToColumn:     "After",
	Added:        "added",
	Removed:      "removed",
	NotGiven:     "not given",
	MoreChanges:  "and %d more changes",
	NoLines:      "No line differs.",
	LineCounts:   "%d lines added, %d lines removed",
	MoreLines:    "Only the first %d lines are shown.",
	OpenForm:     "open %s",
	MoreProblems: "and %d more",

	PlanTitle:     "pulse's plan",
	PlanErrors:    "pulse is asked for its plan when the draft has no errors.",
	PlanWaits:     "pulse is working it out.",
	PlanAgain:     "Wait for it",
	PlanNoPulse:   "pulse is not running, so there is no plan. It reads lvs.cf at its start.",
	PlanFailed:    "pulse has no plan for this draft: %s",
	PlanTimeout:   "no answer within %s",
	PlanNothing:   "Nothing changes in the kernel.",
	PlanEnds:      "%s connections under way end, or are left to end.",
	PlanEndsNone:  "No connection under way ends.",
	PlanServices:  "Virtual servers",
	PlanServers:   "Real servers",
	PlanAddresses: "Addresses",
	PlanChecks:    "Checks",
	PlanOthers:    "Everything else",
	PlanCounts:    "%d added, %d removed, %d altered",
	PlanWarnings:  "Warnings",
	PlanForeign:   "Services of others that stay",
	Adds:          "adds",
	Removes:       "removes",
	Alters:        "alters",
	Was:           "(was %s)",
	StepEnds:      "%s connections end",
	MoreSteps:     "and %s more",

	MovedTitle:     "lvs.cf has changed since your draft began",
	MovedIntro:     "Somebody else has changed it.",
	MovedBy:        "It was changed by %s.",
	MovedGone:      "The file is no longer there.",
	MovedKept:      "Nothing is lost: both are below, and a copy of your draft is put by when they are brought together.",
	TheirsTitle:    "What changed in lvs.cf meanwhile",
	MergeClean:     "Your changes and theirs do not touch each other.",
	MergeConflicts: "Places that both changed: %d. Choose for each.",
	MergeRest:      "In the places beyond those: %d",
	MergeFirst:     "Bring your draft and lvs.cf together first, above.",
	Merge:          "BRING TOGETHER",
	Merged:         "Your draft now begins from lvs.cf as it is, with your changes in it.",
	MergeAgain:     "lvs.cf or the draft has changed once more. Look again.",
	MergeChoose:    "Choose whose lines to take.",
	ConflictAt:     "Place %d, line %d of your draft",
	TakeMine:       "Take mine",
	TakeTheirs:     "Take theirs",
	TakeEdit:       "Take this text:",
	EditLabel:      "Text for place %d",
	BaseTitle:      "As it was before both",
	NoLinesHere:    "(no lines)",

	ChangeTitle:     "CHANGE",
	NoChange:        "No change has been applied since the console started. Earlier ones are in the history.",
	ChangeOf:        "Applied by %s at %s",
	StageWriting:    "lvs.cf is being written.",
	StageReloading:  "pulse is reading lvs.cf.",
	StageWaiting:    "In effect, and waiting to be confirmed. Time left:",
	StageConfirming: "It is being confirmed.",
	StageReturning:  "lvs.cf is being written back as it was.",
	StageReverting:  "pulse is reading lvs.cf as it was.",
	StageEnding:     "It is coming to its end.",
	TimeLeft:        "Time left to confirm",
	Confirm:         "CONFIRM",
	RollBack:        "ROLL BACK NOW",
	ConfirmHelp:     "Confirm when all works as it should. If you can no longer reach this page, do nothing: lvs.cf becomes what it was.",
	PulseSaid:       "pulse: %s",
	StepFailed:      "The last step failed: %s",
	Overtaken:       "lvs.cf has been changed by somebody else since. It would not be written back.",
	TroubleSince:    "Trouble that was not there before",
	NoTroubleSince:  "No trouble since.",
	EndConfirmed:    "Confirmed by %s. lvs.cf stays as applied.",
	EndAtOnce:       "Applied. It needed no confirmation.",
	EndUnread:       "lvs.cf is written. pulse is not running and reads it at its start, so there is nothing to confirm.",
	EndUnwritten:    "Not applied: %s. Nothing has changed.",
	EndRolledBack:   "Rolled back: lvs.cf is as it was before.",
	EndLeft:         "Not confirmed, and not rolled back either: lvs.cf was left as it is. Look at it yourself.",
	EndedAt:         "Ended",
	CauseAsked:      "%s rolled it back.",
	CauseLate:       "Nobody confirmed it in time.",
	CauseRefused:    "pulse did not take it: %s",
	CauseCrash:      "The console ended before it was in effect.",
	CauseRole:       "This router served and does no longer: %s",
	CauseSilent:     "pulse has gone: %s",
	WhatChanged:     "What it changed",
	TakeUpAgain:     "TAKE IT INTO A DRAFT AGAIN",
	TooLate:         "It is too late for that: the change has ended, or is about to.",
	Confirmed:       "Confirmed.",
}
