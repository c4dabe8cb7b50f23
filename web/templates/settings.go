package templates

import (
	"net/url"

	"pacu/control"
	"pacu/web/form"
	"pacu/web/text"
)

// A SettingsPage is GLOBAL SETTINGS, or REDUNDANCY.
type SettingsPage struct {
	Action   string // where the form goes
	Check    string // where its values are checked as they are typed
	Note     string // why nothing was done; may be empty
	Shut     bool   // lvs.cf cannot be opened
	Errors   int    // in the whole file
	Sections []form.Section
	Scripts  []LoneRow         // of REDUNDANCY
	Seen     string            // the draft that is shown
	Now      *control.Snapshot // of REDUNDANCY; nil when pulse does not answer
}

// A LoneRow is a script, or a failover service, of a list.
type LoneRow struct {
	Ref
	Active bool
	What   string // the command, or where it serves
}

// title is the block's name, or a word where it has none.
func (l LoneRow) title(t *text.Words) string {
	if l.Name == "" {
		return t.Redundancy.NoName
	}
	return l.Name
}

// url returns the address of the block on the page path.
func (l LoneRow) url(path string) string {
	q := url.Values{}
	l.put(q, "name", "n")
	return path + "?" + q.Encode()
}

// A FailoversPage is the list of failover services.
type FailoversPage struct {
	Note string
	Shut bool // lvs.cf cannot be opened
	Rows []LoneRow
	Idle bool   // service = lvs
	Seen string // the draft that is shown
}

// A LoneForm is the form of a script or a failover service.
type LoneForm struct {
	Title    string
	Fresh    bool // it is yet to be made
	Name     string
	Problem  string // what is wrong with the name; may be empty
	Note     string // why nothing was done; may be empty
	Sections []form.Section
	Seen     string // the draft that is shown
	Action   string
	Check    string
	Delete   string
	List     string // the page to go back to
}

// back is what the page that lists such blocks is called.
func (l LoneForm) back(t *text.Words) string {
	if l.List == string(Redundancy) {
		return t.Redundancy.Title
	}
	return t.Redundancy.FailoversTitle
}

// routerTone is the CSS class of this router's state.
func routerTone(r control.Router) string {
	if len(r.Faults) > 0 {
		return "bad"
	}
	return stateTone(r.State)
}
