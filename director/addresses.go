package director

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"pacu/vip"
)

// seldom is how often the addresses are read that nobody said have changed:
// the kernel tells of changes, as Stir is to.
const seldom = 30 * time.Second

// Addresses are the network interfaces' addresses. *vip.Conn is one.
type Addresses interface {
	Addresses() ([]vip.Held, error)
	AddAll([]vip.Address) []error // an error or nil for each
	RemoveAll([]vip.Address) []error
}

// floating keeps the floating addresses where the role wants them. It has a
// lock of its own, so that a takeover waits for nothing else.
type floating struct {
	addresses Addresses

	mu      sync.Mutex
	wanted  []Floating
	active  bool
	held    map[vip.Address]bool // that this director put there, or adopted
	refused map[vip.Address]*refusal
	reading refusal    // of the addresses
	there   []vip.Held // as last read
	settled bool       // nothing is known to have changed since they were last read
	read    time.Time
}

func (f *floating) configure(wanted []Floating) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.wanted, f.settled = wanted, false
	clear(f.refused)
}

func (f *floating) isActive() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.active
}

func (f *floating) setActive(active bool) ([]vip.Address, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.active = active
	clear(f.refused) // a new role is worth a new try
	return f.bring(time.Now())
}

// settle brings the addresses in line with the role. It returns those that it
// brought up.
func (f *floating) settle(now time.Time) ([]vip.Address, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.settled && now.Sub(f.read) < seldom {
		return nil, nil
	}
	return f.bring(now)
}

func (f *floating) bring(now time.Time) ([]vip.Address, error) {
	stray, missing, err := f.differences(f.wanted)
	if err != nil {
		return nil, f.reading.note(now, err)
	}
	f.reading.accept()
	f.settled, f.read = true, now
	var errs []error
	// What goes first makes room: an address may have moved to another device.
	for i, err := range f.each(now, stray, f.addresses.RemoveAll, &errs) {
		if err == nil {
			delete(f.held, stray[i])
		}
	}
	var raised []vip.Address
	missing = slices.DeleteFunc(missing, func(a vip.Address) bool {
		r := f.refused[a]
		later := r != nil && !r.due(now)
		f.settled = f.settled && !later
		return later
	})
	for i, err := range f.each(now, missing, f.add, &errs) {
		if err == nil {
			f.held[missing[i]] = true
			raised = append(raised, missing[i])
		}
	}
	return raised, errors.Join(errs...)
}

// add adds addresses, except those that somebody has on another interface: two
// would answer for one.
func (f *floating) add(list []vip.Address) []error {
	errs := make([]error, len(list))
	var free []vip.Address
	var at []int
	for i, a := range list {
		j := slices.IndexFunc(f.there, func(h vip.Held) bool {
			return h.Prefix.Addr() == a.Prefix.Addr() && h.Interface != a.Interface && !h.Ours && !f.held[h.Address]
		})
		if j >= 0 {
			errs[i] = fmt.Errorf("address %s is on %s, where another program put it: remove it there", a.Prefix.Addr(), f.there[j].Interface)
			continue
		}
		free, at = append(free, a), append(at, i)
	}
	if len(free) == 0 {
		return errs
	}
	for i, err := range f.addresses.AddAll(free) {
		errs[at[i]] = err
	}
	return errs
}

// each does something with all of list, and collects the errors that are new.
func (f *floating) each(now time.Time, list []vip.Address, do func([]vip.Address) []error, errs *[]error) []error {
	if len(list) == 0 {
		return nil
	}
	results := do(list)
	for i, err := range results {
		if err == nil {
			delete(f.refused, list[i])
			continue
		}
		f.settled = false
		r := f.refused[list[i]]
		if r == nil {
			r = &refusal{}
			f.refused[list[i]] = r
		}
		if err := r.note(now, err); err != nil {
			*errs = append(*errs, err)
		}
	}
	return results
}

// differences are the addresses that must go, and those that must come.
func (f *floating) differences(floating []Floating) (stray, missing []vip.Address, err error) {
	there, err := f.addresses.Addresses()
	if err != nil {
		return nil, nil, fmt.Errorf("read the addresses: %w", err)
	}
	f.there = there
	on := make(map[netip.Addr][]vip.Address, len(there))
	for _, h := range there {
		on[h.Prefix.Addr()] = append(on[h.Prefix.Addr()], h.Address)
	}
	wanted := make(map[netip.Addr]vip.Address, len(floating))
	cluster := make(map[netip.Addr]vip.Address, len(floating))
	for _, w := range floating {
		cluster[w.Prefix.Addr()] = w.Address
		if !f.active {
			continue
		}
		wanted[w.Prefix.Addr()] = w.Address
		if slices.ContainsFunc(on[w.Prefix.Addr()], func(a vip.Address) bool { return sameAddress(a, w.Address) }) {
			f.held[w.Address] = true
		} else {
			missing = append(missing, w.Address)
		}
	}
	for _, h := range there {
		w, keep := wanted[h.Prefix.Addr()]
		if keep && (sameAddress(h.Address, w) || !h.Ours) {
			continue
		}
		c, ofCluster := cluster[h.Prefix.Addr()]
		if h.Ours || f.held[h.Address] || ofCluster && sameAddress(h.Address, c) {
			stray = append(stray, h.Address)
		}
	}
	return stray, missing, nil
}

// plan is what a cluster with these addresses would change.
func (f *floating) plan(floating []Floating) ([]Step, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	stray, missing, err := f.differences(floating)
	if err != nil {
		return nil, err
	}
	var steps []Step
	for _, a := range stray {
		steps = append(steps, Step{Action: '-', Kind: "address", Object: a.Prefix.String(), Detail: "from " + device(a)})
	}
	for _, a := range missing {
		i := slices.IndexFunc(floating, func(w Floating) bool { return w.Address == a })
		steps = append(steps, Step{Action: '+', Kind: "address", Object: a.Prefix.String(), Detail: "on " + device(a) + " for " + strings.Join(floating[i].For, ", ")})
	}
	return steps, nil
}

func (f *floating) degraded(now time.Time) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var list []string
	if f.reading.err != nil {
		list = append(list, f.reading.words(now))
	}
	for _, w := range f.wanted {
		if r := f.refused[w.Address]; r != nil {
			list = append(list, r.words(now))
		}
	}
	return list
}

// stir makes the addresses be read at the next settle, and those refused be
// tried again where links changed.
func (f *floating) stir(links bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.settled = false
	if !links {
		return
	}
	for _, r := range f.refused {
		r.next = time.Time{}
	}
}

func device(a vip.Address) string {
	if a.Label != "" {
		return a.Label
	}
	return a.Interface
}

// sameAddress leaves the label out: the kernel has none for IPv6, and one
// changed by hand moves no packet.
func sameAddress(a, b vip.Address) bool {
	return a.Prefix == b.Prefix && a.Interface == b.Interface
}
