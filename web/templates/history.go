package templates

import (
	"fmt"

	"pacu/store"
	"pacu/web/text"
)

// A HistoryPage is a part of the revisions, newest first.
type HistoryPage struct {
	Revisions []store.Revision
	Newer     bool  // there are newer ones than these
	Older     int64 // the ID before which the next page begins; 0: this is the last
	Current   int64 // the ID of what lvs.cf holds; 0: unknown
	Error     string
}

// A RevisionPage is one revision.
type RevisionPage struct {
	Revision store.Revision
	Previous int64 // the ID of the one before; 0: none
	Current  bool  // lvs.cf holds it
	Text     string
	Cut      int // lines that are not shown
	Masked   bool
}

// A ComparePage is how revision B differs from A.
type ComparePage struct {
	A, B    store.Revision
	Meaning Meaning
	Lines   LinesView
	Masked  bool
}

// revisionOrigin is how a revision came about, in words, and its tone.
func revisionOrigin(t *text.Words, o store.Origin) (words, tone string) {
	switch o {
	case store.Saved:
		return t.History.Saved, "calm"
	case store.ByHand:
		return t.History.ByHand, "wait"
	case store.Fetched:
		return t.History.Fetched, "calm"
	case store.Restored:
		return t.History.Restored, "calm"
	case store.RolledBack:
		return t.History.RolledBack, "bad"
	}
	return string(o), "off"
}

// note is a revision's note in words: a rollback's is why.
func revisionNote(t *text.Words, r store.Revision) string {
	if r.Origin != store.RolledBack {
		return r.Note
	}
	switch r.Note {
	case "asked":
		return fmt.Sprintf(t.Review.CauseAsked, r.Who)
	case "late":
		return t.Review.CauseLate
	case "crash":
		return t.Review.CauseCrash
	case "refused":
		return t.History.WhyRefused
	case "fault":
		return t.History.WhyFault
	}
	return r.Note
}
