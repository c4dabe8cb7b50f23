package director

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"time"

	"pacu/ipvs"
	"pacu/vip"
)

// A Result is what a Reconcile did.
type Result struct {
	Changes []Change      // of the table, that the kernel took
	Others  []string      // other changes, in words
	Raised  []vip.Address // addresses brought up
	// Held are the real servers that Standing's Holds of some service got or
	// lost.
	Held []netip.Addr
	// Kept: what State returns may have changed.
	Kept bool
}

// Empty tells that nothing was to do.
func (r *Result) Empty() bool { return len(r.Changes)+len(r.Others)+len(r.Raised) == 0 }

// Reconcile changes the kernel where it is known to differ from what the
// cluster, the verdicts and the role want. It can be interrupted and repeated
// at any point. What the kernel refuses is tried again by a later Reconcile,
// with back-off; the error names each, once, and all else is done.
func (d *Director) Reconcile() (Result, error) {
	var r Result
	var errs []error
	now := time.Now()
	switched, err := d.syncing.follow(now)
	r.Others, errs = lines(switched), append(errs, err)
	d.mu.Lock()
	if d.turned.Swap(false) {
		d.turn()
	}
	if !d.known && d.reading.due(now) {
		if err := d.adopt(); err != nil {
			errs = append(errs, d.reading.note(now, err))
		} else {
			d.reading.accept()
		}
	}
	if d.known {
		errs = append(errs, d.meetOthers())
		var err error
		r.Changes, err = d.reconcileTable(now)
		errs = append(errs, err)
	}
	others, err := d.reconcileRest(now)
	errs = append(errs, err)
	r.Others = append(r.Others, others...)
	r.Held, d.held = d.held, nil
	r.Kept = len(r.Others) > 0 || slices.ContainsFunc(r.Changes, func(c Change) bool { return c.ofService() })
	d.mu.Unlock()
	raised, err := d.floating.settle(now)
	r.Raised = raised
	return r, errors.Join(append(errs, err)...)
}

// meetOthers takes on what the cluster wants of others' services.
func (d *Director) meetOthers() error {
	if d.met {
		return nil
	}
	met, err := d.meet(d.cluster, d.services, d.verdicts)
	for _, s := range met {
		delete(d.others, s.key)
		d.soil(s)
	}
	if len(met) > 0 { // the order that Plan tells
		slices.SortFunc(d.soiled, func(a, b *service) int { return compareKeys(a.key, b.key) })
	}
	d.met = err == nil
	return err
}

// reconcileTable works the dirty services out and applies what that takes.
func (d *Director) reconcileTable(now time.Time) ([]Change, error) {
	type task struct {
		s    *service
		want *Entry
	}
	v := d.view()
	var tasks []task
	var all []changes
	later := d.soiled[:0:0]
	for _, s := range d.soiled {
		if !s.dirty {
			continue
		}
		if !s.refusal.due(now) || now.Before(s.until) {
			later = append(later, s)
			continue
		}
		holds := s.holds
		l, want := v.work(s)
		if l.empty() {
			s.believe(want)
		}
		d.noteHolds(holds, s.holds)
		if d.watched(s) || s.look {
			d.attend[s.key] = true
		}
		if l.empty() {
			s.refusal.accept()
			d.forget(s)
			continue
		}
		tasks = append(tasks, task{s, want})
		all = append(all, l)
	}
	d.soiled = later
	if len(tasks) == 0 {
		return nil, nil
	}
	list := inOrder(all)
	hold, err := d.apply(list)
	var batch *ipvs.BatchError
	switch {
	case err == nil:
	case errors.As(err, &batch):
	default: // nothing is known of any
		err = fmt.Errorf("change the IPVS table: %w", err)
		var told error
		for _, t := range tasks {
			d.reread(t.s)
			d.soil(t.s)
			if news := t.s.refusal.note(now, err); news != nil {
				told = news
			}
		}
		return nil, errors.Join(hold, told)
	}
	refused := make(map[ipvs.Key]error)
	taken := list[:0]
	failed := 0
	for i := range list {
		if batch != nil && failed < len(batch.Failed) && batch.Failed[failed].Index == i {
			f := batch.Failed[failed]
			failed++
			if _, named := refused[list[i].key]; !named { // the first tells why the others failed
				refused[list[i].key] = f
			}
			continue
		}
		taken = append(taken, list[i])
	}
	errs := []error{hold}
	for _, t := range tasks {
		err := refused[t.s.key]
		if err == nil {
			t.s.believe(t.want)
			t.s.refusal.accept()
			d.forget(t.s)
			continue
		}
		d.reread(t.s)
		d.soil(t.s)
		errs = append(errs, t.s.refusal.note(now, err))
	}
	d.recount()
	return taken, errors.Join(errs...)
}

