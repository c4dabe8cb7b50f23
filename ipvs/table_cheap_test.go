package ipvs

import (
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// testAppended reads several services into one slice.
func testAppended(t *testing.T, tbl table) {
	var want []Destination
	var keys []Key
	for i := range uint32(3) {
		k := FWMarkKey(i+1, false)
		keys = append(keys, k)
		apply(t, tbl, AddService(Service{Key: k, Scheduler: "wlc"}))
		for range i { // the first has none
			d := dest("10.1.0.1:80", Masquerade, i)
			d.Port = uint16(len(want))
			apply(t, tbl, AddDestination(k, d))
			want = append(want, d)
		}
	}
	buf := make([]DestinationStatus, 0, 16)
	for _, k := range keys {
		before := buf
		var err error
		if buf, err = tbl.DestinationsOf(k, buf); err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(buf[len(before):], func(a, b DestinationStatus) int { return a.compare(b.Destination) })
	}
	got := make([]Destination, len(buf))
	for i, d := range buf {
		got[i] = d.Destination
	}
	if diff := cmp.Diff(want, got, comparable); diff != "" {
		t.Errorf("destinations (-want +got):\n%s", diff)
	}
	again, err := tbl.DestinationsOf(FWMarkKey(9, false), buf)
	wantError(t, err, os.ErrNotExist, "read destinations of fwmark 9: no such service")
	if len(again) != len(buf) {
		t.Errorf("%d destinations after an error, want the %d from before", len(again), len(buf))
	}
}

// testCount counts what everyService has of IPv4.
func testCount(t *testing.T, tbl table) {
	count := func(want int) {
		t.Helper()
		if got, err := tbl.Count(); err != nil || got != want {
			t.Errorf("count: got %d, %v, want %d", got, err, want)
		}
	}
	count(0)
	n := 0
	for _, s := range everyService {
		apply(t, tbl, AddService(s))
		if s.Key.Addr.Is4() {
			n++
		}
		count(n)
	}
	apply(t, tbl, DeleteService(everyService[0].Key))
	count(n - 1)
	if err := tbl.Flush(); err != nil {
		t.Fatal(err)
	}
	count(0)
}

// testSent counts messages.
func testSent(t *testing.T, tbl table) {
	sent := func(want uint64, what string, fn func()) {
		t.Helper()
		before := tbl.Sent()
		fn()
		if got := tbl.Sent() - before; got != want {
			t.Errorf("%s: sent %d messages, want %d", what, got, want)
		}
	}
	k, d := FWMarkKey(1, false), dest("10.1.0.1:80", Masquerade, 1)
	sent(2, "two changes", func() {
		apply(t, tbl, AddService(Service{Key: k, Scheduler: "rr"}), AddDestination(k, d))
	})
	d.Weight = 2
	sent(1, "one weight", func() { apply(t, tbl, SetDestination(k, d)) })
	sent(0, "no change", func() { apply(t, tbl) })
	sent(0, "a change that makes no sense", func() {
		wantError(t, tbl.Apply([]Op{{}}), os.ErrInvalid, "")
	})
	sent(1, "a change that is refused", func() {
		wantError(t, tbl.Apply([]Op{AddDestination(k, d)}), os.ErrExist, "")
	})
	sent(1, "services", func() { services(t, tbl) })
	sent(1, "destinations", func() { destinations(t, tbl, k) })
	sent(0, "count", func() { _, _ = tbl.Count() })
}
