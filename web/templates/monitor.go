package templates

import (
	"fmt"
	"time"

	"pacu/control"
	"pacu/web/text"
)

// A Monitor is what the monitoring page shows of one moment.
type Monitor struct {
	// Known is false while pulse does not answer. Then Snapshot holds what
	// lvs.cf wants and nothing else.
	Known    bool
	Down     string // why pulse does not answer; empty when Known
	Snapshot *control.Snapshot
	File     FileNote
	Off      map[string]bool // names of the services that lvs.cf switches off
	Why      Why             // of this router's role; empty unless Known
	Over     *Switchover     // the last that was asked for here, or nil
	Taken    time.Time       // when this was put together
}

// A FileNote is what is to be said of lvs.cf on disk.
type FileNote struct {
	Unreadable string // the error
	Broken     bool   // it has errors
	Changed    bool   // it is not what pulse runs by, and was not refused
}

// What is listed at most of each; the rest is counted.
const (
	troubleShown  = 12
	floatingShown = 12
	nanniesShown  = 10
	servicesShown = 8 // of one nanny
	eventsShown   = 8
)

// Status is the top of the page: trouble in plain words.
type Status struct {
	Known   bool
	Down    string
	Trouble []string // the first
	More    int      // how much more trouble there is
	File    FileNote
	Refused string
	Serial  int
	Loaded  time.Time
	Version string
	Pid     int
	Started time.Time
}

// Status picks what the top of the page shows.
func (m *Monitor) Status() Status {
	s := m.Snapshot
	n := min(len(s.Trouble), troubleShown)
	return Status{m.Known, m.Down, s.Trouble[:n], len(s.Trouble) - n, m.File, s.Config.Refused, s.Config.SerialNo, s.Config.Loaded, s.Version, s.Pid, s.Started}
}

// Well reports that there is nothing to say.
func (s Status) Well() bool {
	return s.Known && len(s.Trouble) == 0 && s.Refused == "" && s.File == FileNote{}
}

// Routers is the part about both routers.
type Routers struct {
	Known   bool
	Host    string
	Config  control.Config
	Router  control.Router
	Partner *control.Partner
	Links   []control.Link
	Version string // of this router's pulse
}

// Routers picks the part about both routers.
func (m *Monitor) Routers() Routers {
	s := m.Snapshot
	return Routers{m.Known, s.Hostname, s.Config, s.Router, s.Partner, s.Links, s.Version}
}

// Addresses is the part about floating addresses.
type Addresses struct {
	Known bool
	List  []control.Address // those to see first
	More  int               // how many are not in List
	Held  int               // of all
}

// Addresses picks the part about floating addresses.
func (m *Monitor) Addresses() Addresses {
	all := m.Snapshot.Addresses
	a := Addresses{Known: m.Known}
	for i := range all {
		if all[i].Held {
			a.Held++
		}
	}
	a.List = worstFirst(all, floatingShown, func(a control.Address) bool { return a.Held != a.Wanted || a.Error != "" })
	a.More = len(all) - len(a.List)
	return a
}

// worstFirst are at most n of all: those that are bad, then the others, each in
// their order.
func worstFirst[T any](all []T, n int, bad func(T) bool) []T {
	if len(all) <= n {
		return all
	}
	out := make([]T, 0, n)
	for _, want := range []bool{true, false} {
		for _, one := range all {
			if len(out) == n {
				return out
			}
			if bad(one) == want {
				out = append(out, one)
			}
		}
	}
	return out
}

// Nannies is the part about nannies.
type Nannies struct {
	Known bool
	List  []control.Nanny // those to see first
	More  int             // how many are not in List
}

// Nannies picks the part about nannies.
func (m *Monitor) Nannies() Nannies {
	all := m.Snapshot.Nannies
	list := worstFirst(all, nanniesShown, func(n control.Nanny) bool { return n.Pid == 0 || n.Error != "" || n.Restarts > 0 })
	return Nannies{m.Known, list, len(all) - len(list)}
}

// usesShown bounds what is listed that one address is for.
const usesShown = 6

func firstOf(names []string) []string { return names[:min(len(names), usesShown)] }

func andMoreOf(t *text.Words, names []string) string {
	if n := len(names) - usesShown; n > 0 {
		return " " + fmt.Sprintf(t.AndMore, n)
	}
	return ""
}

func firstServices(n control.Nanny) []string { return n.Services[:min(len(n.Services), servicesShown)] }

// Events is the part about recent events, newest first.
type Events struct {
	Known bool
	List  []control.Event
}

// Events picks the part about recent events.
func (m *Monitor) Events() Events {
	all := m.Snapshot.Events
	list := make([]control.Event, 0, min(len(all), eventsShown))
	for i := len(all) - 1; i >= 0 && len(list) < eventsShown; i-- {
		list = append(list, all[i])
	}
	return Events{m.Known, list}
}
