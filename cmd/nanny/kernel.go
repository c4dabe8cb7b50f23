package main

import (
	"errors"
	"io"
	"os"
	"slices"
	"sync"

	"pacu/control"
	"pacu/ipvs"
	"pacu/probe"
)

// An applier is the kernel's IPVS table, as nanny needs it.
type applier interface {
	Apply([]ipvs.Op) error
}

// A table is an applier that was opened.
type table interface {
	applier
	io.Closer
}

func dialIPVS() (table, error) { return ipvs.Dial() }

// A kernel is a table that is opened when first needed, and anew after an
// error of its own: a router may get its ip_vs module while nanny runs.
type kernel struct {
	dial func() (table, error)

	mu sync.Mutex
	t  table // nil: not open
}

// Apply is the table's; it returns the error of opening it, too.
func (k *kernel) Apply(ops []ipvs.Op) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.t == nil {
		t, err := k.dial()
		if err != nil {
			return err
		}
		k.t = t
	}
	err := k.t.Apply(ops)
	if err != nil && !errors.As(err, new(*ipvs.BatchError)) { // not about an op: about the socket
		_ = k.t.Close()
		k.t = nil
	}
	return err
}

func (k *kernel) close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.t != nil {
		_ = k.t.Close()
		k.t = nil
	}
}

// frozen is the table under --norun: nothing is written.
type frozen struct{}

// Apply does nothing.
func (frozen) Apply([]ipvs.Op) error { return nil }

// A keeper brings a verdict into the kernel.
type keeper func(s subject, v probe.Verdict) error

// weigh returns the keeper for a nanny under pulse: it sets the weight. A
// destination that is not there is pulse's to add, with the weight reported.
func weigh(t applier) keeper {
	return func(s subject, v probe.Verdict) error {
		err := t.Apply(s.weighing(v.Weight))
		if onlyMissing(err) {
			return nil
		}
		return err
	}
}

// onlyMissing is true when all that failed is about what is not there.
func onlyMissing(err error) bool {
	var b *ipvs.BatchError
	if !errors.As(err, &b) {
		return false
	}
	return !slices.ContainsFunc(b.Failed, func(f ipvs.OpError) bool { return !errors.Is(f.Err, os.ErrNotExist) })
}

// A doorman is the keeper for a nanny by itself: it lets its one server in and
// out of the table, and remembers whether it is in.
type doorman struct {
	table applier

	mu sync.Mutex
	in *subject // nil: not in the table
}

func (d *doorman) keep(s subject, v probe.Verdict) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if v.State != probe.Up && !s.quiesce {
		return d.remove(s)
	}
	dest := s.destination(v.Weight)
	err := d.table.Apply([]ipvs.Op{ipvs.SetDestination(s.key, dest)})
	if errors.Is(err, os.ErrNotExist) && v.State == probe.Up {
		err = d.table.Apply([]ipvs.Op{ipvs.AddDestination(s.key, dest)})
	} else if errors.Is(err, os.ErrNotExist) {
		return nil // down and not in: well
	}
	if err == nil {
		d.in = &s
	}
	return err
}

// leave takes the server out, if it is in.
func (d *doorman) leave() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.in == nil {
		return nil
	}
	return d.remove(*d.in)
}

func (d *doorman) remove(s subject) error {
	err := d.table.Apply([]ipvs.Op{ipvs.DeleteDestination(s.key, s.dest.Addr, s.dest.Port)})
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	d.in = nil
	return nil
}

// healths are probe's states in control's words.
var healths = map[probe.State]control.Health{probe.Untried: control.Untried, probe.Up: control.Up, probe.Down: control.Down}
