package director

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"pacu/ipvs"
)

// A Step is a change in people's words.
type Step struct {
	Action byte   // + - ~
	Kind   string // service, server, check, address, firewall, timeout, sync, sysctl
	Object string
	In     string // the virtual of a server
	Detail string // what it will be
	Was    string // what it is, of a change
	// Connections are those under way that the step ends, or lets end.
	Connections uint64
}

// String is the step in a line: "+ 10.8.8.35:80 in http_server weight 1".
func (s Step) String() string {
	var b strings.Builder
	b.WriteByte(s.Action)
	b.WriteByte(' ')
	if s.Kind != "server" {
		b.WriteString(s.Kind + " ")
	}
	b.WriteString(s.Object)
	if s.In != "" {
		b.WriteString(" in " + s.In)
	}
	if s.Detail != "" {
		b.WriteString(" " + s.Detail)
	}
	if s.Was != "" {
		b.WriteString(" (was " + s.Was + ")")
	}
	return b.String()
}

// lines are the steps, each in a line.
func lines(steps []Step) []string {
	list := make([]string, len(steps))
	for i, s := range steps {
		list[i] = s.String()
	}
	return list
}

// Step is the change in words.
func (c *Change) Step() Step {
	name := c.key.String()
	if c.service != nil {
		name = strings.Join(c.service.Names, ", ")
	}
	if isThrough(c.key) && (c.service == nil || c.service.Through) {
		return c.throughStep()
	}
	if c.ofService() {
		s := Step{Action: c.action, Kind: "service", Object: c.key.String()}
		if c.service != nil {
			s.Object += " of " + name
		}
		switch {
		case c.from != nil && c.to != nil:
			s.Detail, s.Was = serviceDetail(*c.to), serviceDetail(*c.from)
		case c.to != nil:
			s.Detail = serviceDetail(*c.to)
		}
		return s
	}
	s := Step{Action: c.action, Kind: "server", In: name}
	switch {
	case c.is != nil && c.want != nil:
		s.Object = server(*c.want)
		s.Detail, s.Was = difference(*c.want, *c.is)
	case c.want != nil:
		s.Object, s.Detail = server(*c.want), destinationDetail(*c.want)
	default:
		s.Object = server(*c.is)
	}
	return s
}

// server is a real server's address with its port, unless it keeps the
// client's.
func server(d ipvs.Destination) string {
	if d.Port == 0 {
		return d.Addr.String()
	}
	return netip.AddrPortFrom(d.Addr, d.Port).String()
}

func serviceDetail(s ipvs.Service) string {
	words := []string{s.Scheduler}
	if s.Flags&ipvs.Persistent != 0 {
		words = append(words, fmt.Sprintf("persistent %d", int(s.Timeout.Seconds())))
		if s.Netmask != s.Key.Addr.BitLen() {
			words = append(words, fmt.Sprintf("netmask /%d", s.Netmask))
		}
		if s.Engine != "" {
			words = append(words, "engine "+s.Engine)
		}
	}
	if s.Flags&ipvs.OnePacket != 0 {
		words = append(words, "one_packet")
	}
	for i, f := range []ipvs.Flags{ipvs.SchedFlag1, ipvs.SchedFlag2, ipvs.SchedFlag3} {
		if s.Flags&f != 0 {
			words = append(words, fmt.Sprintf("flag%d", i+1))
		}
	}
	return strings.Join(words, " ")
}

func destinationDetail(d ipvs.Destination) string {
	words := []string{fmt.Sprintf("weight %d", d.Weight)}
	if w := forwardWords(d); w != "masquerade" {
		words = append(words, w)
	}
	if d.Upper != 0 {
		words = append(words, limits(d))
	}
	return strings.Join(words, " ")
}

// difference is what a has that b has not, and the reverse.
func difference(a, b ipvs.Destination) (detail, was string) {
	var is, w []string
	say := func(x, y string) {
		if x != y {
			is, w = append(is, x), append(w, y)
		}
	}
	say(fmt.Sprintf("weight %d", a.Weight), fmt.Sprintf("weight %d", b.Weight))
	say(forwardWords(a), forwardWords(b))
	say(limits(a), limits(b))
	return strings.Join(is, " "), strings.Join(w, " ")
}

func forwardWords(d ipvs.Destination) string {
	if d.Forward != ipvs.Tunnel || d.Tunnel == (ipvs.Encap{}) {
		return d.Forward.String()
	}
	return d.Forward.String() + " " + d.Tunnel.String()
}

func limits(d ipvs.Destination) string {
	if d.Upper == 0 {
		return "no limit"
	}
	lower := d.Lower
	if lower == 0 {
		lower = d.Upper * 3 / 4 // ip_vs_dest_totalconns against l_threshold, in ip_vs_conn.c
	}
	return fmt.Sprintf("at most %d connections, again below %d", d.Upper, lower)
}

// Plan is what Configure(c) and a Reconcile would change, in their order. It
// changes nothing.
func (d *Director) Plan(c *Cluster) ([]Step, error) {
	addresses, err := d.floating.plan(c.Addresses)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []changes
	services := d.configured(c)
	v := d.view()
	if d.known {
		v.verdicts = maps.Clone(v.verdicts)
		if _, err := d.meet(c, services, v.verdicts); err != nil {
			return nil, err
		}
	}
	for _, k := range sortedKeys(services) {
		l, _ := v.work(services[k])
		all = append(all, l)
	}
	var steps []Step
	connections := make(map[ipvs.Key][]ipvs.DestinationStatus)
	for _, ch := range inOrder(all) {
		if ch.service != nil && ch.service.Through && !ch.ofService() {
			continue // it comes with its service
		}
		s := ch.Step()
		leaves := false
		if ch.want != nil {
			_, leaves = services[ch.key].leaving[at(*ch.want)]
		}
		switch {
		case leaves:
			s.Detail += " until its connections end, then it leaves"
			s.Connections = d.connections(connections, ch)
		case ch.action == '-':
			s.Connections = d.connections(connections, ch)
		}
		steps = append(steps, s)
	}
	rest, err := d.planRest(c)
	return slices.Concat(steps, rest, addresses), err
}

// connections are those that what ch is about has now. A count that cannot be
// read is 0: the plan is of use without it.
func (d *Director) connections(seen map[ipvs.Key][]ipvs.DestinationStatus, ch Change) (n uint64) {
	ds, read := seen[ch.key]
	if !read {
		ds, _ = d.kernel.Destinations(ch.key)
		seen[ch.key] = ds
	}
	for _, st := range ds {
		if ch.is == nil || at(*ch.is) == at(st.Destination) {
			n += uint64(st.Active) + uint64(st.Inactive)
		}
	}
	return n
}
