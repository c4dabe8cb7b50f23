package alert

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"pacu/control"
)

// serverName is how pulse's events name a real server: "lvs-03 (10.8.8.33:80)
// of http_server" (cmd/pulse/health.go).
var serverName = regexp.MustCompile(`^(.*) \(([^ ()]+)\) of (.+)$`)

// serverCondition is the name of a real server's condition. The port is left
// out: events have the probed one, snapshots the one in the kernel.
func serverCondition(service, server, address string) name {
	return name{Server, service, server + " (" + address + ")"}
}

// Heed observes an event of pulse. One that was heeded before is no news.
func (m *Machine) Heed(now time.Time, e control.Event) {
	if e.Seq <= m.memory.Seq {
		return
	}
	m.memory.Seq, m.dirty = e.Seq, true
	switch e.Kind {
	case "server":
		part := serverName.FindStringSubmatch(e.Object)
		if part == nil {
			return
		}
		at, err := netip.ParseAddrPort(part[2])
		if err != nil {
			return
		}
		n := serverCondition(part[3], part[1], at.Addr().String())
		if why, down := strings.CutPrefix(e.Message, e.Object+" is down: "); down {
			m.set(now, e.Time, n, true, why)
		} else if why, up := strings.CutPrefix(e.Message, e.Object+" is up: "); up {
			m.set(now, e.Time, n, false, why)
		}
	case "nanny":
		if serverName.MatchString(e.Object) { // it runs, and says what it cannot do
			m.edge(now, e.Time, name{Nanny, "", e.Object}, e.Message, 1)
		} else {
			m.set(now, e.Time, name{Nanny, "", e.Object}, true, e.Message)
		}
	}
}

// Down observes that nobody answers on pulse's socket.
func (m *Machine) Down(now time.Time, why string) {
	m.set(now, now, name{Pulse, "", m.router}, true, why)
}

// Fact observes what does not come from pulse: the console's certificate, its
// disk. Why is empty while all is well.
func (m *Machine) Fact(now time.Time, k Kind, object, why string) {
	m.set(now, now, name{k, "", object}, why != "", why)
}

// Look observes a snapshot.
func (m *Machine) Look(now time.Time, s *control.Snapshot) {
	first := m.memory.Run.IsZero()
	if !s.Started.Equal(m.memory.Run) {
		m.memory.Run, m.memory.Seq, m.memory.Repairs, m.dirty = s.Started, 0, 0, true
		if n := len(s.Events); first && n > 0 {
			m.memory.Seq = s.Events[n-1].Seq // what happened before we were set up is no news
		}
	}
	if s.Taken.Before(m.memory.Taken) { // the clock was set back
		for _, c := range m.known {
			c.At = time.Time{}
		}
	}
	m.memory.Taken = s.Taken
	m.set(now, now, name{Pulse, "", m.router}, false, "it answers again")
	m.role(now, s.Router.State == control.Active)
	m.takeovers(now, s, first)
	if s.Drift.Repairs > m.memory.Repairs {
		if !first {
			m.edge(now, s.Drift.Last, name{Drift, "", "kernel"}, s.Drift.What, int(s.Drift.Repairs-m.memory.Repairs))
		}
		m.memory.Repairs, m.dirty = s.Drift.Repairs, true
	}
	m.reconcile(now, s, troubles(s))
}

// takeovers tells of the changes of role since the last one told.
func (m *Machine) takeovers(now time.Time, s *control.Snapshot, first bool) {
	last := m.memory.Takeover
	// Those before the last told are new, whatever the clock says: it may have
	// been set back.
	news := slices.IndexFunc(s.Takeovers, func(t control.Takeover) bool { return t.Began.Equal(last) })
	if news < 0 {
		for news = len(s.Takeovers); news > 0 && !s.Takeovers[news-1].Began.After(last); {
			news--
		}
	}
	for i := news - 1; i >= 0; i-- { // oldest first
		t := s.Takeovers[i]
		m.memory.Takeover, m.dirty = t.Began, true
		if first {
			continue
		}
		// heartbeat's words for giving way to another that serves too.
		if t.To == control.Standby && strings.HasPrefix(t.Why, "partner active") {
			m.edge(now, t.Began, name{SplitBrain, "", "this router gave way"}, t.Why, 1)
		}
		m.edge(now, t.Began, name{Role, "", string(t.To)}, t.Why, 1)
	}
	// A clock that was set back must not hide what comes.
	if len(s.Takeovers) > 0 && m.memory.Takeover.After(s.Takeovers[0].Began) {
		m.memory.Takeover, m.dirty = s.Takeovers[0].Began, true
	}
}

