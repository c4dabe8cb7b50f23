package director

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"pacu/ipvs"
)

// A simKernel is what the simulation does to a table behind the director's
// back. *ipvs.Fake and *ipvs.Client are ones.
type simKernel interface {
	Kernel
	Flush() error
	Sent() uint64
}

// A slot is a destination of a service.
type slot struct {
	key ipvs.Key
	at  netip.AddrPort
}

// A world is a router in a simulation: kernel, file, nannies, operator and
// other programs.
type world struct {
	t     testing.TB
	rnd   *rand.Rand
	name  string
	log   []string
	sleep func(time.Duration)
	hurry time.Duration // how many times shorter sleep is; 0: once

	kernel    simKernel
	fake      *ipvs.Fake // kernel, unless that is a real one
	addresses Addresses
	firewall  Firewall
	sysctls   Sysctls
	d         *Director

	cfg      simConfig
	c        *Cluster
	active   bool
	verdicts map[ServerKey]Verdict
	kept     map[slot]uint32 // unprobed, as Configure or Resume found them
	drains   []Drain
	forces   []Force
	alien    map[slot]bool // others had a hand in it since all was well
	foreign  map[ipvs.Key]string
	refuse   func(ipvs.Op) error
	upset    bool // others had a hand in the sync daemons
	applied  int  // calls of Apply by the director
}

// Apply is the director's: it must not do what costs a client its connection.
func (w *world) Apply(ops []ipvs.Op) error {
	w.applied++
	for _, o := range ops {
		w.judgeOp(o)
	}
	if w.fake != nil {
		w.fake.Refuse = w.refuse
		defer func() { w.fake.Refuse = nil }()
	}
	return w.kernel.Apply(ops)
}

// A spy is the director's kernel.
type spy struct {
	simKernel
	w *world
}

func (s spy) Apply(ops []ipvs.Op) error { return s.w.Apply(ops) }

func (w *world) note(format string, args ...any) {
	w.log = append(w.log, fmt.Sprintf(format, args...))
}

func (w *world) fatalf(format string, args ...any) {
	w.t.Helper()
	w.t.Fatalf("%s: %s\nhistory:\n%s\nlvs.cf:\n%s\nkernel:\n%s", w.name, fmt.Sprintf(format, args...),
		strings.Join(w.log, "\n"), w.cfg.text(), w.dump())
}

// start makes a director of the configuration.
func (w *world) start(cfg simConfig) {
	w.d = New(spy{w.kernel, w}, w.addresses, w.firewall, w.sysctls)
	w.d.second /= max(w.hurry, 1)
	w.d.syncing.linger /= max(w.hurry, 1)
	if w.d.linger = 0; w.fake != nil {
		w.d.linger = 700 * time.Millisecond // a rest of the simulation is longer
	}
	w.configure(cfg)
}

func (w *world) cluster(cfg simConfig) *Cluster {
	c := cluster(w.t, cfg.text())
	c.SetLocal(cfg.own())
	for i := range cfg.floating {
		c.Addresses = append(c.Addresses, Floating{cfg.spare(i), []string{"spare"}})
	}
	return c
}

func (w *world) configure(cfg simConfig) {
	w.cfg, w.c = cfg, w.cluster(cfg)
	w.remember()
	w.d.Configure(w.c)
}

// remember keeps the verdicts of servers that stay, and what the director
// believes that the kernel holds of those without.
func (w *world) remember() {
	verdicts, kept := make(map[ServerKey]Verdict), make(map[slot]uint32)
	for i := range w.cfg.virtuals {
		v := &w.cfg.virtuals[i]
		for _, s := range v.servers {
			if !s.active || v.unchecked {
				continue
			}
			if verdict, ok := w.verdicts[v.judgedBy(s)]; ok {
				verdicts[v.judgedBy(s)] = verdict
				continue
			}
			for _, k := range v.keys() {
				sl := slot{k, v.at(s)}
				if weight, ok := w.kept[sl]; ok {
					kept[sl] = weight
				} else if believed := w.d.services[k]; believed != nil && believed.held.find(sl.at) != nil {
					kept[sl] = believed.held.find(sl.at).Weight
				}
			}
		}
	}
	w.verdicts, w.kept = verdicts, kept
}

