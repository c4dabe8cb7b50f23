package alert

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pacu/control"
)

// A fakeDaemon is pulse.
type fakeDaemon struct {
	*control.Log
	mu   sync.Mutex
	snap control.Snapshot
	err  error
	told chan control.AlertTest
}

func newDaemon() *fakeDaemon {
	return &fakeDaemon{Log: control.NewLog(100), told: make(chan control.AlertTest, 2), snap: control.Snapshot{
		Started: time.Now(), Router: control.Router{State: control.Active},
		Partner: &control.Partner{Address: netip.MustParseAddr("10.10.1.32"), State: control.Standby},
	}}
}

func (d *fakeDaemon) Snapshot(context.Context) (*control.Snapshot, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err != nil {
		return nil, d.err
	}
	s, p := d.snap, *d.snap.Partner
	s.Partner, s.Taken, s.Events = &p, time.Now(), d.After(0)
	return &s, nil
}

func (d *fakeDaemon) Follow(ctx context.Context, after uint64, f func(control.Event) error) error {
	for e, err := range d.Events(ctx, after) {
		if err == nil {
			err = f(e)
		}
		if err != nil {
			return err
		}
	}
	return control.ErrNotRunning
}

func (d *fakeDaemon) AlertsTold(_ context.Context, t control.AlertTest) error {
	d.told <- t
	return nil
}

// partner turns, and pulse tells of it.
func (d *fakeDaemon) partner(is control.State) {
	d.mu.Lock()
	d.snap.Partner.State = is
	d.mu.Unlock()
	d.Add(control.Event{Kind: "partner", Level: control.Warning, Message: "partner " + string(is)})
}

// await waits until f, which is asked again and again.
func await(t *testing.T, what string, f func() bool) {
	t.Helper()
	limit := time.After(time.Minute)
	for !f() {
		select {
		case <-time.After(10 * time.Millisecond):
		case <-limit:
			t.Fatalf("never: %s", what)
		}
	}
}

// start runs an engine until the returned function ends it.
func start(t *testing.T, d *fakeDaemon, o Outbox, s Settings) (*Engine, func()) {
	t.Helper()
	e := NewEngine(Options{Router: "lvs-01", Pulse: d, Outbox: o, Log: slog.New(slog.DiscardHandler), Settings: func(context.Context) (Settings, error) { return s, nil }})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	return e, sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// TestEngine: what pulse tells arrives by mail while the webhook hangs, what
// waits outlives lvsgui, and nothing is told twice.
func TestEngine(t *testing.T) {
	o := openOutbox(t, filepath.Join(t.TempDir(), "console.db"))
	defer o.Close()
	mails := newSMTP(t, &smtpServer{})
	stop, hook := make(chan struct{}), make(chan string, 10)
	var hang atomic.Bool
	hang.Store(true)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if hook <- r.Header.Get(IDHeader); hang.Load() {
			select {
			case <-stop:
			case <-r.Context().Done():
			}
		}
	}))
	defer s.Close()
	defer close(stop)
	settings := Default()
	settings.Mail = mails.settings(Plain)
	settings.Webhook = Webhook{On: true, URL: s.URL, Secret: "0123456789abcdef"}
	d := newDaemon()
	e, end := start(t, d, o, settings)
	defer end()
	<-e.Ready()
	d.partner(control.Silent)
	await(t, "a mail", func() bool { return len(mails.got()) == 1 })
	// The server has it before lvsgui knows, which would send it again.
	await(t, "a mail that is known to be sent", func() bool {
		c, err := o.AlertChannel(t.Context(), MailChannel)
		return err == nil && c.Waiting == 0
	})
	first := <-hook
	end()
	if head, _ := read(t, mails.got()[0]); head.Get("Subject") != "[WARNING] lvs-01: partner 10.10.1.32 is silent" || head.Get("X-Pacu-Alert") != first {
		t.Errorf("mail %v, webhook %s", head, first)
	}

	// Another lvsgui, and a webhook that answers.
	hang.Store(false)
	_, end = start(t, d, o, settings)
	defer end()
	if again := <-hook; again != first {
		t.Errorf("webhook got %s, want %s again", again, first)
	}
	d.partner(control.Standby)
	await(t, "a mail", func() bool { return len(mails.got()) > 1 })
	<-hook
	end()
	got := mails.got()
	if head, _ := read(t, got[len(got)-1]); len(got) != 2 || head.Get("Subject") != "[info] lvs-01: partner 10.10.1.32 is heard again" {
		t.Errorf("%d mails, the last %v", len(got), head)
	}
}

