package main

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

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
		Interval: control.Duration(10 * time.Second), Reentry: control.Duration(20 * time.Second), Checks: []control.Check{{}},
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
	router *fakeRouter
	log    bytes.Buffer // read only after wait

	mu      sync.Mutex
	reports []control.Report
}

// newBed has www in the kernel, with server in it at weight 7.
func newBed(t *testing.T, wrap func(applier) keeper) *bed {
	t.Helper()
	b := &bed{table: ipvs.NewFake(), server: &fakeServer{up: true}, router: newFakeRouter()}
	if err := b.table.Apply([]ipvs.Op{
		ipvs.AddService(ipvs.Service{Key: www, Scheduler: "wlc"}),
		ipvs.AddDestination(www, ipvs.Destination{Addr: server, Port: 8080, Weight: 7}),
	}); err != nil {
		t.Fatal(err)
	}
	b.crew = newCrew(t.Context(), logging.New("nanny", logging.Journal, &b.log, false), wrap(b.table))
	b.jitter = func(d time.Duration) time.Duration { return d * 3 / 4 }
	b.links = newLinks(b.router, b.crew.log, b.now)
	b.newCheck = func(control.Watch) probe.Check { return b.server }
	b.report = func(r control.Report) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.reports = append(b.reports, r)
	}
	return b
}

// weight is what the kernel has: "-" for no destination.
func (b *bed) weight() string { return b.weightIn(www) }

func (b *bed) weightIn(service ipvs.Key) string {
	dests, err := b.table.Destinations(service)
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
		trouble := r.Trouble
		if r.Cut {
			trouble = "cut: " + trouble
		}
		if trouble != "" {
			w += "(" + trouble + ")"
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
