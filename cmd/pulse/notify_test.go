package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
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

// A notifyBed runs a notifier on fake commands of one second.
type notifyBed struct {
	*notifier
	t     *testing.T
	began time.Time
	stop  func()
	done  chan error

	mu   sync.Mutex
	why  map[string]string // by the command
	runs []string
	said []string
}

var hooks = &lvscf.Config{
	ActiveCmd: []string{"/active", "now"}, InactiveCmd: []string{"/inactive"}, Notify: []string{"/notify"}, CommandTimeout: 10 * time.Second,
}

func newNotifyBed(t *testing.T, cfg *lvscf.Config) *notifyBed {
	b := &notifyBed{t: t, began: time.Now(), done: make(chan error, 1), why: make(map[string]string)}
	b.notifier = newNotifier(cfg, b.execute, func() change { return change{Role: control.Primary, Router: "lb1"} },
		func(level control.Level, kind, object, message string, attrs ...any) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.said = append(b.said, strings.TrimSpace(fmt.Sprint(level, " ", kind, " ", object, ": ", message, " ", strings.Trim(fmt.Sprint(attrs...), "[]"))))
		})
	ctx, stop := context.WithCancel(t.Context())
	b.stop = stop
	go func() { b.done <- b.run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-b.done; err != nil {
			t.Error(err)
		}
	})
	return b
}

// execute takes a second, and records what it was given.
func (b *notifyBed) execute(ctx context.Context, c command) outcome {
	var got change
	if err := json.Unmarshal(c.stdin, &got); err != nil {
		b.t.Error(err)
	}
	b.mu.Lock()
	b.runs = append(b.runs, fmt.Sprintf("%v %s: %s %s", time.Since(b.began), c, got.subject(), got.Router))
	why := b.why[c.words[0]]
	b.mu.Unlock()
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return outcome{why: "ended before it was done"}
	}
	return outcome{why: why, output: "a\nb\n", took: time.Second}
}

// settled waits until nothing is due, and checks what ran, and what was said.
func (b *notifyBed) settled(runs, said []string) {
	b.t.Helper()
	b.settle(b.t.Context())
	b.mu.Lock()
	defer b.mu.Unlock()
	if diff := cmp.Diff(runs, b.runs, cmpopts.EquateEmpty()); diff != "" {
		b.t.Errorf("commands (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(said, b.said, cmpopts.EquateEmpty()); diff != "" {
		b.t.Errorf("log (-want +got):\n%s", diff)
	}
	b.runs, b.said = nil, nil
}

func TestNotifier(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newNotifyBed(t, hooks)
		b.turned(false, change{Event: "role", State: "standby"})
		b.settled([]string{"0s /inactive: role standby lb1"}, []string{"info command inactive_cmd: inactive_cmd is done after 1s outputa | b"})

		// Each kind in its order, one at a time; the kinds do not wait for each other.
		b.turned(true, change{Event: "role", State: "active"})
		b.tell(change{Event: "role", State: "active"})
		b.tell(change{Event: "server", Object: "one", State: "down"})
		b.settle(t.Context())
		if len(b.runs) == 3 && strings.Contains(b.runs[0], "notify") {
			b.runs[0], b.runs[1] = b.runs[1], b.runs[0] // they started together
		}
		b.settled([]string{"1s /active now: role active lb1", "1s /notify: role active lb1", "2s /notify: server one down lb1"},
			[]string{"info command active_cmd: active_cmd is done after 1s outputa | b"})
	})
}

// A command that is slow is told of the last role only.
func TestNotifierTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newNotifyBed(t, hooks)
		b.why["/active"] = "exit status 1: b"
		for _, active := range []bool{true, false, true, false} {
			b.turned(active, change{Event: "role"})
			synctest.Wait()
		}
		b.settled([]string{"0s /active now: role lb1", "1s /inactive: role lb1"}, []string{
			"error command active_cmd: active_cmd /active: exit status 1: b outputa | b",
			"info command inactive_cmd: inactive_cmd is done after 1s outputa | b",
		})
	})
}

// What notify fails with is said once, until it works.
func TestNotifierGrumbles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newNotifyBed(t, hooks)
		b.why["/notify"] = "exit status 1"
		for range 3 {
			b.tell(change{Event: "hold", State: "on"})
		}
		b.settle(t.Context())
		b.why["/notify"] = ""
		b.tell(change{Event: "hold", State: "off"})
		b.settle(t.Context())
		b.runs = nil
		b.settled(nil, []string{
			"error command notify: notify /notify, run for hold on: exit status 1 outputa | b",
			"info command notify: notify /notify works again",
		})
	})
}

// A wave of changes blocks nobody; the latest are told.
func TestNotifierOverflow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newNotifyBed(t, hooks)
		b.tell(change{Event: "first"})
		synctest.Wait()
		for i := range changesQueued + 10 {
			b.tell(change{Event: "server", Object: fmt.Sprint(i)})
		}
		b.settle(t.Context())
		if n, last := len(b.runs), b.runs[len(b.runs)-1]; n != 1+changesQueued || last != fmt.Sprintf("%v /notify: server %d lb1", changesQueued*time.Second, changesQueued+9) {
			t.Errorf("%d runs, the last %q", n, last)
		}
		b.runs = nil
		b.settled(nil, []string{"warning command notify: notify /notify is slower than changes come: it was not run for 10 of them"})
	})
}

func TestNotifierConfigure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newNotifyBed(t, &lvscf.Config{})
		b.turned(true, change{Event: "role"})
		b.tell(change{Event: "role"})
		b.settled(nil, nil)
		b.configure(hooks)
		b.tell(change{Event: "one"})
		b.tell(change{Event: "two"})
		synctest.Wait()
		b.configure(&lvscf.Config{}) // what runs goes on
		b.settled([]string{"0s /notify: one lb1"}, nil)
	})
}

// When pulse ends, so does a command; settle does not wait for ever.
func TestNotifierEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newNotifyBed(t, hooks)
		b.turned(false, change{Event: "role"})
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		b.settle(ctx)
		b.stop()
		b.settled([]string{"0s /inactive: role lb1"}, []string{"error command inactive_cmd: inactive_cmd /inactive: ended before it was done"})
	})
}

// Real commands get the facts both ways.
func TestNotifierReal(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	cfg := &lvscf.Config{Notify: program(t, `read line; echo "$PACU_EVENT $PACU_OBJECT $PACU_WHY $line" >`+out), CommandTimeout: enough}
	n := newNotifier(cfg, func(ctx context.Context, c command) outcome { return c.run(ctx) }, func() change { return change{} },
		func(level control.Level, kind, object, message string, attrs ...any) { t.Error(message) })
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- n.run(ctx) }()
	n.tell(change{Event: "config", State: "loaded", Why: "serial_no 7", Time: time.Unix(0, 0).UTC()})
	n.settle(t.Context())
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	got, err := os.ReadFile(out)
	want := `config  serial_no 7 {"event":"config","state":"loaded","why":"serial_no 7","level":"info","time":"1970-01-01T00:00:00Z","role":"","router":""}` + "\n"
	if diff := cmp.Diff(want, string(got)); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}