// TestEngineRestored: an Engine that remembers what one before it did, as after
// a restore, gives no alert the ID of another.
func TestEngineRestored(t *testing.T) {
	o := openOutbox(t, filepath.Join(t.TempDir(), "console.db"))
	defer o.Close()
	ids := map[string]bool{}
	for range 2 {
		e := NewEngine(Options{Router: "lvs-01", Outbox: o, Log: slog.New(slog.DiscardHandler), Settings: func(context.Context) (Settings, error) { return Default(), nil }})
		if err := e.begin(t.Context()); err != nil {
			t.Fatal(err)
		}
		e.machine.Fact(noon, Disk, "/", "full")
		for _, a := range e.machine.Due(noon) { // which nobody keeps
			ids[a.ID] = true
		}
	}
	if len(ids) != 2 {
		t.Errorf("two alerts have the IDs %v", ids)
	}
}

// TestEngineFullDisk: what could not be remembered is when there is room again.
func TestEngineFullDisk(t *testing.T) {
	o := openOutbox(t, filepath.Join(t.TempDir(), "console.db"))
	defer o.Close()
	e := NewEngine(Options{Router: "lvs-01", Outbox: o, Log: slog.New(slog.DiscardHandler), Settings: func(context.Context) (Settings, error) { return Default(), nil }})
	if err := e.begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	e.machine.Fact(noon, Disk, "/var", "full")
	o.putFails = errors.New("full")
	e.save(t.Context())
	o.putFails = nil
	e.save(t.Context())
	if b, err := o.Memory(t.Context()); err != nil || !strings.Contains(string(b), "/var") {
		t.Errorf("remembered: %s, %v", b, err)
	}
}

// TestEnginePulseRestarted: what a pulse tells first that was started anew, and
// counts its events from 1, is not taken for old.
func TestEnginePulseRestarted(t *testing.T) {
	o := openOutbox(t, filepath.Join(t.TempDir(), "console.db"))
	defer o.Close()
	d := newDaemon()
	e := NewEngine(Options{Router: "lvs-01", Pulse: d, Outbox: o, Log: slog.New(slog.DiscardHandler), Settings: func(context.Context) (Settings, error) { return Default(), nil }})
	ctx := t.Context()
	if err := e.begin(ctx); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		d.Add(control.Event{Kind: "role", Message: "of before"})
	}
	e.look(ctx, time.Now())
	d.mu.Lock()
	d.Log, d.snap.Started = control.NewLog(100), time.Now()
	d.mu.Unlock()
	d.Add(control.Event{Time: time.Now(), Kind: control.AlertEvent, Object: "id", Message: "test"})
	e.heed(ctx, d.After(0)[0])
	e.tests.Wait()
	select {
	case <-d.told:
	default:
		t.Error("the test is taken for an old one")
	}
}

// TestEngineTest: a test goes out at once, and pulse hears of each channel.
func TestEngineTest(t *testing.T) {
	o := openOutbox(t, filepath.Join(t.TempDir(), "console.db"))
	defer o.Close()
	mails := newSMTP(t, &smtpServer{})
	settings := Default()
	settings.Mail = mails.settings(Plain)
	settings.Webhook = Webhook{On: true, URL: "http://127.0.0.1:1/", Secret: "0123456789abcdef"}
	d := newDaemon()
	e, end := start(t, d, o, settings)
	defer end()
	<-e.Ready()
	d.Add(control.Event{Kind: control.AlertEvent, Object: "42", Message: "test"})
	if begun := <-d.told; begun.ID != "42" || begun.Done {
		t.Errorf("first word %+v", begun)
	}
	done := <-d.told
	if done.ID != "42" || !done.Done || len(done.Outcomes) != 2 || done.Outcomes[0].Error != "" || !strings.Contains(done.Outcomes[1].Error, "connection refused") {
		t.Errorf("outcomes %+v", done)
	}
	if head, _ := read(t, mails.got()[0]); head.Get("Subject") != "[info] lvs-01: test: alerts arrive" {
		t.Errorf("mail %v", head)
	}
}
