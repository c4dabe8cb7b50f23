package main

import (
	"bytes"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
)

func someNannies(now time.Time) []control.Nanny {
	ms := func(n float64) control.Duration { return control.Duration(n * float64(time.Millisecond)) }
	a, b := netip.MustParseAddr("10.8.8.33"), netip.MustParseAddr("10.8.8.34")
	return []control.Nanny{
		{
			Server: a, More: 1, Pid: 4711, Started: now.Add(-time.Hour), Services: []string{"tcp 10.10.1.30:80"}, Restarts: 2, Memory: 1_400_000,
			Watches: []control.Watching{
				{
					Server: a, RealPort: 80, Service: "tcp 10.10.1.30:80", Health: control.Up, Weight: 3, Why: `connected in 0.4 ms, got "HTTP"`,
					Probed: now.Add(-2 * time.Second), Due: now.Add(4 * time.Second), Took: ms(1), P50: ms(0.82), P99: ms(12.04), Probes: 100,
				},
				{
					Server: b, RealPort: 80, Service: "tcp 10.10.1.30:80", Health: control.Down, Why: "connect: connection refused",
					Trouble: "the kernel has no ip_vs", Probed: now.Add(-6 * time.Second), Due: now.Add(-time.Millisecond), P50: ms(0.1), P99: ms(0.1), Probes: 1,
				},
			},
		},
		{
			Server: netip.MustParseAddr("2001:db8::1"), Restarts: 7, Error: "it died: signal: killed",
			Watches: []control.Watching{{Server: netip.MustParseAddr("2001:db8::1"), RealPort: 53, Service: "udp [2001:db8::30]:53", Health: control.Untried}},
		},
	}
}

func TestPrintNannies(t *testing.T) {
	now := time.Date(2026, 11, 21, 3, 4, 5, 0, time.UTC)
	var got bytes.Buffer
	if err := printNannies(&got, someNannies(now), now); err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/nannies.golden"
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
}

// TestPrintCut has a router that is cut off from a server: what of it the
// verdict says already is not said again, and a probe that is due is due now.
func TestPrintCut(t *testing.T) {
	now := time.Now()
	list := someNannies(now)[:1]
	list[0].Watches = list[0].Watches[:1]
	w := &list[0].Watches[0]
	w.Trouble, w.Due = "eth1 is down on this router", now.Add(20*time.Millisecond)
	w.Why = w.Trouble + ", which is taken to be up as before"
	var got bytes.Buffer
	if err := printNannies(&got, list, now); err != nil {
		t.Fatal(err)
	}
	if text := got.String(); strings.Count(text, w.Trouble) != 1 || !strings.Contains(text, "  now  ") {
		t.Error(text)
	}
}

func TestNannyCommand(t *testing.T) {
	p := &fakePulse{nannies: someNannies(time.Now())[1:]}
	socket := serveFake(t, p)
	testCommands(t, asking(nannyCommand, socket), []commandTest{
		{name: "all", stdout: "NANNY        PID  SINCE  RESTARTS  MEMORY  WATCHES\n2001:db8::1  -    -      7         -       1 (it died: signal: killed)\n\n" +
			"REAL SERVER       SERVICE                STATE    WEIGHT  P50  P99  PROBED  NEXT  LAST PROBE\n" +
			"[2001:db8::1]:53  udp [2001:db8::30]:53  untried  0       -    -    never   -     \n"},
		{name: "refused", args: []string{"lvs-09"}, code: 1, stderr: "pulse nanny: lvs-09: no such real server\n"},
		{name: "too many", args: []string{"a", "b"}, code: 2, stderr: "pulse nanny: name one server at most, not 2: [\"a\" \"b\"]\n"},
		{name: "help", args: []string{"--help"}, stderr: "usage: pulse nanny [SERVER] [--json]"},
	})
	p.nannies = nil
	testCommands(t, asking(nannyCommand, socket), []commandTest{
		{name: "none", stdout: "no nanny runs: no real server is to be probed\n"},
		{name: "none for programs", args: []string{"--json", "lvs-03"}, stdout: "[]\n"},
	})
	if diff := cmp.Diff([]string{"nannies ", "nannies lvs-09", "nannies ", "nannies lvs-03"}, p.asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

// TestProbeCommand has a fake nanny say how many orders it got: it finds
// 10.0.0.9 down.
func TestProbeCommand(t *testing.T) {
	p := &fakePulse{}
	socket := serveFake(t, p)
	probe := asking(probeCommand, socket)
	bin := everyonesCopy(t)
	testCommands(t, probe, []commandTest{
		{name: "refused", args: []string{"lvs-09"}, code: 1, stderr: "pulse probe: lvs-09: no such real server\n"},
		{name: "nobody", code: 2, stderr: "pulse probe: name one server, not 0: []\n"},
		{name: "help", args: []string{"--help"}, stderr: "usage: pulse probe SERVER"},
	})
	p.orders = []control.Order{fakeOrders(1, 8)[netip.MustParseAddr("10.0.0.8")]}
	missing := filepath.Join(filepath.Dir(bin), "missing")
	testCommands(t, probe, []commandTest{
		{name: "up", args: []string{"lvs-08", "--nanny", bin}, stdout: "1 orders, <nil>\n"},
		{name: "no nanny", args: []string{"lvs-08", "--nanny", missing}, code: 1, stderr: "pulse probe: cannot start " + missing + ": no such file or directory\n"},
	})
	p.orders = append(p.orders, fakeOrders(1, 9)[netip.MustParseAddr("10.0.0.9")])
	testCommands(t, probe, []commandTest{
		{name: "down", args: []string{"--nanny", bin, "lvs-09"}, code: 1, stdout: "2 orders, <nil>\n"},
	})
}
