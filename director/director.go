package director

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"sync"

	"pacu/ipvs"
	"pacu/vip"
)

// A Kernel is the IPVS table. *ipvs.Client and *ipvs.Fake are ones.
type Kernel interface {
	Services() ([]ipvs.ServiceStatus, error)
	Destinations(ipvs.Key) ([]ipvs.DestinationStatus, error)
	Apply([]ipvs.Op) error
	SetTimeouts(ipvs.Timeouts) error
}

// A Director keeps the kernel as a Cluster, the verdicts and the router's
// role want it. Its methods may be called from several goroutines.
type Director struct {
	kernel    Kernel
	addresses Addresses

	mu       sync.Mutex
	cluster  *Cluster
	verdicts Verdicts
	active   bool
	ours     map[ipvs.Key]bool    // services this director put or adopted
	held     map[vip.Address]bool // addresses likewise
	timeouts ipvs.Timeouts        // last set
	doubt    map[ServerKey]uint32 // weights that disagreed at the last pass
}

// New makes a Director of nothing, standing by: nothing is touched before
// Configure and Reconcile.
func New(k Kernel, a Addresses) *Director {
	return &Director{
		kernel: k, addresses: a, cluster: &Cluster{},
		verdicts: make(Verdicts), ours: make(map[ipvs.Key]bool),
		held: make(map[vip.Address]bool), doubt: make(map[ServerKey]uint32),
	}
}

// Configure replaces the cluster. Verdicts of servers that stay are kept.
func (d *Director) Configure(c *Cluster) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cluster = c
	known := make(map[ServerKey]bool)
	for i := range c.Services {
		for _, rs := range c.Services[i].Servers {
			if rs.Active {
				known[ServerKey{c.Services[i].Key, rs.Addr, rs.Port}] = true
			}
		}
	}
	for k := range d.verdicts {
		if !known[k] {
			delete(d.verdicts, k)
		}
	}
}

// Judge takes a nanny's word on a real server. Words on servers that are not
// (or no longer) the cluster's are ignored by Reconcile.
func (d *Director) Judge(k ServerKey, v Verdict) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.verdicts[k] = v
}

// Adopt takes the real servers that the kernel already serves as up, with the
// weight they have, until a nanny says otherwise: so an earlier pulse's table
// goes on untouched.
func (d *Director) Adopt() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	actual, err := ReadTable(d.kernel)
	if err != nil {
		return fmt.Errorf("read the IPVS table: %w", err)
	}
	for i := range d.cluster.Services {
		s := &d.cluster.Services[i]
		for _, rs := range s.Servers {
			held, there := actual[s.Key].Destinations[netip.AddrPortFrom(rs.Addr, rs.Port)]
			key := ServerKey{s.Key, rs.Addr, rs.Port}
			if _, judged := d.verdicts[key]; there && rs.Active && held.Weight > 0 && !judged {
				d.verdicts[key] = Verdict{Up: true, Weight: held.Weight}
			}
		}
	}
	return nil
}

// Verdict is the last word on a real server, if there is one.
func (d *Director) Verdict(k ServerKey) (Verdict, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	v, ok := d.verdicts[k]
	return v, ok
}

// SetActive says whether this router serves, and brings the floating addresses
// up or down accordingly. It returns those brought up. A failing address does
// not keep the others from their place; errors name each.
func (d *Director) SetActive(active bool) (up []vip.Address, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.active = active
	return d.settle()
}

// A Change is what a Reconcile did.
type Change struct {
	Ops    []ipvs.Op     // applied to the table
	Raised []vip.Address // addresses brought up
}

// Reconcile reads the kernel's table and addresses and puts right what differs
// from what the cluster, the verdicts and the role want. It can be interrupted
// and repeated at any point.
func (d *Director) Reconcile() (Change, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var ch Change
	var errs []error
	if d.cluster.Timeouts != d.timeouts {
		if err := d.kernel.SetTimeouts(d.cluster.Timeouts); err != nil {
			errs = append(errs, fmt.Errorf("set IPVS timeouts: %w", err))
		} else {
			d.timeouts = d.cluster.Timeouts
		}
	}
	ops, err := d.reconcileTable()
	ch.Ops = ops
	if err != nil {
		errs = append(errs, err)
	}
	ch.Raised, err = d.settle()
	if err != nil {
		errs = append(errs, err)
	}
	return ch, errors.Join(errs...)
}

func (d *Director) reconcileTable() ([]ipvs.Op, error) {
	actual, err := ReadTable(d.kernel)
	if err != nil {
		return nil, fmt.Errorf("read the IPVS table: %w", err)
	}
	want := Desired(d.cluster, d.verdicts, actual)
	d.yieldWeights(actual, want)
	ops := Diff(actual, want, d.ours)
	if len(ops) > 0 {
		err = d.kernel.Apply(ops)
	}
	gone := d.ours
	d.ours = make(map[ipvs.Key]bool, len(want))
	for k := range want {
		d.ours[k] = true
	}
	if err != nil {
		// What could not be deleted is still ours to delete.
		for k := range gone {
			d.ours[k] = true
		}
		return ops, fmt.Errorf("change the IPVS table: %w", err)
	}
	return ops, nil
}

// yieldWeights takes out of want each weight that disagrees with the kernel
// for the first time: the nanny writes its weight before it tells us.
func (d *Director) yieldWeights(actual, want Table) {
	doubt := make(map[ServerKey]uint32)
	for k, e := range want {
		for at, w := range e.Destinations {
			held, there := actual[k].Destinations[at]
			if !there || held.Weight == w.Weight {
				continue
			}
			key := ServerKey{k, at.Addr(), at.Port()}
			if seen, before := d.doubt[key]; before && seen == held.Weight {
				continue
			}
			doubt[key] = held.Weight
			w.Weight = held.Weight
			e.Destinations[at] = w
		}
	}
	d.doubt = doubt
}

// Release takes everything that is this director's out of the kernel: the
// addresses first, then the table.
func (d *Director) Release() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.active = false
	_, err := d.settle()
	errs := []error{err}
	actual, err := ReadTable(d.kernel)
	if err != nil {
		return errors.Join(append(errs, fmt.Errorf("read the IPVS table: %w", err))...)
	}
	if ops := Diff(actual, nil, d.ours); len(ops) > 0 {
		if err := d.kernel.Apply(ops); err != nil {
			errs = append(errs, fmt.Errorf("clear the IPVS table: %w", err))
		}
	}
	d.ours = make(map[ipvs.Key]bool)
	return errors.Join(errs...)
}

// ReadTable reads the whole table.
func ReadTable(k Kernel) (Table, error) {
	services, err := k.Services()
	if err != nil {
		return nil, err
	}
	t := make(Table, len(services))
	for _, s := range services {
		ds, err := k.Destinations(s.Key)
		if errors.Is(err, os.ErrNotExist) {
			continue // deleted since the list was read
		}
		if err != nil {
			return nil, err
		}
		e := Entry{Service: s.Service, Destinations: make(map[netip.AddrPort]ipvs.Destination, len(ds))}
		for _, ds := range ds {
			e.Destinations[netip.AddrPortFrom(ds.Addr, ds.Port)] = ds.Destination
		}
		t[s.Key] = e
	}
	return t, nil
}
