package main

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"pacu/control"
	"pacu/lvscf"
)

// A fosBed runs failover services on fake commands of one second.
type fosBed struct {
	*failovers
	t     *testing.T
	began time.Time

	mu     sync.Mutex
	why    map[string]string // by the command
	runs   []string
	said   []string
	failed []string
}

func fosConfig(names ...string) *lvscf.Config {
	cfg := &lvscf.Config{Service: "fos", CommandTimeout: 10 * time.Second}
	for i, name := range names {
		cfg.Failovers = append(cfg.Failovers, lvscf.Virtual{
			Name: name, Active: true, VIP: lvscf.Floating{Addr: netip.AddrFrom4([4]byte{10, 10, 1, 100}), Bits: 24, Device: "eth0:1"},
			Port: uint16(80 + i), Protocol: "tcp", Timeout: 2 * time.Second, Reentry: 15 * time.Second,
			StartCmd: []string{"/start", name}, StopCmd: []string{"/stop", name},
		})
	}
	return cfg
}

func newFosBed(t *testing.T, cfg *lvscf.Config) *fosBed {
	b := &fosBed{t: t, began: time.Now(), why: make(map[string]string)}
	b.failovers = newFailovers(cfg, b.execute, func() change { return change{Router: "lb1"} },
		func(level control.Level, kind, object, message string, attrs ...any) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.said = append(b.said, string(level)+" "+message)
		},
		func(why string) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.failed = append(b.failed, fmt.Sprint(time.Since(b.began), " ", why))
		})
	return b
}

func (b *fosBed) execute(ctx context.Context, c command) outcome {
	b.mu.Lock()
	b.runs = append(b.runs, fmt.Sprint(time.Since(b.began), " ", c))
	why := b.why[c.String()]
	b.mu.Unlock()
	if !slices.Contains(c.env, "PACU_OBJECT="+c.words[1]) || !slices.Contains(c.env, "PACU_ROUTER=lb1") {
		b.t.Errorf("environment %q", c.env)
	}
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return outcome{why: "ended before it was done"}
	}
	return outcome{why: why, took: time.Second}
}

// probe has a nanny report on the service at port, which took no time.
func (b *fosBed) probe(port uint16, h control.Health) {
	b.heed(control.Report{
		Server: b.all[0].spec.VIP.Addr, Service: fmt.Sprintf("tcp 10.10.1.100:%d", port), RealPort: port, Health: h, Why: "the probe said so",
	})
}

func (b *fosBed) want(what string, got *[]string, want ...string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if diff := cmp.Diff(want, *got, cmpopts.EquateEmpty()); diff != "" {
		b.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
	*got = nil
}

// wantStates checks each service's state, health and why.
func (b *fosBed) wantStates(want ...string) {
	b.t.Helper()
	var got []string
	for _, f := range b.state() {
		got = append(got, strings.TrimRight(fmt.Sprintf("%s %s/%s %s", f.Name, f.State, f.Health, f.Why), " "))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		b.t.Errorf("states (-want +got):\n%s", diff)
	}
}

func TestFailovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newFosBed(t, fosConfig("web", "mail"))
		b.why["/stop web"] = "exit status 1" // it does not run
		if err := b.stop(t.Context()); err != nil {
			t.Error(err)
		}
		b.want("commands at pulse's start", &b.runs, "0s /stop mail", "1s /stop web")
		b.want("log", &b.said, "info failover mail is stopped: stop_cmd took 1s", "info failover web was hardly running: stop_cmd /stop: exit status 1")
		b.wantStates("web stopped/untried", "mail stopped/untried")

		if err := b.start(t.Context()); err != nil {
			t.Error(err)
		}
		if err := b.start(t.Context()); err != nil { // they run
			t.Error(err)
		}
		b.want("commands", &b.runs, "2s /start web", "3s /start mail")
		time.Sleep(fosSettles)
		b.probe(80, control.Up)
		b.probe(81, control.Down)
		b.wantStates("web running/up the probe said so", "mail running/down the probe said so")
		b.want("log", &b.said, "info failover web is running: start_cmd took 1s", "info failover mail is running: start_cmd took 1s",
			"info failover web answers at tcp 10.10.1.100:80: the probe said so", "error failover mail does not answer at tcp 10.10.1.100:81: the probe said so")
		if up, all := b.answering(); up != 1 || all != 2 {
			t.Errorf("%d of %d answer", up, all)
		}

		// One that cannot be stopped does not keep the other running.
		b.why["/stop mail"] = "ended after its limit of 10s"
		err := b.stop(t.Context())
		if err == nil || err.Error() != "failover mail: stop_cmd /stop: ended after its limit of 10s\nfailover web: stop_cmd /stop: exit status 1" {
			t.Error(err)
		}
		b.wantStates("web failed/untried stop_cmd /stop: exit status 1", "mail failed/untried stop_cmd /stop: ended after its limit of 10s")
		clear(b.why)
		if err := b.stop(t.Context()); err != nil {
			t.Error(err)
		}
		b.wantStates("web stopped/untried", "mail stopped/untried")
		b.want("failures of the partner", &b.failed)
	})
}

func TestFailoversStartFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newFosBed(t, fosConfig("web", "mail", "ftp"))
		b.why["/start mail"] = "exit status 3: no disk"
		if err := b.start(t.Context()); err == nil || err.Error() != "failover mail: start_cmd /start: exit status 3: no disk" {
			t.Error(err)
		}
		b.wantStates("web running/untried", "mail failed/untried start_cmd /start: exit status 3: no disk", "ftp stopped/untried")
		b.runs = nil
		if err := b.stop(t.Context()); err != nil {
			t.Error(err)
		}
		b.want("commands", &b.runs, "2s /stop ftp", "3s /stop mail", "4s /stop web")

		// A takeover that is called off is no fault of the service.
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		if err := b.start(ctx); err == nil || err.Error() != "failover web: start_cmd /start: ended before it was done" {
			t.Error(err)
		}
		b.wantStates("web stopped/untried start_cmd /start: ended before it was done", "mail stopped/untried", "ftp stopped/untried")
	})
}

// A service without commands only moves its address; an earlier pulse's are
// taken over as they are.
func TestFailoversAdopt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := fosConfig("web", "mail")
		cfg.Failovers[1].StartCmd, cfg.Failovers[1].StopCmd = nil, nil
		b := newFosBed(t, cfg)
		b.adopt()
		b.wantStates("web running/untried", "mail running/untried")
		if err := b.stop(t.Context()); err != nil {
			t.Error(err)
		}
		if err := b.start(t.Context()); err != nil {
			t.Error(err)
		}
		b.want("commands", &b.runs, "0s /stop web", "1s /start web")
	})
}

func TestFailoversConfigure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newFosBed(t, fosConfig("web", "mail"))
		// On the standby, nothing runs.
		if err := b.configure(t.Context(), fosConfig("web", "ftp")); err != nil {
			t.Error(err)
		}
		b.want("commands", &b.runs)
		if err := b.start(t.Context()); err != nil {
			t.Error(err)
		}
		b.runs = nil
		next := fosConfig("web", "ftp", "dns")
		next.Failovers[0].Timeout = time.Second // probed otherwise: it stays
		next.Failovers[1].Port = 2121           // started anew
		next.Failovers[2].Active = false
		next.Failovers = append(next.Failovers, fosConfig("ntp").Failovers...)
		b.why["/start ntp"] = "exit status 1"
		err := b.configure(t.Context(), next)
		if err == nil || err.Error() != "failover ntp: start_cmd /start: exit status 1" {
			t.Error(err)
		}
		b.want("commands", &b.runs, "2s /stop ftp", "3s /start ftp", "4s /start ntp")
		b.wantStates("web running/untried", "ftp running/untried", "ntp failed/untried start_cmd /start: exit status 1")
		if err := b.configure(t.Context(), &lvscf.Config{Service: "lvs", Failovers: next.Failovers}); err != nil {
			t.Error(err)
		}
		b.want("commands", &b.runs, "5s /stop ntp", "6s /stop ftp", "7s /stop web")
		b.wantStates()
	})
}
