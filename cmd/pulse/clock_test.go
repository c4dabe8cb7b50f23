package main

import (
	"net/netip"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"pacu/control"
	"pacu/director"
)

// TestDrainsNow has a pulse go on with the drains of the one before, on a clock
// that was set in between.
func TestDrainsNow(t *testing.T) {
	since := time.Unix(1_800_000_000, 0).UTC()
	const up = 100 * time.Hour // when pulse starts
	for _, tt := range []struct {
		name  string
		limit time.Duration
		began []time.Duration
		clock time.Duration // at the start, after since
		age   time.Duration // of the drain then
	}{
		{"as it was", time.Minute, []time.Duration{up - 20*time.Second}, 20 * time.Second, 20 * time.Second},
		{"set ahead", time.Minute, []time.Duration{up - 20*time.Second}, 5 * time.Hour, 20 * time.Second},
		{"set back", time.Minute, []time.Duration{up - 20*time.Second}, -9 * time.Hour, 20 * time.Second},
		{"for ever", 0, []time.Duration{up - 20*time.Second}, -9 * time.Hour, 20 * time.Second},
		{"of another boot", time.Minute, []time.Duration{up + time.Hour}, 30 * time.Second, 30 * time.Second},
		{"of an older pulse", time.Minute, nil, 30 * time.Second, 30 * time.Second},
		{"of an older pulse, set back", time.Minute, nil, -9 * time.Hour, 0},
	} {
		d := director.Drain{Since: since}
		if tt.limit > 0 {
			d.Until = since.Add(tt.limit)
		}
		now := since.Add(tt.clock)
		want := director.Drain{Since: now.Add(-tt.age)}
		if tt.limit > 0 {
			want.Until = want.Since.Add(tt.limit)
		}
		if diff := cmp.Diff([]director.Drain{want}, drainsNow([]director.Drain{d}, tt.began, now, up), cmpopts.EquateComparable(netip.Addr{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// TestDrainsOutliveTheClock writes and reads a drain through the file.
func TestDrainsOutliveTheClock(t *testing.T) {
	f := &stateFile{path: filepath.Join(t.TempDir(), "state.json")}
	const ago, limit, set = 20 * time.Second, time.Minute, 5 * time.Hour
	since := time.Now().Add(-ago)
	s := state{State: director.State{Drains: []director.Drain{{Since: since, Until: since.Add(limit)}}}}
	s.Began = drainsBegan(s.Drains)
	s.Drains[0].Since, s.Drains[0].Until = since.Round(0).Add(-set), since.Round(0).Add(limit-set) // as if the clock was set since
	if err := f.write(s); err != nil {
		t.Fatal(err)
	}
	got, err := f.read()
	if err != nil {
		t.Fatal(err)
	}
	const near = 10 * time.Minute // much less than set
	if d := got.Drains[0]; time.Since(d.Since)-ago > near || d.Until.Sub(d.Since) != limit {
		t.Errorf("the drain of %v ago is one of %v ago for %v", ago, time.Since(d.Since), d.Until.Sub(d.Since))
	}
}

// TestToday holds that nothing moves while nobody sets the clock, and that what
// never was stays so. TestKernelClock sets it.
func TestToday(t *testing.T) {
	then := time.Now().Add(-time.Minute)
	taken := func() *control.Snapshot {
		return &control.Snapshot{
			Taken: then.Add(time.Minute), Started: then, Partner: &control.Partner{Since: then, Paths: []control.Path{{LastHeard: then}, {}}},
			Witnesses: []control.Witness{{Since: then}}, Scripts: []control.Script{{Since: then}}, Failovers: []control.Failover{{Since: then}},
			Services: []control.Service{{Servers: []control.Server{
				{Since: then, Probed: then, Drain: &control.Drain{Since: then, Until: then.Add(time.Hour)}, Forced: &control.Forced{Since: then}},
				{Drain: &control.Drain{Since: then}},
				{},
			}}},
		}
	}
	got := taken()
	today(got)
	if diff := cmp.Diff(taken(), got, cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestAgo has no time of the future.
func TestAgo(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	v := statusText{s: &control.Snapshot{Taken: now}}
	for want, at := range map[string]time.Time{"1.5s ago": now.Add(-1500 * time.Millisecond), "0s ago": now.Add(time.Hour), "never": {}} {
		if got := v.ago(at); got != want {
			t.Errorf("%v: %q, want %q", at, got, want)
		}
	}
}
