package director

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"time"

	"pacu/ipvs"
	"pacu/vip"
)

// judgeSome is a nanny that changes its mind.
func (w *world) judgeSome() {
	for range 1 + w.rnd.IntN(4) {
		if v, s, ok := w.someServer(); ok && !v.unchecked {
			w.judge(v, s)
		}
	}
}

func (w *world) someServer() (*simVirtual, simServer, bool) {
	if len(w.cfg.virtuals) == 0 {
		return nil, simServer{}, false
	}
	v := &w.cfg.virtuals[w.rnd.IntN(len(w.cfg.virtuals))]
	if len(v.servers) == 0 {
		return nil, simServer{}, false
	}
	s := v.servers[w.rnd.IntN(len(v.servers))]
	return v, s, s.active
}

// judge is one word of a nanny's: it writes the weight before it tells, unless
// the weight is the director's.
func (w *world) judge(v *simVirtual, s simServer) {
	verdict := Verdict{Up: w.rnd.IntN(3) > 0}
	weight := uint32(0)
	if verdict.Up {
		weight = uint32(1 + w.rnd.IntN(s.weight))
		verdict.Weight = weight
	}
	a, key := v.at(s), v.judgedBy(s)
	w.note("%s in %s: %+v", a, v.name(), verdict)
	for _, k := range v.keys() {
		if slices.Contains(w.d.Standing(key.Service).Holds, a) {
			continue
		}
		ds, err := w.kernel.Destinations(k)
		if err != nil {
			continue // its service is not there
		}
		if d, there := held(ds).find(a); there {
			d.Destination.Weight = weight
			if err := w.kernel.Apply([]ipvs.Op{ipvs.SetDestination(k, d.Destination)}); err != nil {
				w.fatalf("nanny: %v", err)
			}
		}
	}
	if w.rnd.IntN(4) == 0 {
		w.lookOnly()
	}
	w.verdicts[key] = verdict
	w.d.Judge(key, verdict, true)
}

// lookOnly is a pass between a nanny's weight and its word.
func (w *world) lookOnly() {
	before := w.dump()
	sent := w.applied
	if _, err := w.d.Look(longLook); err != nil {
		w.fatalf("look: %v", err)
	}
	if w.dump() != before || w.applied != sent {
		w.fatalf("Look changed something")
	}
}

func (w *world) drain() {
	v, s, ok := w.someServer()
	if !ok {
		return
	}
	name := v.at(s).Addr().String()
	if w.rnd.IntN(2) == 0 {
		name = v.name() + "/" + name
	}
	timeout := pick(w.rnd, 0, 0, 5*time.Second, 90*time.Second)
	d, err := w.d.Drain(name, timeout)
	w.note("drain %s %v: %v, %v", name, timeout, d, err)
	if err != nil {
		w.fatalf("drain: %v", err)
	}
	w.drains = append(slices.DeleteFunc(w.drains, func(o Drain) bool { return o.Addr == d.Addr && o.Virtual == d.Virtual }), d)
}

func (w *world) undrain() {
	if len(w.drains) == 0 {
		return
	}
	d := w.drains[w.rnd.IntN(len(w.drains))]
	_, err := w.d.Undrain(d.String())
	w.note("undrain %v: %v", d, err)
	if err != nil {
		return // lvs.cf has the server no more
	}
	w.drains = slices.DeleteFunc(w.drains, func(o Drain) bool {
		return o.Addr == d.Addr && (d.Virtual == "" || o.Virtual == d.Virtual)
	})
}

// connect lets clients come to servers that have a weight, and go from any.
func (w *world) connect() {
	if w.fake == nil {
		return
	}
	w.note("connections")
	table := w.table()
	for _, k := range slices.SortedFunc(keysOf(table), compareKeys) { // the seed alone decides
		for _, d := range table[k] {
			n := w.rnd.Uint32N(3)
			if d.Weight == 0 {
				n = min(n, d.Active)
			}
			d.Active, d.Inactive = n, 0
			if err := w.fake.SetStatus(k, d); err != nil {
				w.fatalf("%v", err)
			}
		}
	}
}

