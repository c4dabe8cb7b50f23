package templates

import (
	"cmp"
	"fmt"
	"slices"

	"pacu/control"
	"pacu/web/text"
)

// A Topology is the picture of clients, routers, floating addresses and real
// servers. Everything in it is of one snapshot; what that does not know is not
// known here either.
type Topology struct {
	Known   bool
	Host    string
	Here    control.State
	There   control.State // unknown where Pair is false
	Address string        // of this router
	Partner string        // address of the partner
	Pair    bool
	Paths   []TopologyPath
	Held    Holding // by this router
	Lacked  int     // addresses that this router should hold and does not
	Away    Holding // by the partner, as far as its heartbeats say that it serves
	Nobody  Holding // by nobody that is known
	Groups  []TopologyGroup
	More    TopologyMore // the services that have no group
}

// A TopologyPath is a way of heartbeats between the routers.
type TopologyPath struct {
	Name   string
	Silent bool
}

// A Holding is the addresses of one holder: the first of them, and how many
// there are.
type Holding struct {
	First []string
	All   int
}

// A TopologyGroup is a service with its real servers.
type TopologyGroup struct {
	Name, Key string
	Tone      string
	Up, Of    int
	Servers   []TopologyServer // the first
	More      int              // how many are not in Servers
}

// A TopologyServer is the mark of a real server.
type TopologyServer struct {
	Name string
	Mark Mark
}

// A TopologyMore is the services that are counted only.
type TopologyMore struct{ Services, Fine, Up, Of int }

// A Mark is how a real server is drawn: each has a shape of its own.
type Mark string

// The marks.
const (
	MarkUp       Mark = "up"       // a filled disc
	MarkDown     Mark = "down"     // a cross
	MarkWaiting  Mark = "waiting"  // a square: not tried yet
	MarkDraining Mark = "draining" // a triangle: drained, leaving or forced
	MarkOff      Mark = "off"      // a ring: switched off
	MarkUnknown  Mark = "unknown"  // a question mark
)

// Marks are all of them, as the legend has them.
var Marks = []Mark{MarkUp, MarkDown, MarkWaiting, MarkDraining, MarkOff, MarkUnknown}

const (
	addressesDrawn = 4  // of each holder
	groupsDrawn    = 8  // services
	serversDrawn   = 12 // of each
)

func (h *Holding) add(a string) {
	if h.All++; len(h.First) < addressesDrawn {
		h.First = append(h.First, a)
	}
}

// Topology picks what the picture shows.
func (m *Monitor) Topology() Topology {
	s := m.Snapshot
	v := Topology{Known: m.Known, Host: s.Hostname, Here: control.Unknown, There: control.Unknown, Pair: s.Partner != nil}
	if m.Known {
		v.Here = s.Router.State
		if s.Router.Address.IsValid() {
			v.Address = s.Router.Address.String()
		}
	}
	if p := s.Partner; p != nil && m.Known {
		v.There = p.State
		if p.Address.IsValid() {
			v.Partner = p.Address.String()
		}
		for _, path := range p.Paths {
			v.Paths = append(v.Paths, TopologyPath{path.Name, path.Silent || path.Error != ""})
		}
	}
	for i := range s.Addresses {
		a := &s.Addresses[i]
		name := a.Prefix.Addr().String()
		if slices.Contains(a.For, "nat_router") {
			name += " (NAT)"
		}
		if m.Known && a.Wanted && !a.Held {
			v.Lacked++
		}
		switch {
		case !m.Known:
			v.Nobody.add(name)
		case a.Held:
			v.Held.add(name)
		case v.There == control.Active:
			v.Away.add(name)
		default:
			v.Nobody.add(name)
		}
	}
	v.groups(m)
	return v
}

