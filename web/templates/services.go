package templates

import (
	"net/url"
	"strconv"

	"pacu/control"
	"pacu/store"
	"pacu/web/text"
)

// An Audience is who sees the parts of a live page: those that share one see
// the same.
type Audience struct {
	Lang text.Lang
	Role store.Role
}

// T is the audience's catalogue.
func (a Audience) T() *text.Words { return a.Lang.Words() }

// May reports whether the audience's role allows what wants role.
func (a Audience) May(role store.Role) bool { return a.Role.Allows(role) }

// page is a Page at path for what is part of one, and the same for all of a.
func (a Audience) page(path string) Page { return Page{Lang: a.Lang, Role: a.Role, Path: path} }

// A Condition is how a service does as a whole; the worst is the highest.
type Condition int

// The conditions.
const (
	Fine   Condition = iota // also: switched off, or nothing is known
	Uneasy                  // something wants a look
	Bad                     // it serves nobody
)

// A Sum is what the servers of a service come to.
type Sum struct {
	Up, Of   int // servers that are up, and that should be
	Down     int
	Draining int // or leaving
	Off      int // switched off
	Forced   int
	Active   uint64 // connections
	Quiet    uint64 // connections, inactive ones
}

// A ServicePart is one service of the table.
type ServicePart struct {
	Known   bool
	Off     bool
	Service *control.Service
	Sum     Sum
}

// Service picks service i of the snapshot.
func (m *Monitor) Service(i int) ServicePart {
	s := &m.Snapshot.Services[i]
	return ServicePart{m.Known, m.Off[s.Name], s, sum(s)}
}

func sum(s *control.Service) Sum {
	var n Sum
	for i := range s.Servers {
		r := &s.Servers[i]
		if r.InKernel {
			n.Active += uint64(r.Active)
			n.Quiet += uint64(r.Inactive)
		}
		if r.Drain != nil || r.Leaving {
			n.Draining++
		}
		if r.Forced != nil {
			n.Forced++
		}
		if r.Health == control.Inactive {
			n.Off++
			continue
		}
		if !r.Listed() {
			continue
		}
		n.Of++
		switch r.Health {
		case control.Up:
			n.Up++
		case control.Down:
			n.Down++
		}
	}
	return n
}

// Condition is how the service does as a whole.
func (p ServicePart) Condition() Condition {
	s, n := p.Service, p.Sum
	switch {
	case !p.Known || p.Off:
		return Fine
	case s.Error != "" || !s.InKernel && !s.Foreign || n.Of > 0 && n.Up == 0 && n.Down > 0:
		return Bad
	case s.Foreign || s.Sorry || n.Up < n.Of || n.Draining > 0 || n.Forced > 0:
		return Uneasy
	default:
		return Fine
	}
}

// tone is that of the service's mark.
func (p ServicePart) tone() string {
	switch {
	case !p.Known || p.Off || p.Sum.Of == 0:
		return "off"
	case p.Sum.Up == 0 && p.Sum.Down > 0:
		return "bad"
	case p.Sum.Up < p.Sum.Of:
		return "wait"
	default:
		return "ok"
	}
}

// Calm reports that a server of the service wants no look.
func Calm(s *control.Server) bool {
	switch {
	case s.Drain != nil || s.Forced != nil || s.Leaving:
		return false
	case s.Health == control.Down || s.Health == control.Untried && !s.Sorry:
		return false
	}
	return true
}

// A Body is a service of the table on the page, with the places of those of
// its servers that are listed.
type Body struct {
	ID   string
	Rows []int
}

// Row is the element of the server at place i.
func (b Body) Row(i int) string { return b.ID + "-r" + strconv.Itoa(i) }

// Head is the element of the service's own row.
func (b Body) Head() string { return b.ID + "-h" }

// Chart is the element of the service's chart.
func (b Body) Chart() string { return b.ID + "-c" }

// A Show is which services are listed.
type Show string

// The Shows; All is the empty one, which is what the page has without a word.
const (
	ShowAll      Show = ""
	ShowTrouble  Show = "trouble"
	ShowDown     Show = "down"
	ShowDraining Show = "draining"
	ShowOff      Show = "off"
)

// Shows are all of them.
var Shows = []Show{ShowAll, ShowTrouble, ShowDown, ShowDraining, ShowOff}

func (s Show) word(t *text.Words) string {
	switch s {
	case ShowTrouble:
		return t.Watch.ShowTrouble
	case ShowDown:
		return t.Watch.ShowDown
	case ShowDraining:
		return t.Watch.ShowDraining
	case ShowOff:
		return t.Watch.ShowOff
	default:
		return t.Watch.ShowAll
	}
}

// A Sort is the order of the services.
type Sort string

// The Sorts; Worst is the empty one.
const (
	SortWorst  Sort = ""
	SortName   Sort = "name"
	SortActive Sort = "active"
	SortRate   Sort = "rate"
)

// Sorts are all of them.
var Sorts = []Sort{SortWorst, SortName, SortActive, SortRate}

func (s Sort) word(t *text.Words) string {
	switch s {
	case SortName:
		return t.Watch.SortName
	case SortActive:
		return t.Watch.SortActive
	case SortRate:
		return t.Watch.SortRate
	default:
		return t.Watch.SortWorst
	}
}

// A ServicesBar is what stands around the table: how many there are of each
// Show, and where in them the page is.
type ServicesBar struct {
	Query       string
	Show        Show
	Sort        Sort
	Counts      map[Show]int // of those that Query finds
	Page, Pages int          // from 1
	First, Last int          // from 1, of Found
	Found       int
	Compact     bool // servers that are well are left out
}

// Values are the view's as a URL has them, with page.
func (b ServicesBar) Values(show Show, page int) url.Values {
	v := url.Values{}
	set := func(k, s string) {
		if s != "" {
			v.Set(k, s)
		}
	}
	set("q", b.Query)
	set("show", string(show))
	set("sort", string(b.Sort))
	if page > 1 {
		v.Set("page", strconv.Itoa(page))
	}
	return v
}

// url is the page of b with another Show or page.
func (b ServicesBar) url(show Show, page int) string {
	q := b.Values(show, page).Encode()
	if q == "" {
		return string(Monitoring)
	}
	return string(Monitoring) + "?" + q
}

// countTone marks the counts that want a look.
func countTone(s Show, n int) string {
	switch {
	case n == 0 || s == ShowAll || s == ShowOff:
		return ""
	case s == ShowDown:
		return "bad"
	default:
		return "wait"
	}
}

// ServiceURL is the page of the service key.
func ServiceURL(key string) string { return "/service?key=" + url.QueryEscape(key) }