// restart is a pulse that died and starts anew.
func (w *world) restart() {
	text, err := json.Marshal(w.d.State())
	if err != nil {
		w.fatalf("%v", err)
	}
	var state State
	if err := json.Unmarshal(text, &state); err != nil {
		w.fatalf("%v", err)
	}
	before := w.table()
	w.verdicts, w.kept = nil, nil
	if w.rnd.IntN(3) == 0 {
		w.cfg.sync = randomSync(w.rnd) // edited while no pulse ran
	}
	w.start(w.cfg)
	if err := w.d.Resume(state); err != nil {
		w.fatalf("resume: %v", err)
	}
	w.setActive()
	w.eachServer(func(v *simVirtual, s simServer) {
		if v.unchecked {
			return
		}
		verdict, ok := w.d.Verdict(v.judgedBy(s))
		served := false
		for _, k := range v.keys() {
			d, there := before[k].find(v.at(s))
			served = served || there && d.Weight > 0
			if there && !ok {
				w.kept[slot{k, v.at(s)}] = d.Weight
			}
		}
		if ok != served {
			w.fatalf("%s in %s: adopted %v, the kernel served it: %v", v.at(s), v.name(), ok, served)
		}
		if ok {
			w.verdicts[v.judgedBy(s)] = verdict
		}
	})
}

// eachServer calls f with each active server.
func (w *world) eachServer(f func(*simVirtual, simServer)) {
	for i := range w.cfg.virtuals {
		for _, s := range w.cfg.virtuals[i].servers {
			if s.active {
				f(&w.cfg.virtuals[i], s)
			}
		}
	}
}

// held is what the kernel holds of a service.
type held []ipvs.DestinationStatus

func (h held) find(a netip.AddrPort) (ipvs.DestinationStatus, bool) {
	for _, d := range h {
		if at(d.Destination) == a {
			return d, true
		}
	}
	return ipvs.DestinationStatus{}, false
}

// table is the whole kernel's.
func (w *world) table() map[ipvs.Key]held {
	all, err := w.kernel.Services()
	if err != nil {
		w.fatalf("%v", err)
	}
	m := make(map[ipvs.Key]held, len(all))
	for _, s := range all {
		ds, err := w.kernel.Destinations(s.Key)
		if err != nil {
			w.fatalf("%v", err)
		}
		m[s.Key] = ds
	}
	return m
}

// dump is the table as text.
func (w *world) dump() string {
	if w.fake != nil {
		return w.fake.String()
	}
	var b strings.Builder
	t := w.table()
	for _, k := range slices.SortedFunc(keysOf(t), compareKeys) {
		fmt.Fprintf(&b, "%v\n", k)
		for _, d := range t[k] {
			fmt.Fprintf(&b, "  %+v\n", d.Destination)
		}
	}
	return b.String()
}

func keysOf[V any](m map[ipvs.Key]V) func(func(ipvs.Key) bool) {
	return func(yield func(ipvs.Key) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// drained tells whether an operator took s out, and whether its time is over.
func (w *world) drained(v *simVirtual, a netip.AddrPort) (draining, expired bool) {
	for _, d := range w.drains {
		if d.Addr == a.Addr() && (d.Virtual == "" || d.Virtual == v.name()) {
			draining = true
			expired = expired || !d.Until.IsZero() && !time.Now().Before(d.Until)
		}
	}
	return draining, expired
}

// state is what an operator or else a probe says of s: its weight while it is
// up.
func (w *world) state(v *simVirtual, k ipvs.Key, s simServer) (weight uint32, up, judged bool) {
	if up, forced := w.forced(v, v.at(s)); forced {
		return uint32(s.weight), up, true
	}
	if v.unchecked {
		return uint32(s.weight), true, true
	}
	verdict, ok := w.verdicts[v.judgedBy(s)]
	return verdict.Weight, verdict.Up, ok
}

// A count of a service's servers, for its sorry server.
type count struct{ up, untried, active int }

func (w *world) count(v *simVirtual, k ipvs.Key) (n count) {
	for _, s := range v.servers {
		if !s.active {
			continue
		}
		n.active++
		if draining, _ := w.drained(v, v.at(s)); draining {
			continue
		}
		_, up, judged := w.state(v, k, s)
		weight, kept := w.kept[slot{k, v.at(s)}]
		switch {
		case up, !judged && kept && weight > 0:
			n.up++
		case !judged && !kept:
			n.untried++
		}
	}
	return n
}

// mustSorry and mustNotSorry tell when the sorry server serves whatever went
// before; between the two, hysteresis and servers yet to be probed decide.
func (w *world) mustSorry(v *simVirtual, k ipvs.Key) bool {
	n := w.count(v, k)
	return v.sorry && n.up+n.untried < v.quorum
}

func (w *world) mustNotSorry(v *simVirtual, k ipvs.Key) bool {
	n := w.count(v, k)
	return !v.sorry || n.up >= max(1, min(v.quorum+v.hysteresis, max(n.active, v.quorum)))
}
