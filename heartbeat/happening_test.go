package heartbeat_test

import (
	"fmt"
	"slices"
	"time"

	"pacu/heartbeat"
)

// A happening is one thing that goes wrong, or right again, or that an
// operator does. What it does depends on nothing but itself, so that a history
// may lose others of its happenings.
type happening struct {
	at   time.Duration
	kind string
	host int
	path int
	arg  float64 // 0 to 1
}

// String is the line for the log.
func (s happening) String() string {
	return fmt.Sprintf("* %s, host %c, path %d, %.3f", s.kind, 'A'+s.host, s.path, s.arg)
}

// A kind of happening: what it does, and to which histories it belongs.
type kind struct {
	do func(w *world, h *host, s happening)
	// calm: with nothing but such, somebody serves at every moment.
	calm bool
	// keyed: it means something only with keys; eve: only with a third host;
	// fos: only for service = fos.
	keyed, eve, fos bool
}

var kinds = map[string]kind{
	"cut a wire":  {do: func(_ *world, h *host, s happening) { h.wires[s.path].cut = true }},
	"mend a wire": {do: func(_ *world, h *host, s happening) { h.wires[s.path] = mended(h.wires[s.path]) }},
	"lose":        {do: func(_ *world, h *host, s happening) { h.wires[s.path].loss = s.arg }},
	"duplicate":   {do: func(_ *world, h *host, s happening) { h.wires[s.path].twice = s.arg / 2 }},
	"delay":       {do: func(w *world, h *host, s happening) { h.wires[s.path].slow = scale(w.deadtime, s.arg) }},
	"cut one way": {do: func(_ *world, h *host, _ happening) { cutAll(true, h) }},
	"cut all":     {do: func(_ *world, h *host, _ happening) { cutAll(true, h, h.partner) }},
	"cut a path":  {do: func(_ *world, h *host, s happening) { h.wires[s.path].cut, h.partner.wires[s.path].cut = true, true }},
	"mend all":    {do: func(_ *world, h *host, _ happening) { cutAll(false, h, h.partner) }},
	"power off":   {do: func(w *world, h *host, _ happening) { w.power(h) }},
	"power cycle": {do: func(w *world, h *host, _ happening) { w.power(h); w.start(h) }},
	"kill":        {do: func(w *world, h *host, _ happening) { w.kill(h) }},
	"kill, restart": {do: func(w *world, h *host, s happening) {
		w.kill(h)
		w.after(scale(2*w.deadtime, s.arg), func() { w.start(h) })
	}},
	"start": {do: func(w *world, h *host, _ happening) { w.start(h) }, calm: true},
	"sleep": {do: func(w *world, h *host, s happening) { w.sleep(h, scale(3*w.deadtime, s.arg)) }},
	"stall": {do: func(w *world, h *host, s happening) { w.sleep(h, scale(shortStall, s.arg)) }},
	"fit":   {do: func(_ *world, h *host, _ happening) { h.fits(heartbeat.Fit{}) }, calm: true},
	"cut off": {do: func(_ *world, h *host, s happening) {
		h.fits(heartbeat.Fit{Faults: 1 + uint16(3*s.arg), Cut: true, Why: "simulated"})
	}},
	"faults": {do: func(_ *world, h *host, s happening) {
		h.fits(heartbeat.Fit{Faults: 1 + uint16(3*s.arg), Why: "simulated"})
	}, keyed: true},
	"no servers":    {do: func(_ *world, h *host, _ happening) { h.counts(0, 0) }, calm: true, keyed: true},
	"servers":       {do: func(_ *world, h *host, s happening) { h.counts(1+int(9*s.arg), int(2000*s.arg)) }, calm: true, keyed: true},
	"hold on":       {do: func(_ *world, h *host, _ happening) { h.isHeld() }, calm: true},
	"hold off":      {do: func(_ *world, h *host, _ happening) { h.holds(false) }, calm: true},
	"switchover":    {do: func(_ *world, h *host, _ happening) { h.switchesOver() }, calm: true},
	"leave":         {do: func(_ *world, h *host, _ happening) { h.event(heartbeat.Leave{}) }},
	"leave in calm": {do: func(_ *world, h *host, _ happening) { h.leavesInCalm() }, calm: true},
	"upgrade": {do: func(w *world, h *host, s happening) {
		h.event(heartbeat.Leave{})
		w.after(2*w.deadtime, func() { w.start(h) })
	}},
	"reload":        {do: func(_ *world, h *host, s happening) { h.reloads(s) }, calm: true},
	"break":         {do: func(_ *world, h *host, _ happening) { h.failing = true }},
	"repair":        {do: func(_ *world, h *host, _ happening) { h.failing = false }, calm: true},
	"renew the key": {do: func(w *world, h *host, s happening) { w.renewKey(h) }, keyed: true, calm: true},
	"copy the key":  {do: func(w *world, h *host, _ happening) { h.takesKeys(w.keyFile(h.id / 2)) }, keyed: true, calm: true},
	"wrong key": {do: func(w *world, h *host, s happening) {
		w.kill(h)
		h.keys = []heartbeat.Key{simKey(1000 + h.id)}
		w.start(h)
	}, keyed: true},
	"third host":    {do: func(w *world, h *host, s happening) { w.eve.strikes(h, 1+int(20*s.arg)) }, keyed: true, eve: true, calm: true},
	"service dies":  {do: func(_ *world, h *host, _ happening) { h.dead = true }, fos: true},
	"service lives": {do: func(_ *world, h *host, _ happening) { h.dead = false }, fos: true, calm: true},
}

