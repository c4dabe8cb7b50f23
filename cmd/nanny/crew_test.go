package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
	"pacu/ipvs"
	"pacu/logging"
	"pacu/probe"
)

var (
	server = netip.MustParseAddr("10.8.8.33")
	vip    = netip.MustParseAddr("10.10.1.30")
	www    = ipvs.Key{Protocol: ipvs.TCP, Addr: vip, Port: 80}
)

// watchWWW is a watch of server in www: 2 good probes to come back.
func watchWWW(weight int) control.Watch {
	return control.Watch{
		Protocol: "tcp", Address: vip, Port: 80, RealPort: 8080, Forward: "nat", Weight: weight,
		Interval: control.Duration(10 * time.Second), Reentry: control.Duration(20 * time.Second),
	}
}

func order(watches ...control.Watch) control.Order {
	return control.Order{Server: server, Watches: watches}
}

// A fakeServer is a check whose result the test sets.
type fakeServer struct {
	mu     sync.Mutex
	up     bool
	delay  time.Duration // of each probe
	probes int
}

func (f *fakeServer) set(up bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.up = up
}

func (f *fakeServer) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.probes
}

func (f *fakeServer) Probe(ctx context.Context, _ probe.Target) probe.Result {
	f.mu.Lock()
	f.probes++
	up, delay := f.up, f.delay
	f.mu.Unlock()
	if delay > 0 {
		select {
		case <-ctx.Done():
			return probe.Result{Why: "given up"}
		case <-time.After(delay):
		}
	}
	if up {
		return probe.Result{Up: true, Why: "well", Took: time.Millisecond}
	}
	return probe.Result{Why: "refused", Took: time.Millisecond}
}

func (f *fakeServer) String() string { return "fake" }

// A bed is a crew in a synctest bubble, with all around it faked.
type bed struct {
	*crew
	table  *ipvs.Fake
	server *fakeServer
	log    bytes.Buffer // read only after wait

	mu      sync.Mutex
	reports []control.Report
}

// newBed has www in the kernel, with server in it at weight 7.
func newBed(t *testing.T, wrap func(applier) keeper) *bed {
	t.Helper()
	b := &bed{table: ipvs.NewFake(), server: &fakeServer{up: true}}
	if err := b.table.Apply([]ipvs.Op{
		ipvs.AddService(ipvs.Service{Key: www, Scheduler: "wlc"}),
		ipvs.AddDestination(www, ipvs.Destination{Addr: server, Port: 8080, Weight: 7}),
	}); err != nil {
		t.Fatal(err)
	}
	b.crew = newCrew(t.Context(), logging.New("nanny", logging.Journal, &b.log, false), wrap(b.table))
	b.newCheck = func(control.Watch) probe.Check { return b.server }
	b.report = func(r control.Report) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.reports = append(b.reports, r)
	}
	return b
}

// weight is what the kernel has: "-" for no destination.
func (b *bed) weight() string {
	dests, err := b.table.Destinations(www)
	if err != nil {
		return err.Error()
	}
	for _, d := range dests {
		if d.Addr == server && d.Port == 8080 {
			return fmt.Sprint(d.Weight)
		}
	}
	return "-"
}

// heard writes the reports since the last call, a weight each, and clears them.
func (b *bed) heard() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var words []string
	for _, r := range b.reports {
		w := fmt.Sprintf("%s/%d", r.Health, r.Weight)
		if r.Changed {
			w += "!"
		}
		if r.Trouble != "" {
			w += "(" + r.Trouble + ")"
		}
		words = append(words, w)
	}
	b.reports = nil
	return strings.Join(words, " ")
}

func (b *bed) expect(t *testing.T, weight, reports string) {
	t.Helper()
	synctest.Wait()
	if got := b.weight(); got != weight {
		t.Errorf("kernel's weight %s, want %s", got, weight)
	}
	if got := b.heard(); got != reports {
		t.Errorf("reports %q, want %q", got, reports)
	}
}