// trouble makes the kernel refuse, or no more.
func (w *world) trouble() {
	switch w.rnd.IntN(3) {
	case 0:
		w.note("kernel is well")
		w.refuse = nil
	case 1:
		w.note("kernel is busy")
		w.refuse = func(o ipvs.Op) error {
			if w.rnd.IntN(3) == 0 {
				return fmt.Errorf("%w: %w", ipvs.ErrBusy, syscall.EBUSY)
			}
			return nil
		}
	case 2:
		w.note("kernel lacks mh")
		w.refuse = func(o ipvs.Op) error {
			if strings.Contains(o.String(), " mh") {
				return ipvs.ErrNoScheduler
			}
			return nil
		}
	}
}

// meddle is another program, or an operator with ipvsadm.
func (w *world) meddle() {
	table := w.table()
	keys := slices.SortedFunc(keysOf(table), compareKeys)
	if len(keys) == 0 || w.rnd.IntN(6) == 0 {
		w.meddleAlone(keys)
		return
	}
	k := keys[w.rnd.IntN(len(keys))]
	v := w.cfg.of(k)
	if ds := table[k]; v == nil && isThrough(k) && len(ds) > 0 {
		w.meddleWith(k, pick(w.rnd, ipvs.DeleteService(k), ipvs.DeleteDestination(k, ds[0].Addr, ds[0].Port)))
		return
	}
	if v == nil {
		return // another's, or about to go
	}
	if n := w.rnd.IntN(8); n == 0 {
		w.meddleWith(k, ipvs.DeleteService(k))
		return
	} else if n == 1 {
		s := v.service(k)
		s.Scheduler = pick(w.rnd, "rr", "wlc", "lc")
		w.meddleWith(k, ipvs.SetService(s))
		return
	}
	if ds := table[k]; len(ds) > 0 && w.rnd.IntN(3) > 0 {
		d := ds[w.rnd.IntN(len(ds))].Destination
		w.alien[slot{k, at(d)}] = true
		switch w.rnd.IntN(3) {
		case 0:
			w.meddleWith(k, ipvs.DeleteDestination(k, d.Addr, d.Port))
		case 1:
			d.Weight = w.rnd.Uint32N(4)
			w.meddleWith(k, ipvs.SetDestination(k, d))
		default:
			d.Upper = 7
			w.meddleWith(k, ipvs.SetDestination(k, d))
		}
		return
	}
	d := v.destination(netip.AddrPortFrom(v.addr(10+w.rnd.IntN(simServers+2)), v.port()))
	d.Weight = w.rnd.Uint32N(4)
	if _, there := table[k].find(at(d)); !there {
		w.alien[slot{k, at(d)}] = true
		w.meddleWith(k, ipvs.AddDestination(k, d))
	}
}

// meddleAlone changes what is not the director's, or flushes everything.
func (w *world) meddleAlone(keys []ipvs.Key) {
	if w.rnd.IntN(3) == 0 {
		w.note("ipvsadm -C")
		if err := w.kernel.Flush(); err != nil {
			w.fatalf("%v", err)
		}
		clear(w.foreign)
		return
	}
	k := ipvs.FWMarkKey(uint32(900+w.rnd.IntN(3)), false)
	if slices.Contains(keys, k) {
		w.meddleWith(k, ipvs.DeleteService(k))
		delete(w.foreign, k)
		return
	}
	w.meddleWith(k, ipvs.AddService(ipvs.Service{Key: k, Scheduler: "rr"}),
		ipvs.AddDestination(k, ipvs.Destination{Addr: netip.MustParseAddr("10.9.0.10"), Port: 80, Weight: 1}))
	w.foreign[k] = w.rules(k)
}