// fitnessKinds are the kinds that leave the network and the processes alone:
// the router that is more fit has to serve.
var fitnessKinds = []string{
	"start", "fit", "cut off", "faults", "no servers", "servers", "hold on", "hold off", "switchover",
	"leave in calm", "reload", "renew the key", "copy the key",
}

// kindNames are in order, for a choice that is the same in every run.
var kindNames = func() (names []string) {
	for name := range kinds {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}()

// shortStall is the longest stall that must not cost a takeover where deadtime
// is a second or more.
const shortStall = 300 * time.Millisecond

func (s happening) do(w *world) { kinds[s.kind].do(w, w.hosts[s.host], s) }

func scale(d time.Duration, by float64) time.Duration { return time.Duration(float64(d) * by) }

func mended(w wire) wire { return wire{min: w.min, max: w.max} }

func cutAll(cut bool, hosts ...*host) {
	for _, h := range hosts {
		for i := range h.wires {
			h.wires[i] = mended(h.wires[i])
			h.wires[i].cut = cut
		}
	}
}

func (h *host) fits(f heartbeat.Fit) {
	h.fit = f
	h.event(f)
}

func (h *host) counts(up, connections int) {
	h.facts.Up, h.facts.Connections = up, connections
	h.event(h.facts)
}

func (h *host) holds(on bool) {
	h.held = on
	h.event(heartbeat.Hold{On: on})
}

// isHeld holds the router; in calm not where its partner stops just now, and
// leaves it to this one to serve.
func (h *host) isHeld() {
	if !h.w.calm || !h.partner.node.Leaving() {
		h.holds(true)
	}
}

// switchesOver has the other router serve. A partner without a key has to know
// first which one that is: from one that hands over it hears no more than that
// it does not serve.
func (h *host) switchesOver() {
	if w := h.w; !w.calm || w.keyed || w.now-max(h.began, h.partner.began) > 4*w.keepalive+w.way {
		h.event(heartbeat.Switchover{})
	}
}

// leavesInCalm leaves where the partner can take over, and comes back.
func (h *host) leavesInCalm() {
	p := h.partner
	well := func(h *host) bool {
		return h.up && !h.held && !h.node.Leaving() && h.w.now-h.changed > 3*h.w.deadtime
	}
	if well(h) && well(p) {
		h.event(heartbeat.Leave{})
		h.w.after(4*h.w.deadtime, func() { h.w.start(h) })
	}
}

// reloads takes a new lvs.cf.
func (h *host) reloads(s happening) {
	h.settings.Serial++
	if s.arg < 0.3 {
		h.settings.Preempt = !h.settings.Preempt
	}
	h.event(heartbeat.Configure{Settings: h.settings})
}

// simKey is a key by its number.
func simKey(n int) (k heartbeat.Key) {
	copy(k[:], fmt.Sprintf("simulated key %18d", n))
	return k
}

// keyFile is the newest key file of a pair.
func (w *world) keyFile(pair int) []heartbeat.Key {
	keys := []heartbeat.Key{simKey(100*pair + w.renewals[pair])}
	if w.renewals[pair] > 0 {
		keys = append(keys, simKey(100*pair+w.renewals[pair]-1))
	}
	return keys
}

// renewKey makes a new key on h, where the one before is everywhere.
func (w *world) renewKey(h *host) {
	pair := h.id / 2
	file := w.keyFile(pair)
	if h.keys[0] != file[0] || h.partner.keys[0] != file[0] {
		return
	}
	w.renewals[pair]++
	h.takesKeys(w.keyFile(pair))
}

func (h *host) takesKeys(keys []heartbeat.Key) {
	h.keys = keys
	h.await(func() { h.line.Configure(keys, h.settings.Role) })
}
