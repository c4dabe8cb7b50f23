package templates

import (
	"net/url"
	"time"

	"pacu/control"
	"pacu/web/text"
)

// An EventItem is an event on the page of events.
type EventItem struct {
	control.Event
	ID        string
	Restarted bool   // pulse was restarted before it
	Lost      uint64 // how many events before it are not known
}

// An EventsPage is the page of events.
type EventsPage struct {
	Level       control.Level // the filter: at least
	Kind, Query string        // the filter
	Values      url.Values    // the filter as a URL has it
	Kinds       []string      // that there are
	Items       []EventItem
	More, Older bool      // there are older ones; these are not the newest
	Oldest      time.Time // of all that are kept; zero: there is none
	Stream      string    // its URL; empty on older pages
	Status      Rendered
	Taken       time.Time
}

// before is the page of the events before the last one shown.
func (p EventsPage) before() string {
	v := url.Values{"before": {p.Items[len(p.Items)-1].ID}}
	for k, s := range p.Values {
		v[k] = s
	}
	return "/events?" + v.Encode()
}

// newest is the page of the newest events.
func (p EventsPage) newest() string {
	if len(p.Values) == 0 {
		return "/events"
	}
	return "/events?" + p.Values.Encode()
}

// levels are what the filter offers.
var levels = []control.Level{"", control.Warning, control.Error}

func levelFilter(t *text.Words, l control.Level) string {
	switch l {
	case control.Warning:
		return t.Watch.LevelWarning
	case control.Error:
		return t.Watch.LevelError
	default:
		return t.Watch.LevelAll
	}
}

// kindWord is a kind of event in words; pulse's own where there are none.
func kindWord(t *text.Words, kind string) string {
	w := t.Watch
	switch kind {
	case "role":
		return w.KindRole
	case "partner":
		return w.KindPartner
	case "server":
		return w.KindServer
	case "nanny":
		return w.KindNanny
	case "config":
		return w.KindConfig
	case "kernel":
		return w.KindKernel
	case "address":
		return w.KindAddress
	default:
		return kind
	}
}
