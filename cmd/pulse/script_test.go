package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"pacu/control"
	"pacu/lvscf"
)

// A scriptBed runs scripts on fake commands, whose ends it sets.
type scriptBed struct {
	*scripts
	t     *testing.T
	began time.Time

	mu   sync.Mutex
	why  map[string]string // by the command
	took time.Duration
	log  []string // verdicts that turned
	runs []string
}

func newScriptBed(t *testing.T, took time.Duration, list ...lvscf.TrackScript) *scriptBed {
	b := &scriptBed{t: t, began: time.Now(), took: took, why: make(map[string]string)}
	b.scripts = newScripts(list, b.execute, func() change { return change{Router: "r1"} }, func(name string, ok bool, why string) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.log = append(b.log, fmt.Sprintf("%v %s %v %s", time.Since(b.began), name, ok, why))
	})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return b
}

func (b *scriptBed) execute(ctx context.Context, c command) outcome {
	b.mu.Lock()
	b.runs = append(b.runs, fmt.Sprint(time.Since(b.began), " ", c.words[0], " ", c.limit))
	b.mu.Unlock()
	select {
	case <-time.After(b.took):
	case <-ctx.Done():
		return outcome{why: "ended before it was done"}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return outcome{why: b.why[c.words[0]], took: b.took}
}

func (b *scriptBed) set(command, why string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.why[command] = why
}

// pass lets time pass and checks which verdicts turned in it.
func (b *scriptBed) pass(d time.Duration, want ...string) {
	b.t.Helper()
	time.Sleep(d)
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	slices.Sort(b.log)
	if diff := cmp.Diff(want, b.log, cmpopts.EquateEmpty()); diff != "" {
		b.t.Errorf("verdicts (-want +got):\n%s", diff)
	}
	b.log = nil
}

func track(name, command string) lvscf.TrackScript {
	return lvscf.TrackScript{Name: name, Active: true, Command: []string{command}, Interval: 2 * time.Second, Timeout: time.Second, Rise: 2, Fall: 3}
}

func TestScripts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		off := track("off", "/off")
		off.Active = false
		b := newScriptBed(t, 100*time.Millisecond, track("disk", "/disk"), off, track("dns", "/dns"))
		b.set("/disk", "exit status 1")
		b.pass(3500 * time.Millisecond)
		if got := b.failing(); got != nil {
			t.Errorf("failing %q before the third failure", got)
		}
		b.pass(time.Second, "4.1s disk false exit status 1")
		b.set("/disk", "")
		b.pass(2 * time.Second) // at 6 s, its first success
		want := []control.Script{
			{Name: "disk", OK: false, Why: "exit status 0", Since: b.began.Add(4100 * time.Millisecond), Took: control.Duration(b.took)},
			{Name: "dns", OK: true, Why: "exit status 0", Since: b.began, Took: control.Duration(b.took)},
		}
		if diff := cmp.Diff(want, b.state()); diff != "" {
			t.Errorf("state (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"track_script disk: exit status 1"}, b.failing()); diff != "" {
			t.Errorf("failing (-want +got):\n%s", diff)
		}
		b.pass(2*time.Second, "8.1s disk true exit status 0")
		if diff := cmp.Diff([]string{"0s /disk 1s", "2s /disk 1s", "4s /disk 1s", "6s /disk 1s", "8s /disk 1s"}, of(b, "/disk")); diff != "" {
			t.Errorf("runs (-want +got):\n%s", diff)
		}
	})
}

// of are the runs of one command.
func of(b *scriptBed, command string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []string
	for _, r := range b.runs {
		var at, name, limit string
		if _, err := fmt.Sscan(r, &at, &name, &limit); err == nil && name == command {
			list = append(list, r)
		}
	}
	return list
}

// A failure now and then is no verdict.
func TestScriptsRow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newScriptBed(t, 0, track("disk", "/disk"))
		b.pass(time.Second)
		for range 5 {
			b.set("/disk", "exit status 1")
			b.pass(4 * time.Second)
			b.set("/disk", "")
			b.pass(2 * time.Second)
		}
	})
}

// A script slower than its interval runs without a pause, never twice at once.
func TestScriptsSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newScriptBed(t, 3*time.Second, track("disk", "/disk"))
		b.pass(7 * time.Second)
		if diff := cmp.Diff([]string{"0s /disk 1s", "3s /disk 1s", "6s /disk 1s"}, of(b, "/disk")); diff != "" {
			t.Errorf("runs (-want +got):\n%s", diff)
		}
	})
}

func TestScriptsConfigure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk, dns := track("disk", "/disk"), track("dns", "/dns")
		b := newScriptBed(t, 0, disk, dns)
		b.pass(time.Second)
		b.set("/disk", "exit status 1")
		b.set("/dns", "exit status 2")
		b.pass(6*time.Second, "6s disk false exit status 1", "6s dns false exit status 2")

		// Unchanged: neither the verdict nor the rhythm.
		disk.Pos.Line = 40
		b.configure([]lvscf.TrackScript{disk, dns})
		b.pass(2 * time.Second)
		// Another command: the verdict stands until runs say otherwise.
		other := track("disk", "/disk2")
		b.configure([]lvscf.TrackScript{other})
		if diff := cmp.Diff([]string{"track_script disk: exit status 1"}, b.failing()); diff != "" {
			t.Errorf("failing (-want +got):\n%s", diff)
		}
		b.pass(3*time.Second, "11s disk true exit status 0")
		if diff := cmp.Diff([]string{"0s /disk 1s", "2s /disk 1s", "4s /disk 1s", "6s /disk 1s", "8s /disk 1s"}, of(b, "/disk")); diff != "" {
			t.Errorf("runs (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"9s /disk2 1s", "11s /disk2 1s"}, of(b, "/disk2")); diff != "" {
			t.Errorf("runs (-want +got):\n%s", diff)
		}
		b.configure(nil)
		b.pass(time.Minute)
		if got := b.state(); got != nil || len(of(b, "/dns")) != 5 {
			t.Errorf("state %v, runs %q", got, of(b, "/dns"))
		}
	})
}

// A script that a reload ends says nothing any more.
func TestScriptsEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fast := track("disk", "/disk")
		fast.Fall = 1
		b := newScriptBed(t, time.Second, fast)
		b.set("/disk", "exit status 1")
		time.Sleep(500 * time.Millisecond)
		b.configure(nil)
		b.pass(time.Minute)
	})
}

// Real commands get the facts.
func TestScriptsReal(t *testing.T) {
	turned := make(chan string, 1)
	spec := track("disk", "")
	spec.Command = program(t, `echo "$PACU_OBJECT $PACU_STATE on $PACU_ROUTER" >&2; exit 1`)
	spec.Fall, spec.Timeout = 1, enough
	s := newScripts([]lvscf.TrackScript{spec}, func(ctx context.Context, c command) outcome { return c.run(ctx) },
		func() change { return change{Router: "r1"} }, func(name string, ok bool, why string) { turned <- why })
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.run(ctx) }()
	if got, want := <-turned, "exit status 1: disk ok on r1"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
