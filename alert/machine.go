package alert

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	groupWindow   = 5 * time.Second
	objectAlerts  = 4                // that one object may be told of in objectWindow
	objectWindow  = 10 * time.Minute // then its changes are gathered until some are older
	minute        = time.Minute
	maxChanges    = 50      // named in one alert
	maxConditions = 100_000 // a router has not more real servers than that
)

// A Machine turns observations into alerts. It has no clock and does nothing by
// itself; it is for one goroutine.
type Machine struct {
	memory Memory
	router string
	rules  Rules
	known  map[name]*Condition
	dirty  bool
}

// NewMachine goes on from what an earlier one remembered. Router is this
// router's name.
func NewMachine(router string, m Memory, r Rules) *Machine {
	x := &Machine{memory: m, router: router, rules: r, known: make(map[name]*Condition, len(m.Conditions))}
	for _, c := range m.Conditions {
		x.known[name{c.Kind, c.Service, c.Object}] = &c
	}
	x.memory.Conditions = nil
	return x
}

// Rule changes the rules.
func (m *Machine) Rule(r Rules) { m.rules = r }

// Changed tells whether there is more to remember than at the last call.
func (m *Machine) Changed() bool {
	d := m.dirty
	m.dirty = false
	return d
}

// Memory is what to remember, in a fixed order.
func (m *Machine) Memory() Memory {
	out := m.memory
	for _, c := range m.known {
		out.Conditions = append(out.Conditions, *c)
	}
	slices.SortFunc(out.Conditions, func(a, b Condition) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Object, b.Object))
	})
	out.Sent = slices.Clone(m.memory.Sent)
	return out
}

// condition is the one of that name, made where there is none; nil where there
// are too many.
func (m *Machine) condition(n name) *Condition {
	c, ok := m.known[n]
	if !ok {
		if len(m.known) >= maxConditions {
			return nil
		}
		c = &Condition{Kind: n.kind, Service: n.service, Object: n.object}
		m.known[n] = c
	}
	return c
}

// set observes that an object is in trouble, or not, at a moment of pulse's
// clock. What is older than what is known is no news.
func (m *Machine) set(now, at time.Time, n name, raised bool, why string) {
	c, ok := m.known[n]
	if !ok && !raised {
		return
	}
	if !ok {
		if c = m.condition(n); c == nil {
			return
		}
	}
	if at.Before(c.At) {
		return
	}
	if raised == c.Raised {
		if !raised && !c.Wait.IsZero() {
			c.Wait = time.Time{}
			m.dirty = true
		}
		return
	}
	if hold := n.kind.hold(); raised && hold > 0 {
		if c.Wait.IsZero() || c.Wait.After(now) {
			c.Wait = now
			m.dirty = true
		}
		if c.Why = why; now.Sub(c.Wait) < hold {
			return
		}
	}
	c.Wait = time.Time{}
	c.Raised, c.Why, c.At = raised, why, at
	m.dirty = true
	switch {
	case n.kind.ours() && !m.memory.Active && !(c.Told && !raised) && c.Untold == 0: // the other router tells
	case m.rules.Off[n.kind]:
		c.Told, c.Untold = raised, 0
	default:
		m.count(now, c, 1)
	}
}

// edge observes that something happened n times and is over.
func (m *Machine) edge(now, at time.Time, n name, why string, times int) {
	if m.rules.Off[n.kind] {
		return
	}
	if c := m.condition(n); c != nil {
		c.Edge, c.Why, c.At = true, why, at
		m.dirty = true
		m.count(now, c, times)
	}
}

func (m *Machine) count(now time.Time, c *Condition, n int) {
	if c.Untold == 0 {
		c.First = now
	}
	c.Untold += n
}

// role observes whether this router serves. The one that begins to tells of all
// real servers that are down; the one that ends does of those it told of, when
// they are up.
func (m *Machine) role(now time.Time, active bool) {
	if active == m.memory.Active {
		return
	}
	m.memory.Active, m.dirty = active, true
	for _, c := range m.known {
		if active && c.Kind.ours() && c.Raised && !c.Told && c.Untold == 0 && !m.rules.Off[c.Kind] {
			m.count(now, c, 1)
		}
	}
}

