package templates

import (
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"pacu/store"
	"pacu/web/text"
)

// Complaints are what is wrong with the fields of a form, by their names.
type Complaints map[string]string

// A field is an input of a form, with its label, its hint and what is wrong
// with it.
type field struct {
	ID       string // in the page
	Name     string
	Label    string
	Value    string // never a password
	Type     string
	Fill     string // what a browser may fill in (autocomplete)
	Max      int    // characters
	Hint     string
	Wrong    string
	Focus    bool
	Optional bool // may be empty
	More     templ.Attributes
}

func (f field) invalid() string {
	if f.Wrong != "" {
		return "true"
	}
	return "false"
}

// described names the elements that say more about the field; empty for none.
func (f field) described() string {
	ids := ""
	if f.Hint != "" {
		ids = f.ID + "-hint"
	}
	if f.Wrong != "" {
		if ids != "" {
			ids += " "
		}
		ids += f.ID + "-wrong"
	}
	return ids
}

// userField is the field of the name of a user.
func userField(id, label, value, hint, wrong string) field {
	return field{
		ID: id, Name: "user", Label: label, Value: value, Type: "text", Fill: "off", Max: 32, Hint: hint, Wrong: wrong,
		More: templ.Attributes{"autocapitalize": "none", "spellcheck": "false"},
	}
}

// newPassword is the field of a password that is to be.
func newPassword(id, name, label, hint, wrong string) field {
	return field{ID: id, Name: name, Label: label, Type: "password", Fill: "new-password", Max: store.MaxPassword, Hint: hint, Wrong: wrong}
}

// ownPassword is the field of the password of who is logged in.
func ownPassword(id, label, wrong string) field {
	return field{ID: id, Name: "now", Label: label, Type: "password", Fill: "current-password", Max: store.MaxPassword, Wrong: wrong}
}

// codeField is the field of a one-time code.
func codeField(label, wrong string, focus bool) field {
	return field{
		ID: "code", Name: "code", Label: label, Type: "text", Fill: "one-time-code", Max: 9, Wrong: wrong, Focus: focus,
		More: templ.Attributes{"inputmode": "numeric", "spellcheck": "false"},
	}
}

// A SetupForm is the state of the first set-up's page. Passwords are never
// sent back.
type SetupForm struct {
	User, Token string
	Wrong       Complaints
}

// A CodeForm is the state of a login's second step.
type CodeForm struct {
	User  string
	Wrong string
	Wait  bool // too many have failed
}

// An AccountPage is what one sees of oneself.
type AccountPage struct {
	User      store.User
	Sessions  []store.Session
	This      string // the ID of the session that asks
	Tokens    []store.Token
	NewToken  string // the secret, shown once; empty where none was made
	NewName   string // what it is for
	TokenForm TokenForm
	Now       time.Time
	Wrong     Complaints
}

// A TokenForm is what was typed to make a token.
type TokenForm struct {
	Name    string
	Role    store.Role
	Expires string // one of Lifetimes' keys
}

// A Lifetime is how long a token may be good for.
type Lifetime struct {
	Key   string
	Words string
	For   time.Duration // 0: for ever
}

const day = 24 * time.Hour

// Lifetimes are those that a token may have.
func Lifetimes(t *text.Words) []Lifetime {
	p := &t.People
	return []Lifetime{{"30", p.Days30, 30 * day}, {"90", p.Days90, 90 * day}, {"365", p.Days365, 365 * day}, {"never", p.Forever, 0}}
}

// A TOTPPage is a secret that waits for its first code.
type TOTPPage struct {
	Picture string // of the secret's address, as a data URL
	Secret  string // base32, in groups
	Wrong   string
}

// A UserRow is a user, and how long no login is taken because too many have
// failed.
type UserRow struct {
	store.User
	Wait time.Duration
}

// A UsersPage is the list of users and the form for another.
type UsersPage struct {
	Users []UserRow
	Name  string // as typed
	Role  store.Role
	Wrong Complaints
}

// A UserPage is one user, as an administrator sees them.
type UserPage struct {
	UserRow
	Sessions int
	Wrong    Complaints
}

// An AuditPage is a part of the audit.
type AuditPage struct {
	Query   store.AuditQuery
	Entries []store.Entry
	Older   string // where older entries are; empty: there are none
	Newest  string // where the newest are; empty: this is it
	CSV     string
}

// UserURL is where an administrator finds a user.
func UserURL(name string) string { return "/user?" + url.Values{"u": {name}}.Encode() }

// roleHelp says what a role may do.
func roleHelp(t *text.Words, r store.Role) string {
	switch r {
	case store.Viewer:
		return t.People.RoleViewer
	case store.Operator:
		return t.People.RoleOperator
	default:
		return t.People.RoleAdmin
	}
}

// upTo are the roles that one of role most may give.
func upTo(most store.Role) []store.Role {
	var out []store.Role
	for _, r := range store.Roles {
		if most.Allows(r) {
			out = append(out, r)
		}
	}
	return out
}

// inShort is what an entry changed, in one line; "" where that is too long, or
// nothing.
func inShort(t *text.Words, e store.Entry) string {
	const longest = 60 // bytes
	if len(e.Before)+len(e.After) > longest || strings.ContainsAny(e.Before+e.After, "\r\n") || e.Before+e.After == "" {
		return ""
	}
	word := func(s string) string {
		if s == "" {
			return t.None
		}
		return s
	}
	return word(e.Before) + " → " + word(e.After)
}

func yesNo(t *text.Words, yes bool) string {
	if yes {
		return t.People.Yes
	}
	return t.People.No
}
