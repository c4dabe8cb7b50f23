package ipvs

import (
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func testZero(t *testing.T, tbl table) {
	k := key(TCP, "10.0.0.1:80")
	apply(t, tbl, AddService(Service{Key: k, Scheduler: "rr"}), AddDestination(k, dest("10.1.0.1:80", Direct, 1)))
	for _, err := range []error{tbl.Zero(), tbl.ZeroService(k)} {
		if err != nil {
			t.Error(err)
		}
	}
	if got := services(t, tbl); got[0].Stats != (Stats{}) {
		t.Errorf("counters: %+v", got[0].Stats)
	}
}

func testTimeouts(t *testing.T, tbl table) {
	before, err := tbl.Timeouts()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tbl.SetTimeouts(before) })
	if want := (Timeouts{TCP: 15 * time.Minute, TCPFin: 2 * time.Minute, UDP: 5 * time.Minute}); before != want {
		t.Errorf("at first: got %v, want %v", before, want)
	}
	for _, change := range []struct{ set, want Timeouts }{
		{Timeouts{TCP: time.Hour, TCPFin: time.Minute, UDP: 2 * time.Second}, Timeouts{TCP: time.Hour, TCPFin: time.Minute, UDP: 2 * time.Second}},
		{Timeouts{}, Timeouts{TCP: time.Hour, TCPFin: time.Minute, UDP: 2 * time.Second}},
		{Timeouts{TCPFin: 3 * time.Second}, Timeouts{TCP: time.Hour, TCPFin: 3 * time.Second, UDP: 2 * time.Second}},
	} {
		if err := tbl.SetTimeouts(change.set); err != nil {
			t.Fatal(err)
		}
		got, err := tbl.Timeouts()
		if err != nil || got != change.want {
			t.Errorf("after %v: got %v, %v, want %v", change.set, got, err, change.want)
		}
	}
	wantError(t, tbl.SetTimeouts(Timeouts{UDP: time.Millisecond}), os.ErrInvalid,
		"set timeouts: timeout 1ms is not whole seconds between 0 and 31 days")
}

func testDaemons(t *testing.T, tbl table) {
	daemons := func() []Daemon {
		t.Helper()
		got, err := tbl.Daemons()
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := daemons(); got == nil || len(got) != 0 {
		t.Errorf("daemons at first: %#v, want an empty slice", got)
	}
	wantError(t, tbl.StopDaemon(Backup), os.ErrNotExist, "stop backup sync daemon: not running")
	wantError(t, tbl.StartDaemon(Daemon{Role: 3, Interface: device}), os.ErrInvalid, "")
	wantError(t, tbl.StartDaemon(Daemon{Role: Master}), os.ErrInvalid, "")
	wantError(t, tbl.StartDaemon(Daemon{Role: Master, Interface: device, SyncID: 256}), os.ErrInvalid, "")
	wantError(t, tbl.StartDaemon(Daemon{Role: Master, Interface: device, Group: netip.MustParseAddr("10.0.0.1")}), os.ErrInvalid, "")

	master := Daemon{Role: Master, Interface: device, SyncID: 7, MaxLen: 1000,
		Group: netip.MustParseAddr("239.1.2.3"), Port: 9000, TTL: 3}
	if err := tbl.StartDaemon(master); err != nil {
		t.Fatal(err)
	}
	wantError(t, tbl.StartDaemon(master), os.ErrExist, "start master sync daemon on "+device+": already there")
	if err := tbl.StartDaemon(Daemon{Role: Backup, Interface: device}); err != nil {
		t.Fatal(err)
	}
	backup := Daemon{Role: Backup, Interface: device, MaxLen: 1472, Group: netip.MustParseAddr("224.0.0.81"), Port: 8848, TTL: 1}
	if diff := cmp.Diff([]Daemon{master, backup}, daemons(), comparable); diff != "" {
		t.Errorf("daemons (-want +got):\n%s", diff)
	}
	for _, r := range []DaemonRole{Master, Backup} {
		if err := tbl.StopDaemon(r); err != nil {
			t.Error(err)
		}
	}
	// A backup daemon takes messages of 1024 bytes at least.
	short := Daemon{Role: Backup, Interface: device, MaxLen: 512, Port: 9000, TTL: 3}
	if err := tbl.StartDaemon(short); err != nil {
		t.Fatal(err)
	}
	if got := daemons(); len(got) != 1 || !short.Yields(got[0]) {
		t.Errorf("%+v is said not to yield %+v", short, got)
	}
	short.MaxLen, short.Group = 1024, backup.Group
	if diff := cmp.Diff([]Daemon{short}, daemons(), comparable); diff != "" {
		t.Errorf("daemon of short messages (-want +got):\n%s", diff)
	}
	if err := tbl.StopDaemon(Backup); err != nil {
		t.Fatal(err)
	}
	group6 := Daemon{Role: Master, Interface: device, Group: netip.MustParseAddr("ff02::81")}
	if err := tbl.StartDaemon(group6); err != nil {
		t.Fatal(err)
	}
	if got := daemons(); len(got) != 1 || !group6.Yields(got[0]) || short.Yields(got[0]) || backup.Yields(got[0]) {
		t.Errorf("%+v is said not to yield %+v, or others to", group6, got)
	}
	group6.MaxLen, group6.Port, group6.TTL = 1452, 8848, 1
	if diff := cmp.Diff([]Daemon{group6}, daemons(), comparable); diff != "" {
		t.Errorf("daemon of IPv6 (-want +got):\n%s", diff)
	}
	if err := tbl.StopDaemon(Master); err != nil {
		t.Error(err)
	}
	if got := daemons(); len(got) != 0 {
		t.Errorf("daemons at last: %v", got)
	}
}
