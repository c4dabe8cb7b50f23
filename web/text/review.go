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

var reviewChinese = ReviewWords{
	Title:      "审核变更",
	Intro:      "您的草稿将改变什么。点击“应用”之前不会有任何改动。",
	NoDraft:    "您没有草稿：各页面显示的就是当前的 lvs.cf。您在表单或文本中所做的修改会汇集到草稿中，并在此处审核。",
	EditText:   "以文本编辑",
	LastChange: "上一次变更",
	Download:   "下载",
	Kept:       "已保留您的草稿在 %s 时的副本。",
	DraftOf:    "草稿，最后编辑于 %s",

	ApplyTitle:  "应用草稿",
	Apply:       "应用",
	ApplyHelp:   "“应用”会写入 lvs.cf、增加 serial_no 并让 pulse 读取。如果无人按时确认，或者 pulse 因此出现问题，lvs.cf 将恢复原状。",
	ApplyNew:    "尚无 lvs.cf，因此没有可恢复的内容：无需确认。",
	Note:        "历史备注（可选）",
	NoteLong:    "备注过长：最多 %d 个字符。",
	Hold:        "确认时限",
	Hold30:      "30 秒",
	Hold60:      "1 分钟",
	Hold300:     "5 分钟",
	Hold900:     "15 分钟",
	Hold0:       "立即确认：不会自动恢复",
	HoldUnknown: "请选择一个确认时限。",
	Moved:       "此页面生成后草稿已被修改（例如在另一个窗口中）。请重新查看后再应用。",
	Busy:        "另一项变更正等待确认。一次只能进行一项：请先确认或回滚它。",
	Same:        "草稿与 lvs.cf 现有内容相同：没有可应用的变更。",
	HasErrors:   "草稿有错误。请先改正：否则 pulse 会拒绝它。",
	FileMoved:   "lvs.cf 在此期间已被修改。请先合并双方的修改。",
	NotApplied:  "未应用：%s",

	Discard:      "放弃草稿",
	DiscardTitle: "放弃草稿？",
	DiscardAsk:   "您的草稿（最后编辑于 %s）将被删除，lvs.cf 保持不变。它原本会改变：",
	KeepIt:       "保留",
	Discarded:    "草稿已放弃。",

	MeaningTitle: "含义上的差异",
	TextTitle:    "文本差异",
	NoMeaning:    "其中一份有错误，因此只能逐行比较。",
	SameMeaning:  "两者含义相同：至多只有排版、注释或顺序不同。",
	WholeFile:    "全局设置",
	ObjectColumn: "位置",
	WhatColumn:   "项目",
	FromColumn:   "变更前",
	ToColumn:     "变更后",
	Added:        "新增",
	Removed:      "删除",
	NotGiven:     "未设置",
	MoreChanges:  "以及另外 %d 项变更",
	NoLines:      "没有不同的行。",
	LineCounts:   "新增 %d 行，删除 %d 行",
	MoreLines:    "仅显示前 %d 行。",
	OpenForm:     "打开 %s",
	MoreProblems: "以及另外 %d 项",

	PlanTitle:     "pulse 的执行计划",
	PlanErrors:    "草稿没有错误时才会向 pulse 询问执行计划。",
	PlanWaits:     "pulse 正在计算。",
	PlanAgain:     "等待结果",
	PlanNoPulse:   "pulse 未运行，因此没有执行计划。它会在启动时读取 lvs.cf。",
	PlanFailed:    "pulse 无法为此草稿给出执行计划：%s",
	PlanTimeout:   "%s 内没有应答",
	PlanNothing:   "内核中没有任何改变。",
	PlanEnds:      "%s 个正在进行的连接将被中断，或等待其结束。",
	PlanEndsNone:  "不会中断任何正在进行的连接。",
	PlanServices:  "虚拟服务器",
	PlanServers:   "真实服务器",
	PlanAddresses: "地址",
	PlanChecks:    "健康检查",
	PlanOthers:    "其他",
	PlanCounts:    "新增 %d，删除 %d，修改 %d",
	PlanWarnings:  "警告",
	PlanForeign:   "他人的服务（保持不变）",
	Adds:          "新增",
	Removes:       "删除",
	Alters:        "修改",
	Was:           "（原为 %s）",
	StepEnds:      "%s 个连接结束",
	MoreSteps:     "以及另外 %s 项",

	MovedTitle:     "您开始编辑草稿之后 lvs.cf 已被修改",
	MovedIntro:     "已有其他人修改了它。",
	MovedBy:        "修改者：%s。",
	MovedGone:      "该文件已不存在。",
	MovedKept:      "没有任何内容丢失：双方的修改都列在下方；合并时会保留您的草稿副本。",
	TheirsTitle:    "lvs.cf 在此期间的变化",
	MergeClean:     "您的修改与对方的修改互不影响。",
	MergeConflicts: "双方都修改了的位置：%d 处。请逐处选择。",
	MergeRest:      "其余位置：%d 处",
	MergeFirst:     "请先在上方合并您的草稿与 lvs.cf。",
	Merge:          "合并",
	Merged:         "您的草稿现以当前的 lvs.cf 为基础，并包含您的修改。",
	MergeAgain:     "lvs.cf 或草稿再次发生了变化。请重新查看。",
	MergeChoose:    "请选择采用哪一方的内容。",
	ConflictAt:     "第 %d 处，您的草稿第 %d 行",
	TakeMine:       "采用我的",
	TakeTheirs:     "采用对方的",
	TakeEdit:       "采用以下文本：",
	EditLabel:      "第 %d 处的文本",
	BaseTitle:      "双方修改之前",
	NoLinesHere:    "（无内容）",

	ChangeTitle:     "变更",
	NoChange:        "控制台启动以来没有应用过变更。更早的变更见历史。",
	ChangeOf:        "由 %s 应用于 %s",
	StageWriting:    "正在写入 lvs.cf。",
	StageReloading:  "pulse 正在读取 lvs.cf。",
	StageWaiting:    "已生效，等待确认。剩余时间：",
	StageConfirming: "正在确认。",
	StageReturning:  "正在将 lvs.cf 恢复原状。",
	StageReverting:  "pulse 正在读取恢复后的 lvs.cf。",
	StageEnding:     "即将结束。",
	TimeLeft:        "剩余确认时间",
	Confirm:         "确认",
	RollBack:        "立即回滚",
	ConfirmHelp:     "一切正常时请确认。如果您无法再访问此页面，无需任何操作：lvs.cf 会自动恢复原状。",
	PulseSaid:       "pulse：%s",
	StepFailed:      "上一步失败：%s",
	Overtaken:       "此后 lvs.cf 已被其他人修改，因此不会再被写回。",
	TroubleSince:    "变更前没有的问题",
	NoTroubleSince:  "此后没有出现问题。",
	EndConfirmed:    "已由 %s 确认。lvs.cf 保持应用后的内容。",
	EndAtOnce:       "已应用，无需确认。",
	EndUnread:       "lvs.cf 已写入。pulse 未运行，将在启动时读取，因此无需确认。",
	EndUnwritten:    "未应用：%s。没有任何改变。",
	EndRolledBack:   "已回滚：lvs.cf 已恢复原状。",
	EndLeft:         "未确认，也未回滚：lvs.cf 保持现状。请自行检查。",
	EndedAt:         "结束于",
	CauseAsked:      "由 %s 回滚。",
	CauseLate:       "无人按时确认。",
	CauseRefused:    "pulse 未接受：%s",
	CauseCrash:      "控制台在其生效之前已终止。",
	CauseRole:       "本路由器原为服务方，现已不再服务：%s",
	CauseSilent:     "pulse 已停止应答：%s",
	WhatChanged:     "它改变了什么",
	TakeUpAgain:     "重新放入草稿",
	TooLate:         "为时已晚：该变更已经结束或即将结束。",
	Confirmed:       "已确认。",
}
