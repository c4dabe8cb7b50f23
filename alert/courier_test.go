package alert

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pacu/store"
)

// A testOutbox is the console's database, as web has it.
type testOutbox struct {
	*store.Store
	sentFails, putFails error
}

func openOutbox(t *testing.T, path string) *testOutbox {
	t.Helper()
	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return &testOutbox{Store: s}
}

func (o *testOutbox) Memory(ctx context.Context) ([]byte, error) { return o.AlertMemory(ctx) }

func (o *testOutbox) Put(ctx context.Context, memory []byte, letters []Letter) (int64, error) {
	if o.putFails != nil {
		return 0, o.putFails
	}
	var list []store.Letter
	for _, l := range letters {
		list = append(list, store.Letter(l))
	}
	return o.PutAlerts(ctx, memory, list)
}

func (o *testOutbox) First(ctx context.Context, channel string) (Letter, bool, int64, error) {
	l, ok, n, err := o.FirstAlert(ctx, channel)
	return Letter(l), ok, n, err
}

func (o *testOutbox) Sent(ctx context.Context, l Letter) error {
	if o.sentFails != nil {
		return o.sentFails
	}
	return o.AlertSent(ctx, store.Letter(l))
}

func (o *testOutbox) Failed(ctx context.Context, l Letter, why string, due time.Time) error {
	return o.AlertFailed(ctx, store.Letter(l), why, due)
}

func (o *testOutbox) Hurry(ctx context.Context, c string) error  { return o.HurryAlerts(ctx, c) }
func (o *testOutbox) Forget(ctx context.Context, c string) error { return o.ForgetAlerts(ctx, c) }

// impatient gives a sender that will not be answered less time than its own
// limit.
type impatient struct{ sender }

func (i impatient) send(ctx context.Context, a Alert) error {
	ctx, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	return i.sender.send(ctx, a)
}

func put(t *testing.T, o Outbox, number int) {
	t.Helper()
	a := sample
	a.ID = fmt.Sprintf("x-%03d", number)
	b, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Put(t.Context(), []byte("{}"), []Letter{{Channel: MailChannel, Alert: b}}); err != nil {
		t.Fatal(err)
	}
}

// ids are those of the mails, as they came.
func ids(t *testing.T, mails []string) []string {
	var out []string
	for _, m := range mails {
		head, _ := read(t, m)
		out = append(out, head.Get("X-Pacu-Alert"))
	}
	return out
}

// TestMailServerDownForAnHour: for an hour the mail server refuses, hangs, or
// is not there, lvsgui is restarted, and alerts go on coming. When it is back
// each one arrives, once, in order.
func TestMailServerDownForAnHour(t *testing.T) {
	path := filepath.Join(t.TempDir(), "console.db")
	o := openOutbox(t, path)
	defer func() { o.Close() }()
	s := newSMTP(t, &smtpServer{mode: "refuse"})
	var log strings.Builder
	there, hangs := true, false
	c := &courier{channel: MailChannel, outbox: o, log: slog.New(slog.NewTextHandler(&log, nil))}
	c.sender = func() sender {
		m := mailer{s.settings(Plain), English, nil}
		if !there {
			m.Port = 1
		}
		if there && hangs {
			return impatient{m}
		}
		return m
	}
	now, number, tries := time.Now(), 0, 0
	end := now.Add(time.Hour)
	next := now
	for ; now.Before(end); now = now.Add(10 * time.Second) {
		switch gone := time.Hour - end.Sub(now); {
		case gone > 45*time.Minute:
			s.set("hang")
			hangs = true
		case gone > 30*time.Minute:
			there = true
		case gone > 15*time.Minute:
			there = false
		}
		if number < 100 {
			number++
			put(t, o, number)
		}
		if now.Before(next) {
			continue
		}
		if tries++; tries == 5 { // lvsgui is restarted
			o.Close()
			o = openOutbox(t, path)
			c.outbox = o
		}
		next = now.Add(c.step(t.Context(), now))
	}
	if tries > 20 {
		t.Errorf("%d tries in an hour: there is no back-off", tries)
	}
	if got := s.got(); len(got) != 0 {
		t.Fatalf("%d mails passed", len(got))
	}
	s.set("")
	there, hangs = true, false
	for range 150 {
		now = now.Add(c.step(t.Context(), now))
	}
	got := ids(t, s.got())
	if len(got) != number {
		t.Errorf("%d of %d mails arrived", len(got), number)
	}
	for i, id := range got {
		if want := fmt.Sprintf("x-%03d", i+1); id != want {
			t.Fatalf("mail %d is %s, want %s", i, id, want)
		}
	}
	if n := strings.Count(log.String(), "cannot be sent"); n != 1 {
		t.Errorf("the log says %d times that mail cannot be sent:\n%s", n, log.String())
	}
}