// Due returns the alerts that are to be sent now; what it returns counts as
// told.
func (m *Machine) Due(now time.Time) []Alert {
	m.forget(now)
	quiet := m.rules.Quiet.In(now)
	var out []Alert
	var digest []*Condition
	digests := 0 // groups in it
	for _, g := range m.groups(now) {
		k := g[0].Kind
		free := len(m.memory.Sent) < m.rules.perMinute() || g[0].Held && digests > 0
		if quiet && !(k.severe() && m.rules.Through) || !free {
			for _, c := range g {
				m.dirty = m.dirty || !c.Held
				c.Held = true
			}
			continue
		}
		if g[0].Held {
			digest = append(digest, g...)
			if digests++; digests == 1 {
				m.memory.Sent = append(m.memory.Sent, now) // its place
			}
			continue
		}
		out = append(out, m.tell(now, g, k))
		m.memory.Sent = append(m.memory.Sent, now)
	}
	switch {
	case digests == 1:
		out = append(out, m.tell(now, digest, digest[0].Kind))
	case digests > 1:
		out = append(out, m.tell(now, digest, Digest))
	}
	return out
}

// forget drops what is over, and what the clock has overtaken.
func (m *Machine) forget(now time.Time) {
	m.memory.Sent = slices.DeleteFunc(m.memory.Sent, func(t time.Time) bool { return now.Sub(t) >= minute || t.After(now) })
	for n, c := range m.known {
		c.Recent = slices.DeleteFunc(c.Recent, func(t time.Time) bool { return now.Sub(t) >= objectWindow || t.After(now) })
		if c.First.After(now) {
			c.First = now
		}
		if m.rules.Off[c.Kind] {
			c.Untold, c.Told = 0, c.Raised
		}
		if !c.Raised && !c.Told && c.Untold == 0 && c.Wait.IsZero() && len(c.Recent) == 0 {
			delete(m.known, n)
			m.dirty = true
		}
	}
}

// groups are the conditions with something to tell now, those that are told
// together in one, the weightiest and oldest first. What is for a digest is
// apart from what is not.
func (m *Machine) groups(now time.Time) [][]*Condition {
	type key struct {
		kind    Kind
		service string
		held    bool
	}
	byKey := map[key][]*Condition{}
	ripe := map[key]bool{}
	for _, c := range m.known {
		if c.Untold == 0 || len(c.Recent) >= objectAlerts {
			continue
		}
		k := key{c.Kind, c.Service, c.Held}
		if c.Kind != Server {
			k.service = "" // all of the kind in one
		}
		byKey[k] = append(byKey[k], c)
		ripe[k] = ripe[k] || c.Held || now.Sub(c.First) >= c.Kind.window()
	}
	var out [][]*Condition
	for k, g := range byKey {
		if !ripe[k] {
			continue
		}
		slices.SortFunc(g, func(a, b *Condition) int {
			return cmp.Or(a.First.Compare(b.First), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Object, b.Object))
		})
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b []*Condition) int {
		return cmp.Or(cmp.Compare(rank[a[0].Kind], rank[b[0].Kind]), a[0].First.Compare(b[0].First), cmp.Compare(a[0].Service, b[0].Service),
			strings.Compare(strconv.FormatBool(a[0].Held), strconv.FormatBool(b[0].Held)))
	})
	return out
}

// tell makes an alert of g, which then counts as told.
func (m *Machine) tell(now time.Time, g []*Condition, k Kind) Alert {
	m.memory.Number++
	m.dirty = true
	a := Alert{ID: fmt.Sprintf("%s-%d", m.memory.Seed, m.memory.Number), Time: now, Router: m.router, Kind: k, State: Note}
	all := make([]Change, 0, len(g))
	for _, c := range g {
		ch := Change{Kind: c.Kind, Service: c.Service, Object: c.Object, Why: c.Why, Since: c.At, Count: c.Untold}
		switch {
		case c.Edge:
			ch.State = Note
		case c.Raised:
			ch.State = Problem
		default:
			ch.State = Resolved
		}
		all = append(all, ch)
		c.Told, c.Untold, c.Held, c.First = c.Raised, 0, false, time.Time{}
		if !c.Edge {
			c.Recent = append(c.Recent, now)
		}
	}
	for _, ch := range all {
		if ch.State == Problem || a.State == Note {
			a.State = ch.State
		}
	}
	if k == Server {
		a.Service = g[0].Service
	}
	a.Severity = severity(all)
	a.Changes = all[:min(len(all), maxChanges)]
	a.More = len(all) - len(a.Changes)
	a.Title = a.title(English, a.Changes)
	return a
}