// TestLife is the life of one server under pulse: up at once, with a slow
// start, down at once, and back when it has earned it.
func TestLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		b.take(order(watchWWW(64)))
		time.Sleep(soon)
		b.expect(t, "2", "up/2!")
		time.Sleep(40 * time.Second) // the second probe is early by up to half an interval
		synctest.Wait()
		if b.heard(); b.weight() != "8" {
			t.Errorf("after two doublings: weight %s", b.weight())
		}
		b.server.set(false)
		time.Sleep(10 * time.Second)
		b.expect(t, "0", "down/0!")
		b.server.set(true)
		time.Sleep(10 * time.Second)
		b.expect(t, "0", "down/0")
		time.Sleep(10 * time.Second)
		b.expect(t, "2", "up/2!")
		b.wait()
		want := strings.Join([]string{
			`<6>nanny: starting LVS client monitor for 10.10.1.30:80 -> 10.8.8.33:8080 service="tcp 10.10.1.30:80" check=fake`,
			`<6>nanny: [ active ] making 10.8.8.33:8080 available service="tcp 10.10.1.30:80" weight=2 why=well`,
			`<4>nanny: [inactive] shutting down 10.8.8.33:8080 due to connection failure service="tcp 10.10.1.30:80" why=refused`,
			`<6>nanny: [ active ] making 10.8.8.33:8080 available service="tcp 10.10.1.30:80" weight=2 why=well`,
		}, "\n") + "\n"
		if diff := cmp.Diff(want, b.log.String()); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
		if got := b.weight(); got != "2" {
			t.Errorf("at its end nanny made the weight %s", got)
		}
	})
}

// TestRestored: what pulse knew goes on without a dip, and the kernel is not
// touched.
func TestRestored(t *testing.T) {
	for _, tt := range []struct {
		name            string
		known           control.Health
		weight          int
		up              bool
		kernel, reports string
	}{
		{"up", control.Up, 64, true, "7", "up/64"},
		{"up, and fails", control.Up, 64, false, "0", "down/0!"},
		{"down", control.Down, 0, true, "7", "down/0"},
		{"untried", control.Untried, 0, true, "2", "up/2!"},
		{"over its weight", control.Up, 99, true, "64", "up/64"},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := newBed(t, weigh)
			b.server.set(tt.up)
			w := watchWWW(64)
			w.Known, w.KnownWeight = tt.known, tt.weight
			b.take(order(w))
			time.Sleep(soon)
			t.Log(tt.name)
			b.expect(t, tt.kernel, tt.reports)
			b.wait()
		})
	}
}

func TestOrders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		b.take(order(watchWWW(1)))
		time.Sleep(soon)
		b.expect(t, "1", "up/1!")

		b.take(order(watchWWW(5))) // a new weight applies at once
		b.expect(t, "5", "up/5!")
		b.take(order(watchWWW(5))) // and nothing new is nothing
		b.expect(t, "5", "")

		direct := watchWWW(5) // a new method is written with the old weight
		direct.Forward = "direct"
		b.take(order(direct))
		b.expect(t, "5", "up/5")
		dests, err := b.table.Destinations(www)
		if err != nil || dests[0].Forward != ipvs.Direct {
			t.Errorf("destinations %+v, %v", dests, err)
		}

		probes := b.server.count()
		send := "x" // a new check runs at once and keeps the verdict
		direct.Send = &send
		b.take(order(direct))
		b.expect(t, "5", "up/5")
		if got := b.server.count(); got != probes+1 {
			t.Errorf("%d probes after a new check, want %d", got, probes+1)
		}

		b.take(control.Order{Server: netip.MustParseAddr("10.8.8.34")}) // another server's
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if b.heard() == "" {
			t.Error("an order for another server ended the watch")
		}
		b.take(order()) // no watches left: the kernel stays as it is
		synctest.Wait()
		b.heard()
		time.Sleep(time.Hour)
		b.expect(t, "5", "")
		b.wait()
	})
}