// TestCrashAfterSending: what was sent and not taken off comes twice, with one
// and the same Message-ID, when lvsgui is started again, and no more than that.
func TestCrashAfterSending(t *testing.T) {
	o := openOutbox(t, filepath.Join(t.TempDir(), "console.db"))
	defer o.Close()
	s := newSMTP(t, &smtpServer{})
	var log strings.Builder
	c := &courier{channel: MailChannel, outbox: o, log: slog.New(slog.NewTextHandler(&log, nil))}
	c.sender = func() sender { return mailer{s.settings(Plain), English, nil} }
	put(t, o, 1)
	put(t, o, 2)
	o.sentFails = errors.New("disk full")
	if wait := c.step(t.Context(), time.Now()); wait < time.Second {
		t.Errorf("it sends again after %v", wait)
	}
	c.step(t.Context(), time.Now())
	if got := strings.Join(ids(t, s.got()), " "); got != "x-001" {
		t.Errorf("mails %s: on a full disk one comes each minute", got)
	}
	c.sent = 0 // lvsgui is started again
	o.sentFails = nil
	for range 3 {
		c.step(t.Context(), time.Now())
	}
	if got := strings.Join(ids(t, s.got()), " "); got != "x-001 x-001 x-002" {
		t.Errorf("mails %s", got)
	}
	if !strings.Contains(log.String(), "disk full") {
		t.Errorf("log %s", log.String())
	}
}

// TestRefusedLetter: one that the receiver never takes stops the others for
// minutes, not for a week; and one that nobody there can take is no such.
func TestRefusedLetter(t *testing.T) {
	o := openOutbox(t, filepath.Join(t.TempDir(), "console.db"))
	defer o.Close()
	s := newSMTP(t, &smtpServer{never: "pacu-x-001@"})
	var log strings.Builder
	c := &courier{channel: MailChannel, outbox: o, log: slog.New(slog.NewTextHandler(&log, nil)), sender: func() sender { return mailer{s.settings(Plain), English, nil} }}
	put(t, o, 1)
	put(t, o, 2)
	began := time.Now()
	now := began
	for now.Sub(began) < time.Hour && len(s.got()) == 0 {
		now = now.Add(max(time.Second, c.step(t.Context(), now)))
	}
	if got := strings.Join(ids(t, s.got()), " "); got != "x-002" || now.Sub(began) < 5*time.Minute || now.Sub(began) > 20*time.Minute {
		t.Errorf("mails %s after %v", got, now.Sub(began))
	}
	if !strings.Contains(log.String(), "x-001") {
		t.Errorf("log %s", log.String())
	}
}

// TestDamagedLetter: one that cannot be read does not stop the others.
func TestDamagedLetter(t *testing.T) {
	o := openOutbox(t, filepath.Join(t.TempDir(), "console.db"))
	defer o.Close()
	s := newSMTP(t, &smtpServer{})
	c := &courier{channel: MailChannel, outbox: o, log: slog.New(slog.DiscardHandler), sender: func() sender { return mailer{s.settings(Plain), English, nil} }}
	if _, err := o.Put(t.Context(), []byte("{}"), []Letter{{Channel: MailChannel, Alert: []byte("{")}}); err != nil {
		t.Fatal(err)
	}
	put(t, o, 2)
	c.step(t.Context(), time.Now())
	c.step(t.Context(), time.Now())
	if got := strings.Join(ids(t, s.got()), " "); got != "x-002" {
		t.Errorf("mails %s", got)
	}
}

// TestCourierClockSetBack: a letter that failed while the clock was ahead does not
// wait until that time comes again.
func TestCourierClockSetBack(t *testing.T) {
	o := openOutbox(t, filepath.Join(t.TempDir(), "console.db"))
	defer o.Close()
	s := newSMTP(t, &smtpServer{})
	down := true
	c := &courier{channel: MailChannel, outbox: o, log: slog.New(slog.DiscardHandler), sender: func() sender {
		m := mailer{s.settings(Plain), English, nil}
		if down {
			m.Port = 1 // where nobody listens
		}
		return m
	}}
	put(t, o, 1)
	ahead := time.Now().Add(9 * time.Hour)
	if wait := c.step(t.Context(), ahead); wait != backoffFirst {
		t.Fatalf("wait %v", wait)
	}
	down = false
	c.step(t.Context(), ahead.Add(-9*time.Hour))
	if got := strings.Join(ids(t, s.got()), " "); got != "x-001" {
		t.Errorf("mails %q", got)
	}
}

func TestBackoff(t *testing.T) {
	for failures, want := range map[int]time.Duration{1: 10 * time.Second, 2: 20 * time.Second, 6: 320 * time.Second, 7: 10 * time.Minute, 1000: 10 * time.Minute} {
		if got := backoff(failures); got != want {
			t.Errorf("after %d failures %v, want %v", failures, got, want)
		}
	}
}
