package templates

import (
	"slices"
	"time"

	"pacu/control"
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

// Status is the top of the page: trouble in plain words.
type Status struct {
	Known   bool
	Down    string
	Trouble []string
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
	return Status{m.Known, m.Down, s.Trouble, m.File, s.Config.Refused, s.Config.SerialNo, s.Config.Loaded, s.Version, s.Pid, s.Started}
}

// Well reports that there is nothing to say.
func (s Status) Well() bool {
	return s.Known && len(s.Trouble) == 0 && s.Refused == "" && s.File == FileNote{}
}

// Routers is the part about both routers.
type Routers struct {
	Known   bool
	Host    string
	Config  string // path of lvs.cf
	Router  control.Router
	Partner *control.Partner
	Links   []control.Link
}

// Routers picks the part about both routers.
func (m *Monitor) Routers() Routers {
	s := m.Snapshot
	return Routers{m.Known, s.Hostname, s.Config.Path, s.Router, s.Partner, s.Links}
}

// Addresses is the part about floating addresses.
type Addresses struct {
	Known bool
	List  []control.Address
}

// Addresses picks the part about floating addresses.
func (m *Monitor) Addresses() Addresses { return Addresses{m.Known, m.Snapshot.Addresses} }

// A ServicePart is one service of the table.
type ServicePart struct {
	Known   bool
	Off     bool
	Service control.Service
}

// Services picks the table, a part a service.
func (m *Monitor) Services() []ServicePart {
	parts := make([]ServicePart, len(m.Snapshot.Services))
	for i, s := range m.Snapshot.Services {
		parts[i] = ServicePart{m.Known, m.Off[s.Name], s}
	}
	return parts
}

// up counts the servers that are up, and those that should be.
func (p ServicePart) up() (up, of int) {
	for _, s := range p.Service.Servers {
		if s.Health == control.Inactive || !s.Listed() {
			continue
		}
		of++
		if s.Health == control.Up {
			up++
		}
	}
	return up, of
}

// tone is how the service does as a whole.
func (p ServicePart) tone() string {
	up, of := p.up()
	down := slices.ContainsFunc(p.Service.Servers, func(s control.Server) bool { return s.Health == control.Down })
	switch {
	case !p.Known || p.Off || of == 0:
		return "off"
	case up == 0 && down:
		return "bad"
	case up < of:
		return "wait"
	default:
		return "ok"
	}
}

// Nannies is the part about nannies.
type Nannies struct {
	Known bool
	List  []control.Nanny
}

// Nannies picks the part about nannies.
func (m *Monitor) Nannies() Nannies { return Nannies{m.Known, m.Snapshot.Nannies} }

// servicesShown bounds what is listed of one nanny.
const servicesShown = 8

func firstServices(n control.Nanny) []string { return n.Services[:min(len(n.Services), servicesShown)] }

// eventsShown bounds the list of events.
const eventsShown = 40

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