// reconcile observes all that a snapshot can tell of: what is in trouble, and
// that nothing else is.
func (m *Machine) reconcile(now time.Time, s *control.Snapshot, list map[name]string) {
	for n, why := range list {
		m.set(now, s.Taken, n, true, why)
	}
	untried := map[name]bool{} // of which nothing is known
	for _, svc := range s.Services {
		for _, rs := range svc.Servers {
			if rs.Listed() && rs.Health == control.Untried {
				untried[serverOf(svc, rs)] = true
				untried[name{NoServer, "", svc.Name}] = true
			}
		}
	}
	for n := range m.known {
		switch n.kind {
		case Server, NoServer, SplitBrain, Partner, Fitness, Config, Nanny:
		case Certificate:
			if n.service == "" {
				continue // the console's
			}
		default:
			continue
		}
		if _, is := list[n]; !is && !untried[n] {
			m.set(now, s.Taken, n, false, "")
		}
	}
}

func serverOf(svc control.Service, rs control.Server) name {
	service, _, _ := strings.Cut(svc.Name, ", ")
	return serverCondition(service, rs.Name, rs.Address.String())
}

// troubles are the objects of a snapshot that are in trouble, with why.
func troubles(s *control.Snapshot) map[name]string {
	list := map[name]string{}
	for _, svc := range s.Services {
		serviceTroubles(list, svc)
	}
	for _, n := range s.Nannies {
		if n.Error != "" {
			list[name{Nanny, "", n.Watched()}] = n.Error
		}
	}
	if len(s.Router.Faults) > 0 {
		list[name{Fitness, "", "this router"}] = strings.Join(s.Router.Faults, "; ")
	}
	if s.Config.Refused != "" {
		list[name{Config, "", s.Config.Path}] = "pulse refused it and runs by the one before: " + s.Config.Refused
	}
	p := s.Partner
	if p == nil {
		return list
	}
	object := "partner " + p.Address.String()
	switch {
	case p.State == control.Silent:
		list[name{Partner, "", object}] = "no heartbeat on any path"
	case p.State == control.Active && s.Router.State == control.Active && p.Phase == "" && s.Router.Phase == "":
		list[name{SplitBrain, "", "both routers"}] = object + " and this router are active"
	}
	if p.ConfigDiffers {
		list[name{Config, "", object}] = fmt.Sprintf("it runs another lvs.cf: serial_no %d, here %d", p.SerialNo, s.Config.SerialNo)
	}
	return list
}

func serviceTroubles(list map[name]string, svc control.Service) {
	if svc.Foreign {
		return
	}
	used, down, untried := 0, 0, 0
	for _, rs := range svc.Servers {
		if !rs.Listed() {
			continue
		}
		switch rs.Health {
		case control.Down:
			down++
			list[serverOf(svc, rs)] = rs.Why
		case control.Untried:
			untried++
		case control.Up:
			used++
			if strings.Contains(rs.Why, "certificate") && strings.Contains(rs.Why, "expire") { // probe's warning
				list[name{Certificate, svc.Name, rs.Name + " (" + rs.Address.String() + ")"}] = rs.Why
			}
		}
	}
	if down+used > 0 && svc.Up == 0 && untried == 0 {
		why := fmt.Sprintf("%d of %d real servers are down", down, down+used)
		if svc.Sorry {
			why += "; the sorry server serves"
		}
		list[name{NoServer, "", svc.Name}] = why
	}
}
