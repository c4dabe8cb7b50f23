package lab

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jsimonetti/rtnetlink/v2"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// Held is an address as a host has it.
type Held struct {
	Iface  string // the interface's name
	Label  string // its label, or the interface's name
	Prefix netip.Prefix
}

// Addresses lists the addresses of the host's interfaces, lo included.
func (h *Host) Addresses() ([]Held, error) {
	c, err := h.rtnetlink()
	if err != nil {
		return nil, err
	}
	defer c.Close()
	names := map[uint32]string{}
	links, err := c.Link.List()
	if err != nil {
		return nil, fmt.Errorf("%s: list links: %w", h.name, err)
	}
	for _, l := range links {
		names[l.Index] = l.Attributes.Name
	}
	return held(c, h.name, names)
}

func (h *Host) rtnetlink() (c *rtnetlink.Conn, err error) {
	err = h.NetNS(func(fd int) (err error) {
		c, err = rtnetlink.Dial(&netlink.Config{NetNS: fd})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%s: netlink: %w", h.name, err)
	}
	return c, nil
}

func held(c *rtnetlink.Conn, name string, links map[uint32]string) ([]Held, error) {
	list, err := c.Address.List()
	if err != nil {
		return nil, fmt.Errorf("%s: list addresses: %w", name, err)
	}
	var all []Held
	for _, m := range list {
		if m.Attributes == nil {
			continue
		}
		ip := m.Attributes.Local // the peer is in Address
		if m.Family == unix.AF_INET6 || ip == nil {
			ip = m.Attributes.Address
		}
		a, ok := netip.AddrFromSlice(ip)
		if !ok {
			continue
		}
		iface := links[m.Index]
		label := m.Attributes.Label
		if label == "" {
			label = iface
		}
		all = append(all, Held{iface, label, netip.PrefixFrom(a.Unmap(), int(m.PrefixLength))})
	}
	return all, nil
}

// Span is a time during which the same hosts held an address.
type Span struct {
	From, To time.Time
	Hosts    []string // sorted
}

// Holder samples which of some hosts hold an address. A host without power
// holds nothing.
type Holder struct {
	hosts []*Host
	addr  netip.Addr

	mu    sync.Mutex
	spans []Span
}

// NewHolder returns a holder of addr on the hosts.
func NewHolder(addr netip.Addr, hosts ...*Host) *Holder {
	return &Holder{hosts: hosts, addr: addr}
}

// Run samples every so often until ctx ends; ten milliseconds is often enough
// for most. The error is the first that a powered host gave.
func (w *Holder) Run(ctx context.Context, every time.Duration) error {
	conns := map[*Host]*watch{}
	defer func() {
		for _, c := range conns {
			c.close()
		}
	}()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		holders, err := w.look(conns)
		// The hosts are not asked at one moment, and on a busy machine one may
		// hold it no more when the next does. What two looks saw was so between
		// them.
		for sure := false; err == nil && len(holders) != 1 && !sure; {
			was := holders
			holders, err = w.look(conns)
			sure = slices.Equal(was, holders)
		}
		if err != nil {
			return err
		}
		w.note(time.Now(), holders)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// look asks each host once.
func (w *Holder) look(conns map[*Host]*watch) (holders []string, err error) {
	for _, h := range w.hosts {
		has, err := w.ask(conns, h)
		if err != nil {
			return nil, err
		}
		if has {
			holders = append(holders, h.name)
		}
	}
	slices.Sort(holders)
	return holders, nil
}

// watch is an open netlink socket in one life of a host.
type watch struct {
	ns   *namespace
	conn *rtnetlink.Conn
}

func (w *watch) close() {
	// It was only read from.
	_ = w.conn.Close()
}

func (w *Holder) ask(conns map[*Host]*watch, h *Host) (bool, error) {
	ns, err := h.namespace()
	old := conns[h]
	if old != nil && old.ns != ns {
		old.close()
		delete(conns, h)
	}
	if err != nil {
		return false, nil // it is off
	}
	if conns[h] == nil {
		c, err := h.rtnetlink()
		if err != nil {
			return false, offIsFine(h, ns, err)
		}
		conns[h] = &watch{ns, c}
	}
	list, err := held(conns[h].conn, h.name, nil)
	if err != nil {
		return false, offIsFine(h, ns, err)
	}
	return slices.ContainsFunc(list, func(a Held) bool { return a.Prefix.Addr() == w.addr }), nil
}

// offIsFine drops an error that comes of a host losing its power meanwhile.
func offIsFine(h *Host, was *namespace, err error) error {
	if ns, offErr := h.namespace(); errors.Is(offErr, errOff) || ns != was {
		return nil
	}
	return err
}

// note adds a sample: it prolongs the last span or begins another.
func (w *Holder) note(at time.Time, holders []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if n := len(w.spans); n > 0 {
		last := &w.spans[n-1]
		last.To = at
		if slices.Equal(last.Hosts, holders) {
			return
		}
	}
	w.spans = append(w.spans, Span{at, at, holders})
}

// Spans returns what was seen from since on, without gaps: a span ends where the
// next begins.
func (w *Holder) Spans(since time.Time) []Span {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []Span
	for _, s := range w.spans {
		if s.To.Before(since) {
			continue
		}
		if s.From.Before(since) {
			s.From = since
		}
		out = append(out, s)
	}
	return out
}

// Now returns who held the address at the last sample.
func (w *Holder) Now() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.spans) == 0 {
		return nil
	}
	return slices.Clone(w.spans[len(w.spans)-1].Hosts)
}

// Longest returns the longest time, from since on, during which the address was
// held by none, and by two or more.
func (w *Holder) Longest(since time.Time) (none, many time.Duration) {
	for _, s := range joined(w.Spans(since)) {
		d := s.To.Sub(s.From)
		switch len(s.Hosts) {
		case 0:
			none = max(none, d)
		case 1:
		default:
			many = max(many, d)
		}
	}
	return none, many
}

// joined makes one span of neighbours that both have two or more holders.
func joined(spans []Span) []Span {
	var out []Span
	for _, s := range spans {
		if n := len(out); n > 0 && len(out[n-1].Hosts) > 1 && len(s.Hosts) > 1 {
			out[n-1].To = s.To
			continue
		}
		out = append(out, s)
	}
	return out
}

// String tells the history in a line: who, and for how long.
func (w *Holder) String() string {
	var parts []string
	for _, s := range w.Spans(time.Time{}) {
		who := strings.Join(s.Hosts, "+")
		if who == "" {
			who = "nobody"
		}
		parts = append(parts, fmt.Sprintf("%s %s", who, s.To.Sub(s.From).Round(time.Millisecond)))
	}
	return fmt.Sprintf("%s: %s", w.addr, strings.Join(parts, ", "))
}