func (w *world) meddleWith(k ipvs.Key, ops ...ipvs.Op) {
	w.note("someone: %v", ops)
	if err := w.kernel.Apply(ops); err != nil {
		var batch *ipvs.BatchError
		if !errors.As(err, &batch) {
			w.fatalf("meddle: %v", err)
		}
		w.note("someone failed: %v", err)
	}
}

// setActive is a change of role. What SetActive tells of is there at that
// moment, and nothing is told twice.
func (w *world) setActive() {
	told := make(map[vip.Address]bool)
	err := w.d.SetActive(w.active, func(part []vip.Address) {
		there := w.held()
		for _, a := range part {
			if told[a] || !there[a.Prefix.Addr()] {
				w.fatalf("told of %v, before: %v, there: %v", a, told[a], there[a.Prefix.Addr()])
			}
			told[a] = true
		}
	})
	if err != nil && w.stubborn() == nil {
		w.fatalf("set active: %v", err)
	}
	there := w.held()
	for _, a := range w.c.Addresses {
		is := there[a.Prefix.Addr()]
		if told[a.Address] != (is && w.active) || is && !w.active && w.stubborn()[a.Prefix.Addr()] == nil {
			w.fatalf("active %v: %v is there: %v, told: %v", w.active, a, is, told[a.Address])
		}
	}
	if changed, err := w.d.FollowRole(); err != nil {
		w.fatalf("sync daemons: %v", err)
	} else if len(changed) > 0 {
		w.note("  %s", changed)
	}
}

// held are the addresses that are there.
func (w *world) held() map[netip.Addr]bool {
	all, err := w.addresses.Addresses()
	if err != nil {
		w.fatalf("%v", err)
	}
	m := make(map[netip.Addr]bool, len(all))
	for _, h := range all {
		m[h.Prefix.Addr()] = true
	}
	return m
}

// stubborn are the addresses that are refused; nil for none, or on a real
// kernel.
func (w *world) stubborn() map[netip.Addr]error {
	if f, ok := w.addresses.(*fakeAddresses); ok {
		return f.stubborn
	}
	return nil
}

func (w *world) wellAddresses() {
	if f, ok := w.addresses.(*fakeAddresses); ok && f.stubborn != nil {
		f.stubborn = nil
		w.sleep(lastRetry)
	}
}

// meddleAddresses is someone who removes an address or adds one, or a kernel
// that refuses some.
func (w *world) meddleAddresses() {
	if f, ok := w.addresses.(*fakeAddresses); ok && w.rnd.IntN(3) == 0 {
		w.note("addresses are refused")
		f.stubborn = make(map[netip.Addr]error)
		for _, a := range w.c.Addresses {
			if w.rnd.IntN(4) == 0 {
				f.stubborn[a.Prefix.Addr()] = errPermission
			}
		}
		return
	}
	if len(w.c.Addresses) == 0 {
		return
	}
	a := w.c.Addresses[w.rnd.IntN(len(w.c.Addresses))].Address
	do, what := w.addresses.RemoveAll, "removes"
	if w.rnd.IntN(2) == 0 {
		do, what = w.addresses.AddAll, "adds"
	}
	w.note("someone %s %v", what, a)
	if err := do([]vip.Address{a})[0]; err != nil && w.stubborn() == nil {
		w.fatalf("meddle: %v", err)
	}
	w.d.Stir(false) // as the watch of pulse tells
}

// meddleDaemons is someone who starts or stops a sync daemon of ours. What
// others start while we run none stays theirs.
func (w *world) meddleDaemons() {
	ours := w.d.State().Sync
	if w.fake == nil || w.cfg.sync == nil || ours == nil || *ours != *w.cfg.sync {
		return
	}
	role := pick(w.rnd, ipvs.Master, ipvs.Backup)
	w.upset = true
	err := w.fake.StopDaemon(role)
	if err != nil {
		err = w.fake.StartDaemon(w.cfg.sync.daemon(role))
	}
	w.note("someone turns the %v daemon on or off: %v", role, err)
}
