package main

import (
	"bytes"
	"flag"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestStatusText(t *testing.T) {
	now := time.Date(2026, 11, 21, 3, 4, 5, 0, time.UTC)
	s := &control.Snapshot{
		Version: "1.0", Taken: now, Started: now.Add(-time.Hour), Pid: 4711, Hostname: "lvs-01",
		Config: control.Config{Path: "/etc/sysconfig/ha/lvs.cf", SerialNo: 3, Network: "nat"},
		Router: control.Router{
			Role: control.Primary, State: control.Active, Since: now.Add(-time.Hour),
			Why: "backup inactive: activating lvs", Address: netip.MustParseAddr("10.10.1.31"),
		},
		Partner: &control.Partner{
			Role: control.Backup, Address: netip.MustParseAddr("10.10.1.32"), State: control.Standby,
			Paths: []control.Path{{
				Name: "public", Local: "10.10.1.31:539", Remote: "10.10.1.32:539",
				LastHeard: now.Add(-1200 * time.Millisecond), Sent: 1800, Heard: 1799,
			}},
		},
		Addresses: []control.Address{
			{Prefix: netip.MustParsePrefix("10.8.8.30/24"), Device: "eth1:0", For: []string{"nat_router"}, Wanted: true, Held: true},
			{Prefix: netip.MustParsePrefix("10.10.1.30/32"), Device: "eth0:1", For: []string{"http_server"}, Wanted: true},
		},
		Services: []control.Service{{
			Name: "http_server", Address: netip.MustParseAddr("10.10.1.30"), Port: 80, FWMark: 80, Scheduler: "wlc",
			Persistent: control.Duration(30 * time.Second), Forward: "nat", InKernel: true,
			Servers: []control.Server{
				{
					Name: "lvs-03", Address: netip.MustParseAddr("10.8.8.33"), Port: 80, Weight: 1, Health: control.Up,
					Why: `got "HTTP"`, Probed: now.Add(-2 * time.Second), InKernel: true, KernelWeight: 1, Active: 1, Inactive: 14,
				},
				{
					Name: "lvs-04", Address: netip.MustParseAddr("10.8.8.34"), Port: 80, Weight: 1, Health: control.Down,
					Why: "connection refused", Probed: now.Add(-time.Second),
				},
			},
		}},
		Trouble: []string{"lvs-04 of http_server is down: connection refused"},
	}
	checkStatus(t, s, "testdata/status.golden")
}

// TestStatusTextOfTheDirector has all that is not everyday.
func TestStatusTextOfTheDirector(t *testing.T) {
	now := time.Date(2026, 11, 21, 3, 4, 5, 0, time.UTC)
	real3, real4 := netip.MustParseAddr("10.8.8.33"), netip.MustParseAddr("10.8.8.34")
	in := func(rs control.Server) control.Server { // the kernel
		rs.InKernel, rs.Address, rs.Port, rs.Health = true, real3, 80, control.Up
		return rs
	}
	s := &control.Snapshot{
		Version: "1.0", Taken: now, Pid: 4711, Hostname: "lvs-01",
		Config: control.Config{Path: "/etc/sysconfig/ha/lvs.cf", SerialNo: 3, Network: "fullnat"},
		Router: control.Router{Role: control.Primary, State: control.Active, Since: now.Add(-time.Hour), Why: "no backup"},
		Services: []control.Service{
			{
				Name: "web", Address: netip.MustParseAddr("10.10.1.30"), Port: 80, FWMark: 80, Scheduler: "wlc", Forward: "fullnat",
				InKernel: true, Ports: "80,443,8000-8100", Quorum: 2, Up: 1, Sorry: true,
				Servers: []control.Server{
					in(control.Server{Name: "until", Active: 2, Inactive: 1, Drain: &control.Drain{Until: now.Add(time.Hour)}}),
					in(control.Server{Name: "tomorrow", Active: 2, Drain: &control.Drain{Until: now.Add(24 * time.Hour)}}),
					in(control.Server{Name: "for-ever", Drain: &control.Drain{}}),
					{Name: "out", Address: real4, Port: 80, Weight: 1, Health: control.Up, Drain: &control.Drain{Out: true}},
					in(control.Server{Name: "leaving", Leaving: true, Inactive: 7}),
					in(control.Server{Name: "forced-down", Forced: &control.Forced{To: control.ForceDown}}),
					{Name: "forced-up", Address: real4, Port: 80, Weight: 1, Health: control.Down, Forced: &control.Forced{To: control.ForceUp}},
				},
			},
			{Name: "mail", Protocol: "tcp", Address: netip.MustParseAddr("10.10.1.30"), Port: 25, Scheduler: "rr", Forward: "nat", Quorum: 1, Up: 1},
		},
		Table:    control.Table{Buckets: 4096, Connections: 5000},
		Sysctls:  []control.Sysctl{{Name: "net.ipv4.vs.conntrack", Value: "1", Was: "0", Why: "fullnat rewrites by connection"}},
		Firewall: []string{"mark 80: tcp to 10.10.1.30 port 80,443,8000-8100", "source of mark 80: 10.8.8.40-10.8.8.49"},
		Drift:    control.Drift{Repairs: 3, Last: now.Add(-5 * time.Minute), What: "service tcp 10.10.1.30:25 was gone"},
		Degraded: []string{"virtual mail: the kernel has no such scheduler, tried again at 03:05"},
	}
	checkStatus(t, s, "testdata/status_director.golden")
}

func checkStatus(t *testing.T, s *control.Snapshot, path string) {
	t.Helper()
	var b bytes.Buffer
	if err := printStatus(&b, s); err != nil {
		t.Fatal(err)
	}
	golden(t, path, b.String())
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got):\n%s", path, d)
	}
}

func TestCommandLine(t *testing.T) {
	tests := []struct {
		name   string
		args   []string
		code   int
		stderr string
	}{
		{"bad flag", []string{"--what"}, 1, "pulse: bad argument"},
		{"free argument", []string{"-n", "start"}, 1, "pulse: unexpected arguments"},
		{"no file", []string{"-n", "-c", "/nonexistent/lvs.cf"}, 1, "pulse: failed to open /nonexistent/lvs.cf: no such file"},
		{"status without pulse", []string{"status", "--control", "/nonexistent/sock"}, 3, "pulse is not running"},
		{"reload without pulse", []string{"reload", "--control", "/nonexistent/sock"}, 1, "pulse is not running"},
		{"drain without pulse", []string{"drain", "--control", "/nonexistent/sock", "lvs-03"}, 1, "pulse is not running"},
		{"undrain without pulse", []string{"undrain", "lvs-03", "--control", "/nonexistent/sock"}, 1, "pulse is not running"},
		{"force without pulse", []string{"force", "lvs-03", "up", "--control", "/nonexistent/sock"}, 1, "pulse is not running"},
		{"status with a bad flag", []string{"status", "--yaml"}, 2, "flag provided but not defined"},
		{"guard by hand", []string{"guard", "me"}, 2, "pulse starts it"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if code := run(tt.args, &stdout, &stderr); code != tt.code {
				t.Errorf("exit %d, want %d", code, tt.code)
			}
			if !strings.Contains(stderr.String(), tt.stderr) {
				t.Errorf("stderr %q does not say %q", stderr.String(), tt.stderr)
			}
		})
	}
}
