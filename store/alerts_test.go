package store

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"
)

// TestAlertOutbox: what is put comes out in order, through a restart, until it
// is sent.
func TestAlertOutbox(t *testing.T) {
	ctx, path := t.Context(), filepath.Join(t.TempDir(), "console.db")
	s, err := Open(ctx, path)
	want(t, "open", err, nil)
	now := time.Unix(1_800_000_000, 0)
	s.now = func() time.Time { return now }
	if m, err := s.AlertMemory(ctx); m != nil || err != nil {
		t.Errorf("memory of nothing: %q, %v", m, err)
	}
	put := func(memory string, letters ...Letter) {
		t.Helper()
		n, err := s.PutAlerts(ctx, []byte(memory), letters)
		if err != nil || n != 0 {
			t.Fatalf("put: %d dropped, %v", n, err)
		}
	}
	put(`{"n":1}`, Letter{Channel: "mail", Alert: []byte("1")}, Letter{Channel: "webhook", Alert: []byte("1")})
	put(`{"n":2}`, Letter{Channel: "mail", Alert: []byte("2")})
	first := func(channel, alert string, tries int) Letter {
		t.Helper()
		l, ok, _, err := s.FirstAlert(ctx, channel)
		if err != nil || ok != (alert != "") || string(l.Alert) != alert || l.Tries != tries {
			t.Fatalf("first of %s: %+v, %t, %v; want %q tried %d times", channel, l, ok, err, alert, tries)
		}
		return l
	}
	l := first("mail", "1", 0)
	want(t, "failed", s.AlertFailed(ctx, l, "no answer", now.Add(10*time.Second)), nil)
	want(t, "close", s.Close(), nil)
	s, err = Open(ctx, path)
	want(t, "open again", err, nil)
	defer s.Close()
	s.now = func() time.Time { return now }
	if m, err := s.AlertMemory(ctx); string(m) != `{"n":2}` || err != nil {
		t.Errorf("memory: %q, %v", m, err)
	}
	l = first("mail", "1", 1)
	if l.Due != now.Add(10*time.Second) || l.Made != now {
		t.Errorf("letter %+v", l)
	}
	c, err := s.AlertChannel(ctx, "mail")
	if err != nil || c.Waiting != 2 || c.Error != "no answer" || c.Failed != now || c.Due != l.Due || !c.Sent.IsZero() {
		t.Errorf("channel %+v, %v", c, err)
	}
	want(t, "hurry", s.HurryAlerts(ctx, "mail"), nil)
	if l = first("mail", "1", 0); l.Due != now {
		t.Errorf("due %v after hurry", l.Due)
	}
	want(t, "sent", s.AlertSent(ctx, l), nil)
	want(t, "sent twice", s.AlertSent(ctx, l), nil)
	first("mail", "2", 0)
	if c, err = s.AlertChannel(ctx, "mail"); err != nil || c.Waiting != 1 || c.Error != "" || c.Sent != now || !c.Failed.IsZero() {
		t.Errorf("channel %+v, %v", c, err)
	}
	want(t, "forget", s.ForgetAlerts(ctx, "webhook"), nil)
	first("webhook", "", 0)
}

// TestAlertBounds: what is too old, and what is too many, is dropped, oldest
// first, and counted.
func TestAlertBounds(t *testing.T) {
	ctx := t.Context()
	s, err := Open(ctx, filepath.Join(t.TempDir(), "console.db"))
	want(t, "open", err, nil)
	defer s.Close()
	now := time.Unix(1_800_000_000, 0)
	s.now = func() time.Time { return now }
	letters := make([]Letter, AlertsKept+3)
	for i := range letters {
		letters[i] = Letter{Channel: "mail", Alert: []byte(fmt.Sprint(i))}
	}
	if n, err := s.PutAlerts(ctx, []byte("{}"), letters); n != 3 || err != nil {
		t.Errorf("%d dropped, %v", n, err)
	}
	if l, _, n, err := s.FirstAlert(ctx, "mail"); string(l.Alert) != "3" || n != 0 || err != nil {
		t.Errorf("first %q, %d dropped, %v", l.Alert, n, err)
	}
	now = now.Add(AlertsKeptFor + time.Second)
	if _, ok, n, err := s.FirstAlert(ctx, "mail"); ok || n != AlertsKept || err != nil {
		t.Errorf("after a week: %t, %d dropped, %v", ok, n, err)
	}
	if c, err := s.AlertChannel(ctx, "mail"); c.Dropped != AlertsKept+3 || c.Waiting != 0 || err != nil {
		t.Errorf("channel %+v, %v", c, err)
	}
}