// groups fills in the services, those first with which something is wrong.
func (v *Topology) groups(m *Monitor) {
	parts := make([]ServicePart, len(m.Snapshot.Services))
	order := make([]int, len(parts))
	for i := range parts {
		parts[i], order[i] = m.Service(i), i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(parts[b].Condition(), parts[a].Condition()) })
	for n, i := range order {
		p := parts[i]
		if n >= groupsDrawn {
			v.More.Services++
			if p.Condition() == Fine {
				v.More.Fine++
			}
			v.More.Up += p.Sum.Up
			v.More.Of += p.Sum.Of
			continue
		}
		g := TopologyGroup{Name: p.Service.Name, Key: p.Service.Key(), Tone: p.tone(), Up: p.Sum.Up, Of: p.Sum.Of}
		servers := worstFirst(p.Service.Servers, serversDrawn, func(s control.Server) bool { return !Calm(&s) })
		for _, s := range servers {
			g.Servers = append(g.Servers, TopologyServer{s.Name, markOf(p, &s)})
		}
		g.More = len(p.Service.Servers) - len(servers)
		v.Groups = append(v.Groups, g)
	}
}

func markOf(p ServicePart, s *control.Server) Mark {
	switch {
	case p.Off || s.Health == control.Inactive:
		return MarkOff
	case !p.Known:
		return MarkUnknown
	case s.Drain != nil || s.Leaving || s.Forced != nil:
		return MarkDraining
	case s.Sorry:
		return MarkUp
	}
	switch s.Health {
	case control.Up:
		return MarkUp
	case control.Down:
		return MarkDown
	case control.Untried:
		return MarkWaiting
	default:
		return MarkUnknown
	}
}

func (m Mark) word(t *text.Words) string {
	switch m {
	case MarkUp:
		return t.HealthUp
	case MarkDown:
		return t.HealthDown
	case MarkWaiting:
		return t.HealthUntried
	case MarkDraining:
		return t.Watch.MarkDraining
	case MarkOff:
		return t.HealthInactive
	default:
		return t.Unknown
	}
}

// words are h's addresses in words: "10.0.0.1, 10.0.0.2 and 3 more".
func (h Holding) words(t *text.Words) string {
	var s string
	for i, a := range h.First {
		if i > 0 {
			s += ", "
		}
		s += a
	}
	if n := h.All - len(h.First); n > 0 {
		s += " " + fmt.Sprintf(t.AndMore, n)
	}
	return s
}

// sentences are the picture in words, a sentence a fact.
func (v Topology) sentences(t *text.Words) []string {
	w := t.Watch
	if !v.Known {
		return []string{w.TopologyUnknown}
	}
	out := []string{fmt.Sprintf(w.SaysRouter, t.ThisRouter, state(t, v.Here))}
	if v.Pair {
		out = append(out, fmt.Sprintf(w.SaysRouter, t.PartnerRouter, state(t, v.There)))
	} else {
		out = append(out, t.NoPartner)
	}
	for _, p := range v.Paths {
		word := t.PathOK
		if p.Silent {
			word = t.PathSilent
		}
		out = append(out, fmt.Sprintf(w.SaysPath, p.Name, word))
	}
	if v.Held.All > 0 {
		out = append(out, fmt.Sprintf(w.SaysHeld, v.Held.words(t)))
	}
	if v.Lacked > 0 {
		out = append(out, fmt.Sprintf(w.SaysLacked, v.Lacked))
	}
	if v.Away.All > 0 {
		out = append(out, fmt.Sprintf(w.SaysAway, v.Away.words(t)))
	}
	if v.Nobody.All > 0 {
		out = append(out, fmt.Sprintf(w.SaysNobody, v.Nobody.words(t)))
	}
	for _, g := range v.Groups {
		out = append(out, fmt.Sprintf(w.SaysGroup, g.Name, g.Up, g.Of))
	}
	if v.More.Services > 0 {
		out = append(out, fmt.Sprintf(w.SaysMore, v.More.Services, v.More.Fine, v.More.Up, v.More.Of))
	}
	return out
}
