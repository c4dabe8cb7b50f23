package lab

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestHolderSpans(t *testing.T) {
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	w := NewHolder(netip.MustParseAddr("10.0.0.1"))
	// A sample every 10 ms: who holds the address.
	for i, s := range strings.Fields("a a ab abc a - - - b b") {
		w.note(at(10*i), strings.FieldsFunc(strings.Join(strings.Split(strings.Trim(s, "-"), ""), ","), func(r rune) bool { return r == ',' }))
	}
	if none, many := w.Longest(time.Time{}); none != 30*time.Millisecond || many != 20*time.Millisecond {
		t.Errorf("none %s, many %s, want 30ms, 20ms", none, many)
	}
	if none, many := w.Longest(at(65)); none != 15*time.Millisecond || many != 0 {
		t.Errorf("from 65 ms on: none %s, many %s, want 15ms, 0s", none, many)
	}
	want := []Span{{at(75), at(80), []string{}}, {at(80), at(90), []string{"b"}}}
	if diff := cmp.Diff(want, w.Spans(at(75))); diff != "" {
		t.Errorf("spans (-want +got):\n%s", diff)
	}
	if got, want := w.String(), "10.0.0.1: a 20ms, a+b 10ms, a+b+c 10ms, a 10ms, nobody 30ms, b 10ms"; got != want {
		t.Errorf("text %q, want %q", got, want)
	}
	if diff := cmp.Diff([]string{"b"}, w.Now()); diff != "" {
		t.Errorf("now (-want +got):\n%s", diff)
	}
}

func TestKernelHolder(t *testing.T) {
	_, a, b := pair(t)
	w := NewHolder(netip.MustParseAddr("10.9.9.30"), a, b)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx, 10*time.Millisecond) }()
	held := func(want ...string) {
		t.Helper()
		eventually(t, "held by "+strings.Join(want, " and "), func() bool { return slices.Equal(w.Now(), want) })
	}
	set := func(h *Host, what string) {
		t.Helper()
		if err := h.Run("ip", "addr", what, "10.9.9.30/32", "dev", "eth0", "label", "eth0:1"); err != nil {
			t.Fatal(err)
		}
	}
	held()
	set(a, "add")
	held("a")
	set(b, "add")
	held("a", "b")
	got, err := a.Addresses()
	if err != nil {
		t.Fatal(err)
	}
	want := Held{"eth0", "eth0:1", netip.MustParsePrefix("10.9.9.30/32")}
	if !slices.Contains(got, want) {
		t.Fatalf("addresses %v, want one to be %v", got, want)
	}
	// The dead hold nothing, and the revived are seen again.
	if err := a.PowerOff(); err != nil {
		t.Fatal(err)
	}
	held("b")
	if err := a.PowerOn(); err != nil {
		t.Fatal(err)
	}
	set(a, "add")
	held("a", "b")
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
}
