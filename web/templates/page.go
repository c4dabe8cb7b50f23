// Package templates holds the console's pages. The .templ files are the
// source (https://templ.guide); "go tool templ generate" makes the Go files
// beside them, which are committed.
package templates

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"pacu/control"
	"pacu/store"
	"pacu/web/text"
)

// A Tab is one of the pages in the navigation; empty on the others.
type Tab string

// The tabs.
const (
	Monitoring    Tab = "/monitoring"
	Global        Tab = "/global"
	Redundancy    Tab = "/redundancy"
	Virtuals      Tab = "/virtuals"
	Configuration Tab = "/configuration"
	History       Tab = "/history"
	Users         Tab = "/users"
)

// A Page is what every page has.
type Page struct {
	Lang  text.Lang
	Title string
	Tab   Tab
	Path  string // of the page itself, with its query, for the language switch; empty hides the switch
	User  string // who is logged in; empty: nobody, so there is no navigation
	Host  string // this router's host name
	Flash string // what the last request did; may be empty
	Live  bool   // the page holds a stream
	Htmx  bool   // the page sends parts of itself to be checked

	Role    store.Role
	Draft   time.Time      // when the user's draft was last edited; zero: there is none
	Pending *store.Pending // the change that waits to be confirmed; nil: none
	Notes   []string       // what is wrong with the console itself, a sentence each
}

// May reports whether the user's role allows what wants role.
func (p Page) May(role store.Role) bool { return p.Role.Allows(role) }

// in is the page's address in another language.
func (p Page) in(l text.Lang) string {
	if strings.Contains(p.Path, "?") {
		return p.Path + "&lang=" + string(l)
	}
	return p.Path + "?lang=" + string(l)
}

// T is the page's catalogue.
func (p Page) T() *text.Words { return p.Lang.Words() }

// stamp is t as operators write it, in the router's own time zone.
func stamp(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05") }

// clock is the time of day, with the date before it on another day.
func clock(t time.Time) string {
	t, now := t.Local(), time.Now()
	if t.Year() == now.Year() && t.YearDay() == now.YearDay() {
		return t.Format("15:04:05")
	}
	return t.Format("01-02 15:04:05")
}

// number groups digits by three with thin spaces, which no language misreads.
func number(n uint64) string {
	s := strconv.FormatUint(n, 10)
	if len(s) < 5 {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteRune('\u2009')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// bytesPerSecond is a rate with three figures.
func bytesPerSecond(n uint64) string {
	v, units := float64(n), []string{"B", "kB", "MB", "GB", "TB"}
	i := 0
	for v >= 999.5 && i < len(units)-1 {
		v /= 1000
		i++
	}
	if i == 0 || v >= 99.5 {
		return fmt.Sprintf("%.0f %s", v, units[i])
	}
	return fmt.Sprintf("%.1f %s", v, units[i])
}

// took is a probe's time, short.
func took(d control.Duration) string {
	t := time.Duration(d)
	switch {
	case t < time.Millisecond:
		return t.Round(10 * time.Microsecond).String()
	case t < time.Second:
		return t.Round(100 * time.Microsecond).String()
	default:
		return t.Round(10 * time.Millisecond).String()
	}
}

// address is a, or a word where there is none yet.
func address(t *text.Words, a netip.Addr) string {
	if !a.IsValid() {
		return t.Unknown
	}
	return a.String()
}

func state(t *text.Words, s control.State) string {
	switch s {
	case control.Active:
		return t.StateActive
	case control.Standby:
		return t.StateStandby
	case control.Silent:
		return t.StateSilent
	default:
		return t.Unknown
	}
}

func role(t *text.Words, r control.Role) string {
	switch r {
	case control.Primary:
		return t.RolePrimary
	case control.Backup:
		return t.RoleBackup
	default:
		return t.Unknown
	}
}

func health(t *text.Words, h control.Health) string {
	switch h {
	case control.Up:
		return t.HealthUp
	case control.Down:
		return t.HealthDown
	case control.Untried:
		return t.HealthUntried
	case control.Inactive:
		return t.HealthInactive
	default:
		return t.Unknown
	}
}

// standing is what a server is besides its health, empty for nothing.
func standing(t *text.Words, s control.Server) string {
	switch {
	case s.Drain != nil && s.Drain.Out:
		return t.Drained
	case s.Drain != nil:
		return t.Draining
	case s.Leaving:
		return t.Leaving
	case s.Sorry:
		return t.SorryServer
	}
	return ""
}

// tone is the CSS class of a health.
func tone(h control.Health) string {
	switch h {
	case control.Up:
		return "ok"
	case control.Down:
		return "bad"
	case control.Untried:
		return "wait"
	default:
		return "off"
	}
}

func stateTone(s control.State) string {
	switch s {
	case control.Active:
		return "ok"
	case control.Standby:
		return "calm"
	case control.Silent:
		return "bad"
	default:
		return "off"
	}
}

func level(t *text.Words, l control.Level) (word, tone string) {
	switch l {
	case control.Error:
		return t.LevelError, levelTone(l)
	case control.Warning:
		return t.LevelWarning, levelTone(l)
	default:
		return t.LevelInfo, levelTone(l)
	}
}

func levelTone(l control.Level) string {
	switch l {
	case control.Error:
		return "bad"
	case control.Warning:
		return "wait"
	default:
		return "off"
	}
}

// used is what an address is for, in words.
func used(t *text.Words, names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		if n == "nat_router" {
			n = t.NATRouter
		}
		out[i] = n
	}
	return strings.Join(out, ", ")
}

// RoleWord is a role in the language of t.
func RoleWord(t *text.Words, r store.Role) string {
	switch r {
	case store.Viewer:
		return t.RoleViewer
	case store.Operator:
		return t.RoleOperator
	case store.Admin:
		return t.RoleAdmin
	default:
		return t.None
	}
}

// Amount is a number of bytes with a unit that leaves at most four digits.
func Amount(n uint64) string {
	for _, unit := range []string{"B", "KiB", "MiB"} {
		if n < 10_000 {
			return strconv.FormatUint(n, 10) + " " + unit
		}
		n >>= 10
	}
	return strconv.FormatUint(n, 10) + " GiB"
}
