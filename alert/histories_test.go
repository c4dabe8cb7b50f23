package alert

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"pacu/control"
)

// A history is a random life of a router, and what its Machine told of it.
type history struct {
	t       *testing.T
	rnd     *rand.Rand
	now     time.Time
	m       *Machine
	rules   Rules
	seq     uint64
	started time.Time
	active  bool
	down    map[int]bool   // servers
	turns   map[string]int // changes of each, while this router told of them
	told    map[string]int
	last    map[string]State
	at      map[string][]time.Time
	sent    []time.Time
	ids     map[string]bool
	roles   []control.Takeover
	steady  bool // the role never changes
}

const (
	crowd = 12 // servers, three to a service
)

func (h *history) server(i int) (service, name, object string, at netip.AddrPort) {
	service = fmt.Sprintf("web-%d", i/3)
	name = fmt.Sprintf("s%d", i)
	at = netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(i + 1)}), 80)
	return service, name, fmt.Sprintf("%s (%s)", name, at.Addr()), at
}

func (h *history) snapshot() *control.Snapshot {
	s := &control.Snapshot{Taken: h.now, Started: h.started, Router: control.Router{State: control.Standby}}
	if h.active {
		s.Router.State = control.Active
	}
	for i := range crowd {
		service, name, _, at := h.server(i)
		if i%3 == 0 {
			s.Services = append(s.Services, control.Service{Name: service})
		}
		svc := &s.Services[len(s.Services)-1]
		rs := control.Server{Name: name, Address: at.Addr(), Port: 80, Health: control.Up}
		if h.down[i] {
			rs.Health, rs.Why = control.Down, "connection refused"
		} else {
			svc.Up++
		}
		svc.Servers = append(svc.Servers, rs)
	}
	if h.seq > 0 {
		s.Events = []control.Event{{Seq: h.seq}}
	}
	for i := len(h.roles) - 1; i >= max(0, len(h.roles)-10); i-- {
		s.Takeovers = append(s.Takeovers, h.roles[i])
	}
	return s
}

// turn has a server go down or up, which pulse tells by an event.
func (h *history) turn(i int) {
	h.down[i] = !h.down[i]
	service, name, object, at := h.server(i)
	who := fmt.Sprintf("%s (%s) of %s", name, at, service)
	word := "up"
	if h.down[i] {
		word = "down"
	}
	h.seq++
	h.turns[object]++
	h.m.Heed(h.now, control.Event{Seq: h.seq, Time: h.now, Kind: "server", Object: who, Message: who + " is " + word + ": because"})
}

// step lets some time pass, and checks what is told.
func (h *history) step(d time.Duration) {
	h.now = h.now.Add(d)
	for _, a := range h.m.Due(h.now) {
		if h.ids[a.ID] {
			h.t.Fatalf("ID %s is given twice", a.ID)
		}
		h.ids[a.ID] = true
		h.sent = append(h.sent, h.now)
		if n := len(h.sent) - h.rules.perMinute() - 1; n >= 0 && h.now.Sub(h.sent[n]) < time.Minute {
			h.t.Fatalf("%v: more than %d alerts within a minute", h.now, h.rules.perMinute())
		}
		if a.Title == "" || a.Severity == "" || a.State == "" || a.Text(Chinese) == "" {
			h.t.Fatalf("an alert lacks something: %+v", a)
		}
		for _, c := range a.Changes {
			if h.rules.Quiet.In(h.now) && !(h.rules.Through && c.Kind.severe()) {
				h.t.Fatalf("%v: told in quiet hours: %+v", h.now, a)
			}
			if c.Kind != Server {
				continue
			}
			if c.Count < 1 {
				h.t.Fatalf("nothing is told of %s", c.Object)
			}
			h.told[c.Object] += c.Count
			h.last[c.Object] = c.State
			times := append(h.at[c.Object], h.now)
			h.at[c.Object] = times
			if n := len(times) - objectAlerts - 1; n >= 0 && h.now.Sub(times[n]) < objectWindow {
				h.t.Fatalf("%s is told of too often", c.Object)
			}
		}
	}
}