// A verdict of a check that was replaced while it ran says nothing.
func TestOrderDuringProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		slow := &fakeServer{delay: 9 * time.Second}
		b.newCheck = func(w control.Watch) probe.Check {
			if w.Send == nil {
				return slow
			}
			return b.server
		}
		b.take(order(watchWWW(1)))
		time.Sleep(time.Second)
		w, send := watchWWW(1), "x"
		w.Send = &send
		b.take(order(w))
		time.Sleep(9 * time.Second)
		b.expect(t, "1", "up/1!")
		b.wait()
	})
}

func TestBadOrders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		ip, forward, nowhere := watchWWW(1), watchWWW(1), watchWWW(1)
		ip.Protocol, forward.Forward, nowhere.Address = "ip", "pigeon", netip.Addr{}
		problems := b.take(order(watchWWW(1), watchWWW(2), ip, forward, nowhere))
		want := []string{
			"watch of tcp 10.10.1.30:80: it has 10.8.8.33:8080 twice",
			`watch of ip 10.10.1.30:80: protocol "ip": want tcp, udp or sctp`,
			`watch of tcp 10.10.1.30:80: unknown forwarding method "pigeon"`,
			"watch of tcp invalid AddrPort: an address is missing",
		}
		var got []string
		for _, err := range problems {
			got = append(got, err.Error())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("problems (-want +got):\n%s", diff)
		}
		reports := ""
		for _, w := range want {
			reports += "untried/0(" + w + ") "
		}
		time.Sleep(soon)
		b.expect(t, "1", reports+"up/1!")
		b.wait()
	})
}

// TestKernelRefuses: the probes go on, the trouble is told to pulse each time
// and logged once, and the weight is written when the kernel can.
func TestKernelRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		broken := ipvs.ErrNoIPVS
		b := newBed(t, func(a applier) keeper {
			return func(s subject, v probe.Verdict) error {
				mu.Lock()
				defer mu.Unlock()
				if broken != nil {
					return broken
				}
				return weigh(a)(s, v)
			}
		})
		two := watchWWW(1)
		two.RealPort = 81
		b.take(order(watchWWW(1), two))
		time.Sleep(30 * time.Second)
		synctest.Wait()
		for r := range strings.SplitSeq(b.heard(), " up/") {
			if !strings.Contains(r, "modprobe ip_vs") {
				t.Errorf("report without trouble: %s", r)
			}
		}
		mu.Lock()
		broken = nil
		mu.Unlock()
		time.Sleep(10 * time.Second)
		b.expect(t, "1", "up/1 up/1")
		b.wait()
		if n := strings.Count(b.log.String(), "modprobe ip_vs"); n != 1 {
			t.Errorf("%d complaints in the log:\n%s", n, b.log.String())
		}
	})
}

// A destination that pulse has not added yet, or has removed, is no trouble.
func TestNotInKernel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		if err := b.table.Apply([]ipvs.Op{ipvs.DeleteDestination(www, server, 8080)}); err != nil {
			t.Fatal(err)
		}
		b.take(order(watchWWW(1)))
		time.Sleep(soon)
		b.expect(t, "-", "up/1!")
		b.wait()
	})
}

func TestForce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		b.take(order(watchWWW(1)))
		time.Sleep(soon)
		b.expect(t, "1", "up/1!")
		b.force(probe.ForceDown)
		b.expect(t, "0", "down/0!")
		b.force(probe.ForceUp)
		b.expect(t, "1", "up/1!")
		b.server.set(false)
		time.Sleep(10 * time.Second)
		b.expect(t, "1", "up/1")
		b.force(probe.Normal)
		b.expect(t, "1", "")
		time.Sleep(10 * time.Second)
		b.expect(t, "0", "down/0!")
		b.wait()
		if !strings.Contains(b.log.String(), "due to connection failure service=\"tcp 10.10.1.30:80\" why=\"forced down by a signal\"") {
			t.Errorf("log:\n%s", b.log.String())
		}
	})
}

