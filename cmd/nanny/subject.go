package main

import (
	"cmp"
	"fmt"
	"net/netip"
	"time"

	"pacu/control"
	"pacu/ipvs"
	"pacu/probe"
)

const (
	defaultInterval = 10 * time.Second      // Piranha's, for an order that gives none
	minInterval     = 10 * time.Millisecond // more often is an attack on the server
)

// A subject is what a watch is about: one real server in one service, in the
// kernel's words.
type subject struct {
	server   netip.Addr
	realPort uint16
	service  string // control.Watch.Key
	key      ipvs.Key
	twin     bool             // the UDP service beside key has the server too
	dest     ipvs.Destination // without its weight
	quiesce  bool
}

func newSubject(server netip.Addr, w control.Watch) (subject, error) {
	s := subject{server: server, realPort: w.RealPort, service: w.Key(), quiesce: w.Quiesce}
	if !server.IsValid() || !w.Address.IsValid() {
		return s, fmt.Errorf("watch of %s: an address is missing", s.service)
	}
	if len(w.Checks) == 0 {
		return s, fmt.Errorf("watch of %s: no checks", s.service)
	}
	protocol, err := ipvs.ParseProtocol(w.Protocol)
	if err != nil {
		return s, fmt.Errorf("watch of %s: %w", s.service, err)
	}
	s.key = ipvs.Key{Protocol: protocol, Addr: w.Address, Port: w.Port}
	if w.FWMark != 0 {
		s.key = ipvs.FWMarkKey(w.FWMark, w.Address.Is6())
	}
	// A service by mark takes every protocol, and has no twin.
	s.twin = w.Twin && w.FWMark == 0
	if s.dest, err = destination(server, w); err != nil {
		return s, fmt.Errorf("watch of %s: %w", s.service, err)
	}
	return s, nil
}

// destination is the server as pulse put it into the kernel, but for the
// weight. The kernel takes each change for the whole, so all of it is needed.
func destination(server netip.Addr, w control.Watch) (ipvs.Destination, error) {
	d := ipvs.Destination{Addr: server, Port: w.RealPort, Upper: w.MaxConnections, Lower: w.MinConnections}
	if w.KernelPort != nil {
		d.Port = *w.KernelPort
	}
	var ok bool
	if d.Forward, ok = forwards[w.Forward]; !ok {
		return d, fmt.Errorf("unknown forwarding method %q", w.Forward)
	}
	if d.Lower > d.Upper {
		return d, fmt.Errorf("min_connections %d is over max_connections %d", d.Lower, d.Upper)
	}
	var err error
	if d.Tunnel, err = ipvs.ParseEncap(w.Encap); err != nil {
		return d, err
	}
	if d.Forward != ipvs.Tunnel && d.Tunnel != (ipvs.Encap{}) {
		return d, fmt.Errorf("encapsulation %q without a tunnel", w.Encap)
	}
	return d, nil
}

// real is the server as log lines have it.
func (s subject) real() string { return netip.AddrPortFrom(s.server, s.realPort).String() }

// same is true when s and o are one thing to the kernel.
func (s subject) same(o subject) bool { return s.key == o.key && s.twin == o.twin && s.dest == o.dest }

func (s subject) destination(weight int) ipvs.Destination {
	d := s.dest
	d.Weight = uint32(max(weight, 0))
	return d
}

// weighing are the changes that give the server a weight in its service, and
// in its twin.
func (s subject) weighing(weight int) []ipvs.Op {
	ops := []ipvs.Op{ipvs.SetDestination(s.key, s.destination(weight))}
	if s.twin {
		udp := s.key
		udp.Protocol = ipvs.UDP
		ops = append(ops, ipvs.SetDestination(udp, s.destination(weight)))
	}
	return ops
}

// target is where the probes go: a server without a port of its own, as a
// service by fwmark may have, is probed at the service's.
func target(server netip.Addr, w control.Watch) probe.Target {
	t := probe.Target{Addr: server, Port: cmp.Or(w.RealPort, w.Port)}
	if !w.Address.IsUnspecified() {
		t.VIP = w.Address
	}
	return t
}

func interval(w control.Watch) time.Duration {
	if w.Interval <= 0 {
		return defaultInterval
	}
	return max(time.Duration(w.Interval), minInterval)
}

// patience is how long the shortest of a watch's checks may take.
func patience(w control.Watch) time.Duration {
	least := interval(w)
	for _, c := range w.Checks {
		if c.Timeout > 0 {
			least = min(least, time.Duration(c.Timeout))
		}
	}
	return max(least, minInterval)
}

func settings(w control.Watch) probe.Settings {
	s := probe.Settings{
		Interval: interval(w), Reentry: time.Duration(w.Reentry),
		Rise: w.Rise, Fall: w.Fall, Damping: w.Damping, Weight: max(w.Weight, 0),
	}
	if w.Retry > 0 {
		s.Retry = max(time.Duration(w.Retry), minInterval)
	}
	return s
}
