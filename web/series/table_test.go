package series

import (
	"fmt"
	"net/netip"
	"runtime"
	"testing"
	"time"
)

func key(i int) Key {
	return Key{Service: "tcp 10.0.0.1:80", Server: netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 1, byte(i >> 8), byte(i)}), 80)}
}

// Services always have a place, then servers that are watched, then those in
// trouble, and what is left goes to the others.
func TestTableKeepsTheWorst(t *testing.T) {
	table := &Table{room: 5}
	look := func(at time.Time, put func(put func(i int, r Rank))) {
		table.Begin(at)
		put(func(i int, r Rank) { table.Put(key(i), at, r, Sample{Active: uint64(i)}) })
		table.End()
	}
	kept := func(want ...int) {
		t.Helper()
		got := []int{}
		for i := range 20 {
			if _, ok := table.Points(key(i), Active); ok {
				got = append(got, i)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%v are kept, want %v", got, want)
		}
	}
	look(epoch, func(put func(int, Rank)) {
		for i := range 5 {
			put(i, Calm)
		}
		put(5, Calm)
	})
	kept(0, 1, 2, 3, 4)
	look(epoch.Add(Step), func(put func(int, Rank)) {
		put(0, Trouble)
		for i := 1; i < 5; i++ {
			put(i, Calm)
		}
		for i := 10; i < 14; i++ {
			put(i, Service)
		}
	})
	kept(0, 10, 11, 12, 13)
	look(epoch.Add(2*Step), func(put func(int, Rank)) {
		put(0, Trouble)
		put(1, Calm)
		put(2, Trouble)
		put(3, Watched)
		for i := 10; i < 14; i++ {
			put(i, Service)
		}
		put(4, Watched)
	})
	kept(3, 10, 11, 12, 13)
	if table.Len() != 5 {
		t.Errorf("%d objects in a table for 5", table.Len())
	}

	// What is gone stays as long as a chart shows it, with gaps.
	look(epoch.Add(3*Step), func(func(int, Rank)) {})
	kept(3, 10, 11, 12, 13)
	table.Miss(epoch.Add((Points + 2) * Step))
	kept()
	if table.have != [ranks]int{} {
		t.Errorf("the empty table has %v", table.have)
	}
}

// Due tells looks apart that belong to one step.
func TestDue(t *testing.T) {
	table := &Table{}
	for _, tt := range []struct {
		at   time.Duration
		want bool
	}{{0, true}, {time.Second, false}, {4999 * time.Millisecond, false}, {5 * time.Second, true}, {9 * time.Second, false}, {time.Minute, true}, {59 * time.Second, false}} {
		at := epoch.Add(tt.at)
		if got := table.Due(at); got != tt.want {
			t.Errorf("due at %v: %t", tt.at, got)
		}
		if table.Due(at) {
			table.Begin(at)
			table.End()
		}
	}
}

// The budget holds with as many objects as there may be, and more.
func TestTableStaysInItsBudget(t *testing.T) {
	used := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := used()
	table := &Table{}
	at := epoch
	for range 2 {
		at = at.Add(Step)
		table.Begin(at)
		for i := range 44_000 {
			table.Put(Key{"tcp 10.0.0.1:80", netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 80)}, at, Calm, Sample{})
		}
		table.End()
	}
	after := used()
	if n := after - before; table.Len() != maxRings || n > Budget {
		t.Errorf("%d objects take %d bytes, at most %d", table.Len(), n, Budget)
	}
	runtime.KeepAlive(table)
}

// BenchmarkLook takes in 4,000 services of 10 servers.
func BenchmarkLook(b *testing.B) {
	table := &Table{}
	at := epoch
	b.ReportAllocs()
	for b.Loop() {
		at = at.Add(Step)
		table.Begin(at)
		for i := range 4000 {
			service := key(i).Server.String()
			table.Put(Key{Service: service}, at, Service, Sample{})
			for j := range 10 {
				table.Put(Key{Service: service, Server: key(j).Server}, at, Calm, Sample{})
			}
		}
		table.End()
	}
}

// TestClockIsSet holds that charts go by the monotonic clock: one that is set
// back an hour does not stop them for an hour.
func TestClockIsSet(t *testing.T) {
	table := &Table{}
	at := time.Now()
	table.Begin(at)
	table.End()
	if !table.first.Round(0).Equal(table.first) || table.first == table.first.Round(0) {
		t.Errorf("the first step %v has no monotonic clock", table.first)
	}
	if table.Due(at.Add(-time.Hour)) || !table.Due(at.Add(Step)) {
		t.Error("a look of an hour ago counts, or the next one does not")
	}
}
