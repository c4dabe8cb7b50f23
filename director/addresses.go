package director

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"pacu/vip"
)

// seldom is how often the addresses are read that nobody said have changed:
// the kernel tells of changes, as Stir is to.
const seldom = 30 * time.Second

// Addresses are brought up in parts, so that the first of thousands are
// announced at once. They are few, as the kernel's list is read anew for each:
// a thousand addresses are two parts, and the list is still short at both.
const (
	firstPart = 16
	growth    = 64 // of a part, beside the one before
)

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

	active atomic.Bool

	mu      sync.Mutex
	wanted  []Floating
	held    map[vip.Address]bool // that this director put there, or adopted
	refused map[vip.Address]*refusal
	reading refusal // of the addresses
	settled bool    // nothing is known to have changed since they were last read
	read    time.Time
}

func (f *floating) configure(wanted []Floating) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.wanted, f.settled = wanted, false
	clear(f.refused)
}

// setActive brings the addresses up or down. It tells up of those that are
// there, as soon as they are.
func (f *floating) setActive(active bool, up func([]vip.Address)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.active.Store(active)
	clear(f.refused) // a new role is worth a new try
	f.reading.accept()
	now := time.Now()
	d, err := f.survey(now)
	if err != nil {
		d = f.all() // a role cannot wait for the list
	}
	if len(d.present) > 0 && up != nil {
		up(d.present)
	}
	return errors.Join(err, f.bring(now, d, up))
}

// all are the differences where the list of the addresses is not known: adding
// what is there, and removing what is not, does no harm.
func (f *floating) all() (d differences) {
	list := make([]vip.Address, len(f.wanted))
	for i, w := range f.wanted {
		list[i] = w.Address
	}
	if f.active.Load() {
		d.missing = list
	} else {
		d.stray = list
	}
	return d
}

// settle brings the addresses in line with the role. It returns those that it
// brought up.
func (f *floating) settle(now time.Time) (raised []vip.Address, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.settled && now.Sub(f.read) < seldom {
		return nil, nil
	}
	d, err := f.survey(now)
	if err != nil {
		return nil, err
	}
	err = f.bring(now, d, func(part []vip.Address) { raised = append(raised, part...) })
	return raised, err
}

// survey reads the addresses. The error is nil where it was told before, and
// then nothing differs.
func (f *floating) survey(now time.Time) (differences, error) {
	d, err := f.differences(f.wanted)
	if err != nil {
		f.settled = false
		return differences{}, f.reading.note(now, err)
	}
	f.reading.accept()
	f.settled, f.read = true, now
	return d, nil
}

// bring makes the differences good, in parts of which it tells up.
func (f *floating) bring(now time.Time, d differences, up func([]vip.Address)) error {
	var errs []error
	// What goes first makes room: an address may have moved to another device.
	for i, err := range f.each(now, d.stray, f.addresses.RemoveAll, &errs) {
		if err == nil {
			delete(f.held, d.stray[i])
		}
	}
	missing := slices.DeleteFunc(d.missing, func(a vip.Address) bool {
		r := f.refused[a]
		later := r != nil && !r.due(now)
		f.settled = f.settled && !later
		return later
	})
	add := func(list []vip.Address) []error { return f.add(list, d.there) }
	for size := firstPart; len(missing) > 0; size *= growth {
		part := missing[:min(size, len(missing))]
		missing = missing[len(part):]
		var raised []vip.Address
		for i, err := range f.each(now, part, add, &errs) {
			if err == nil {
				f.held[part[i]] = true
				raised = append(raised, part[i])
			}
		}
		if len(raised) > 0 && up != nil {
			up(raised)
		}
	}
	return errors.Join(errs...)
}

// add adds addresses, except those that somebody has on another interface: two
// would answer for one.
func (f *floating) add(list []vip.Address, there map[netip.Addr][]vip.Held) []error {
	errs := make([]error, len(list))
	var free []vip.Address
	var at []int
	for i, a := range list {
		on := there[a.Prefix.Addr()]
		j := slices.IndexFunc(on, func(h vip.Held) bool { return h.Interface != a.Interface && !h.Ours && !f.held[h.Address] })
		if j >= 0 {
			errs[i] = fmt.Errorf("address %s is on %s, where another program put it: remove it there", a.Prefix.Addr(), on[j].Interface)
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

// plan is what a cluster with these addresses would change.
func (f *floating) plan(floating []Floating) ([]Step, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	d, err := f.differences(floating)
	if err != nil {
		return nil, err
	}
	var steps []Step
	for _, a := range d.stray {
		steps = append(steps, Step{Action: '-', Kind: "address", Object: a.Prefix.String(), Detail: "from " + device(a)})
	}
	why := make(map[vip.Address][]string, len(floating))
	for _, w := range floating {
		why[w.Address] = w.For
	}
	for _, a := range d.missing {
		steps = append(steps, Step{Action: '+', Kind: "address", Object: a.Prefix.String(), Detail: "on " + device(a) + " for " + strings.Join(why[a], ", ")})
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