// restart is lvsgui's: what is remembered goes through JSON.
func (h *history) restart() {
	b, err := json.Marshal(h.m.Memory())
	if err != nil {
		h.t.Fatal(err)
	}
	var m Memory
	if err := json.Unmarshal(b, &m); err != nil {
		h.t.Fatal(err)
	}
	h.m = NewMachine("lvs-01", m, h.rules)
}

func newHistory(t *testing.T, seed uint64) *history {
	h := &history{
		t: t, rnd: rand.New(rand.NewPCG(seed, 8)), now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC),
		down: map[int]bool{}, turns: map[string]int{}, told: map[string]int{}, last: map[string]State{}, at: map[string][]time.Time{}, ids: map[string]bool{},
	}
	h.started = h.now
	h.rules = Rules{PerMinute: 1 + h.rnd.IntN(4), Through: h.rnd.IntN(2) == 0}
	if h.rnd.IntN(2) == 0 {
		h.rules.Quiet = Quiet{From: "12:30", To: fmt.Sprintf("%02d:15", 13+h.rnd.IntN(9))}
	}
	h.m = NewMachine("lvs-01", Memory{Seed: "x"}, h.rules)
	h.active, h.steady = true, h.rnd.IntN(2) == 0
	h.m.Look(h.now, h.snapshot())
	return h
}

// live is the random part.
func (h *history) live() {
	for range 50 + h.rnd.IntN(200) {
		switch n := h.rnd.IntN(20); {
		case n < 9:
			h.turn(h.rnd.IntN(crowd))
		case n < 15:
			h.m.Look(h.now, h.snapshot())
		case n == 15: // one that was begun before the last change
			s := h.snapshot()
			h.now = h.now.Add(time.Millisecond)
			h.turn(h.rnd.IntN(crowd))
			h.m.Look(h.now, s)
		case n == 16:
			h.restart()
		case n == 17 && !h.steady:
			h.active = !h.active
			to := control.Standby
			if h.active {
				to = control.Active
			}
			h.roles = append(h.roles, control.Takeover{Began: h.now, To: to, Why: "partner dead"})
			h.m.Look(h.now, h.snapshot())
		case n == 18: // pulse is restarted: its events begin anew
			h.now = h.now.Add(time.Millisecond)
			h.started, h.seq = h.now, 0
			h.m.Look(h.now, h.snapshot())
		}
		h.step([]time.Duration{0, 20 * time.Millisecond, time.Second, 7 * time.Second, time.Minute, 20 * time.Minute}[h.rnd.IntN(6)])
	}
}

// settle lets a day pass in which nothing happens.
func (h *history) settle() {
	for range 200 {
		h.m.Look(h.now, h.snapshot())
		h.step(10 * time.Minute)
	}
}

// TestHistories: no change is lost or told twice, a down always gets its up,
// and no limit is passed.
func TestHistories(t *testing.T) {
	histories := 1000
	if testing.Short() {
		histories = 100
	}
	for seed := range uint64(histories) {
		h := newHistory(t, seed)
		h.live()
		h.settle()
		for i := range crowd {
			_, _, object, _ := h.server(i)
			if h.steady && h.told[object] != h.turns[object] {
				t.Fatalf("history %d: %s changed %d times, told %d", seed, object, h.turns[object], h.told[object])
			}
			if h.steady && h.turns[object] > 0 && (h.last[object] == Problem) != h.down[i] {
				t.Fatalf("history %d: %s is down %t, and was told last to be in state %s", seed, object, h.down[i], h.last[object])
			}
		}
		// In the end all come up: what was told to be down must be told to be up.
		for i := range crowd {
			if h.down[i] {
				h.turn(i)
			}
		}
		h.settle()
		for object, state := range h.last {
			if state == Problem {
				t.Fatalf("history %d: %s was told to be down, and never to be up", seed, object)
			}
		}
		if n := len(h.m.Memory().Conditions); n != 0 {
			t.Fatalf("history %d: %d conditions are kept though all is well: %+v", seed, n, h.m.Memory().Conditions[0])
		}
	}
}
