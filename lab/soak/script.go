package soak

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// A step is one thing that happens.
type step struct {
	wait time.Duration // after the step before
	what string        // for the timeline
	do   action
	// settled steps wait until every server that should serve does: they take
	// one away, or take the table apart.
	settled bool
	arg     int    // a server, where the action has one
	word    string // what else it needs
	after   model  // what is so when it is done
}

// An action is what a step does.
type action int

// The actions.
const (
	reload     action = iota // both routers read what the model says
	drain                    // arg
	undrain                  // arg
	drift                    // word is which
	killNanny                // arg-th of word
	restart                  // pulse of word is ended without a trace and started again
	crash                    // pulse of word is killed and started again
	die                      // arg; word is "web" or "power"
	revive                   // arg
	switchover               // the active router hands over
	hold                     // the standby router is told never to take over, and again that it may
	outage                   // word is which, of the active router
	silentPath               // word is the interface, of the standby router
)

// String is the action in a word.
func (a action) String() string {
	return [...]string{"reload", "drain", "undrain", "drift", "nanny killed", "restart", "crash", "death", "return", "switchover", "hold", "outage", "silent path"}[a]
}

// Words of steps.
const (
	activeRouter, standbyRouter = "active", "standby"
	web, power                  = "web", "power"
)

// The drifts.
const (
	clearTable    = "ipvsadm -C"
	deleteServer  = "ipvsadm -d"
	deleteService = "ipvsadm -D"
	editServer    = "ipvsadm -e"
	deleteVIP     = "ip addr del VIP"
	deleteNAT     = "ip addr del NAT router"
	flushRules    = "nft flush ruleset"
)

var drifts = []string{clearTable, deleteServer, deleteService, editServer, deleteVIP, deleteNAT, flushRules}

// A script writes the day from its seed: each step depends on those before it
// and on nothing else.
type script struct {
	random *rand.Rand
	model  model
}

func newScript(seed uint64) *script {
	return &script{random: rand.New(rand.NewPCG(seed, seed)), model: newModel()}
}

// Between two steps.
const (
	leastWait = time.Second
	mostWait  = 6 * time.Second
)

// next is the next step.
func (s *script) next() step {
	for {
		st, ok := s.propose()
		if !ok {
			continue
		}
		st.wait = leastWait + rand64(s.random, mostWait-leastWait)
		st.after = s.model
		return st
	}
}

func rand64(r *rand.Rand, d time.Duration) time.Duration {
	return time.Duration(r.Int64N(int64(d)))
}

// propose makes a step; not every one is possible at every time.
func (s *script) propose() (step, bool) {
	i := s.random.IntN(servers)
	who := []string{activeRouter, standbyRouter}[s.random.IntN(2)]
	// Drifts want all servers well, which is not often so.
	if s.model.calm() && s.random.IntN(3) == 0 {
		which := drifts[s.random.IntN(len(drifts))]
		return step{do: drift, what: which + " on the active router", word: which, arg: i, settled: true}, true
	}
	switch s.random.IntN(20) {
	case 0, 1:
		return s.reweigh(i)
	case 2:
		return s.reschedule()
	case 3:
		return s.toggleExtra()
	case 4, 5:
		return s.toggleRemoved(i)
	case 6, 7:
		return s.toggleDrained(i)
	case 8, 9, 10:
		return s.bring(i)
	case 11:
		return step{do: killNanny, what: fmt.Sprintf("kill -9 of a nanny on the %s router", who), word: who, arg: s.random.IntN(servers)}, true
	case 12:
		return step{do: restart, what: "restart of pulse on the " + who + " router", word: who}, true
	case 13:
		return step{do: crash, what: "kill -9 of pulse on the " + who + " router, and start", word: who}, true
	case 14, 15:
		return s.toggleDead(i)
	case 16:
		return step{do: switchover, what: "switchover", settled: true}, true
	case 17:
		return step{do: hold, what: "hold on and off on the standby router", settled: true}, true
	case 18:
		how := outages[s.random.IntN(len(outages))]
		return step{do: outage, what: how + " on the active router", word: how, settled: true}, true
	default:
		iface := []string{"eth0", "eth1"}[s.random.IntN(2)]
		return step{do: silentPath, what: "the standby router is cut off behind its " + iface, word: iface, settled: true}, true
	}
}

// reload is the step that brings a changed model to the routers.
func (s *script) reload(what string) (step, bool) {
	s.model.serial++
	return step{do: reload, what: fmt.Sprintf("reload %d: %s", s.model.serial, what)}, true
}

func (s *script) reweigh(i int) (step, bool) {
	if s.model.servers[i].removed {
		return step{}, false
	}
	w := 1 + s.random.IntN(4)
	s.model.servers[i].weight = w
	return s.reload(fmt.Sprintf("%s gets weight %d", serverName(i), w))
}

func (s *script) reschedule() (step, bool) {
	scheduler := schedulers[s.random.IntN(len(schedulers))]
	if s.random.IntN(2) == 0 {
		s.model.web = scheduler
		return s.reload("scheduler " + scheduler + " for web")
	}
	s.model.many = scheduler
	return s.reload("scheduler " + scheduler + " for many")
}

func (s *script) toggleExtra() (step, bool) {
	s.model.extra = !s.model.extra
	if s.model.extra {
		return s.reload("virtual extra is added")
	}
	return s.reload("virtual extra is removed")
}

// least is how many servers always serve.
const least = 2

// mayLeave tells whether server i can be done without.
func (s *script) mayLeave(i int) bool {
	list := s.model.serving()
	return len(list) > least && slices.Contains(list, i)
}

func (s *script) toggleRemoved(i int) (step, bool) {
	server := &s.model.servers[i]
	switch {
	case server.removed:
		server.removed = false
		return s.reload(serverName(i) + " is added")
	case s.mayLeave(i):
		server.removed = true
		st, ok := s.reload(serverName(i) + " is removed")
		st.settled = true
		return st, ok
	}
	return step{}, false
}

func (s *script) toggleDrained(i int) (step, bool) {
	server := &s.model.servers[i]
	switch {
	case server.drained:
		server.drained = false
		return step{do: undrain, what: "undrain " + serverName(i), arg: i}, true
	case s.mayLeave(i):
		server.drained = true
		return step{do: drain, what: "drain " + serverName(i), arg: i, settled: true}, true
	}
	return step{}, false
}

func (s *script) toggleDead(i int) (step, bool) {
	server := &s.model.servers[i]
	switch {
	case server.dead:
		server.dead = false
		return step{do: revive, what: serverName(i) + " comes back", arg: i}, true
	case s.mayLeave(i):
		server.dead = true
		how := []string{web, power}[s.random.IntN(2)]
		return step{do: die, what: fmt.Sprintf("%s loses its %s", serverName(i), how), word: how, arg: i, settled: true}, true
	}
	return step{}, false
}

// bring is the step after which server i serves; false when it does already.
func (s *script) bring(i int) (step, bool) {
	switch server := s.model.servers[i]; {
	case server.dead:
		return s.toggleDead(i)
	case server.drained:
		return s.toggleDrained(i)
	case server.removed:
		return s.toggleRemoved(i)
	}
	return step{}, false
}

// heal are the steps after which all servers serve.
func (s *script) heal() []step {
	var list []step
	for i := range s.model.servers {
		if st, ok := s.bring(i); ok {
			st.wait, st.after = leastWait, s.model
			list = append(list, st)
		}
	}
	return list
}