// TestSpread: watchers that start together probe at once, and then apart.
func TestSpread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		var watches []control.Watch
		for port := range uint16(100) {
			w := watchWWW(1)
			w.RealPort = 1000 + port
			watches = append(watches, w)
		}
		b.take(order(watches...))
		time.Sleep(soon)
		synctest.Wait()
		if n := b.server.count(); n != 100 {
			t.Errorf("%d first probes", n)
		}
		time.Sleep(7*time.Second + 500*time.Millisecond) // half-way through the second round
		synctest.Wait()
		if n := b.server.count() - 100; n < 20 || n > 80 {
			t.Errorf("%d of 100 second probes came in the first half of their time", n)
		}
		time.Sleep(60 * time.Second) // six more each
		synctest.Wait()
		if n := b.server.count(); n < 700 || n > 800 {
			t.Errorf("%d probes in all", n)
		}
		b.wait()
	})
}

// TestDoorman is a nanny by itself: it adds and removes its server.
func TestDoorman(t *testing.T) {
	for _, tt := range []struct {
		quiesce  bool
		failed   string
		left     string
		firstUp  bool
		untried  string
		firstSay string
	}{
		{false, "-", "-", true, "1", "up/1!"},
		{true, "0", "-", true, "1", "up/1!"},
		{false, "-", "-", false, "-", "down/0!"},
	} {
		synctest.Test(t, func(t *testing.T) {
			var d *doorman
			b := newBed(t, func(a applier) keeper {
				d = &doorman{table: a}
				return d.keep
			})
			b.server.set(tt.firstUp)
			w := watchWWW(1)
			w.Quiesce = tt.quiesce
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { done <- alone(ctx, b.crew, d, order(w)) }()
			time.Sleep(soon)
			b.expect(t, tt.untried, tt.firstSay)
			b.server.set(false)
			time.Sleep(10 * time.Second)
			synctest.Wait()
			if got := b.weight(); got != tt.failed {
				t.Errorf("quiesce %v: failed server at %s, want %s", tt.quiesce, got, tt.failed)
			}
			b.server.set(true)
			time.Sleep(20 * time.Second)
			synctest.Wait()
			if got := b.weight(); got != "1" {
				t.Errorf("returned server at %s", got)
			}
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
			if got := b.weight(); got != tt.left {
				t.Errorf("left behind at %s", got)
			}
		})
	}
}

func TestAloneBad(t *testing.T) {
	d := &doorman{table: frozen{}}
	c := newCrew(t.Context(), logging.New("nanny", logging.Text, &bytes.Buffer{}, false), d.keep)
	w := watchWWW(1)
	w.Forward = ""
	if err := alone(t.Context(), c, d, order(w)); err == nil || !strings.Contains(err.Error(), "forwarding method") {
		t.Errorf("error %v", err)
	}
}

// A closable counts how often a table was opened and closed.
type closable struct {
	applier
	closed int
}

func (c *closable) Close() error { c.closed++; return nil }

type failing struct{ err error }

func (f failing) Apply([]ipvs.Op) error { return f.err }

func TestKernelReopens(t *testing.T) {
	socket := errors.New("socket: broken")
	fake := ipvs.NewFake()
	tables := []*closable{{applier: failing{socket}}, {applier: fake}}
	dialed := 0
	k := &kernel{dial: func() (table, error) {
		dialed++
		if dialed == 1 {
			return nil, ipvs.ErrNoIPVS
		}
		return tables[dialed-2], nil
	}}
	op := []ipvs.Op{ipvs.DeleteService(www)}
	if err := k.Apply(op); !errors.Is(err, ipvs.ErrNoIPVS) {
		t.Errorf("first: %v", err)
	}
	if err := k.Apply(op); !errors.Is(err, socket) || tables[0].closed != 1 {
		t.Errorf("second: %v, closed %d times", err, tables[0].closed)
	}
	for range 2 { // the table's own refusals are no reason to open another
		if err := k.Apply(op); !errors.As(err, new(*ipvs.BatchError)) || tables[1].closed != 0 {
			t.Errorf("third: %v, closed %d times", err, tables[1].closed)
		}
	}
	if k.close(); dialed != 3 || tables[1].closed != 1 {
		t.Errorf("opened %d times, closed %d", dialed, tables[1].closed)
	}
}