// noteHolds notes whose weights changed hands.
func (d *Director) noteHolds(before, now []netip.AddrPort) {
	if slices.Equal(before, now) {
		return
	}
	note := func(list, other []netip.AddrPort) {
		for _, a := range list {
			if !slices.Contains(other, a) && !slices.Contains(d.held, a.Addr()) {
				d.held = append(d.held, a.Addr())
			}
		}
	}
	note(before, now)
	note(now, before)
}

// forget drops a service that is neither wanted nor there.
func (d *Director) forget(s *service) {
	if s.want != nil || s.held != nil {
		return
	}
	delete(d.services, s.key)
}

// recount notes how many services there are, so that Look sees others come
// and go.
func (d *Director) recount() {
	d.count = -1
	if n, err := d.kernel.Count(); err == nil {
		d.count = n
	}
}

// reread makes the belief of s what the kernel says.
func (d *Director) reread(s *service) {
	st, err := d.kernel.Service(s.key)
	if err == nil {
		var e *Entry
		if e, _, err = d.read(st.Service); err == nil {
			s.believe(e)
			return
		}
	}
	if errors.Is(err, os.ErrNotExist) {
		s.believe(nil)
	}
	s.look, d.attend[s.key] = true, true
}

// SetActive says whether this router serves, and brings the floating addresses
// up or down accordingly; the rest follows at the next Reconcile. Meanwhile it
// tells up of the addresses that are up: first those that were before, then
// part by part as they come. up may be nil, must be quick and must not call
// the Director. A failing address does not keep the others from their place;
// errors name each. No other work of the Director is waited for, except with
// addresses.
func (d *Director) SetActive(active bool, up func([]vip.Address)) error {
	err := d.floating.setActive(active, up)
	d.turned.Store(true) // not under mu: a running Reconcile must not hold the addresses up
	return err
}

// Active tells which role SetActive set.
func (d *Director) Active() bool { return d.floating.active.Load() }

// Stir tells that addresses, or links too, changed: the next Reconcile reads
// them, and where links changed tries again what was refused.
func (d *Director) Stir(links bool) { d.floating.stir(links) }

// turn makes what depends on the role be worked out again.
func (d *Director) turn() {
	for _, k := range sortedKeys(d.services) {
		if s := d.services[k]; s.want != nil && s.want.Local {
			d.soil(s)
		}
	}
}

// Release takes everything that is this director's out of the kernel: the
// addresses first, then the table, the firewall's rules and the settings.
func (d *Director) Release() error {
	errs := []error{d.floating.setActive(false, nil)}
	d.syncing.configure(nil)
	_, err := d.syncing.follow(time.Now())
	errs = append(errs, err)
	d.mu.Lock()
	defer d.mu.Unlock()
	var all changes
	for _, k := range sortedKeys(d.services) {
		if s := d.services[k]; !s.foreign {
			all.between(nil, s.held, nil)
		}
	}
	var ops []ipvs.Op
	for _, c := range all.drop {
		ops = append(ops, c.Op())
	}
	if len(ops) > 0 {
		err := d.kernel.Apply(ops)
		if err != nil && !onlyMissing(err) {
			errs = append(errs, fmt.Errorf("clear the IPVS table: %w", err))
		}
	}
	d.established.Store(0)
	d.services, d.soiled, d.judged = make(map[ipvs.Key]*service), nil, make(map[ipvs.Key][]*service)
	return errors.Join(append(errs, d.releaseRest())...)
}

// onlyMissing tells that all that failed was deleting what is gone already.
func onlyMissing(err error) bool {
	var batch *ipvs.BatchError
	return errors.As(err, &batch) && !slices.ContainsFunc(batch.Failed, func(f ipvs.OpError) bool { return !errors.Is(f, os.ErrNotExist) })
}
