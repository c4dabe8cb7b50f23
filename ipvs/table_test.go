package ipvs

import (
	"errors"
	"net/netip"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// A table is what Client and Fake have in common.
type table interface {
	Info() (Info, error)
	Services() ([]ServiceStatus, error)
	Service(Key) (ServiceStatus, error)
	Destinations(Key) ([]DestinationStatus, error)
	DestinationsOf(Key, []DestinationStatus) ([]DestinationStatus, error)
	Count() (int, error)
	Sent() uint64
	Apply([]Op) error
	Flush() error
	Zero() error
	ZeroService(Key) error
	Timeouts() (Timeouts, error)
	SetTimeouts(Timeouts) error
	Daemons() ([]Daemon, error)
	StartDaemon(Daemon) error
	StopDaemon(DaemonRole) error
	Close() error
}

var (
	_ table = (*Client)(nil)
	_ table = (*Fake)(nil)
)

// comparable lets cmp look at addresses and changes as wholes.
var comparable = cmpopts.EquateComparable(netip.Addr{}, Op{})

func key(p Protocol, s string) Key {
	ap := netip.MustParseAddrPort(s)
	return Key{Protocol: p, Addr: ap.Addr(), Port: ap.Port()}
}

func dest(s string, f Forward, weight uint32) Destination {
	ap := netip.MustParseAddrPort(s)
	return Destination{Addr: ap.Addr(), Port: ap.Port(), Forward: f, Weight: weight}
}

func services(t *testing.T, tbl table) []ServiceStatus {
	t.Helper()
	got, err := tbl.Services()
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(got, func(a, b ServiceStatus) int { return a.Key.compare(b.Key) })
	return got
}

func destinations(t *testing.T, tbl table, k Key) []DestinationStatus {
	t.Helper()
	got, err := tbl.Destinations(k)
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(got, func(a, b DestinationStatus) int { return a.compare(b.Destination) })
	return got
}

func apply(t *testing.T, tbl table, ops ...Op) {
	t.Helper()
	if err := tbl.Apply(ops); err != nil {
		t.Fatal(err)
	}
}

// testTable is what every table must do. The table is empty before and after.
func testTable(t *testing.T, tbl table) {
	for _, tt := range []struct {
		name string
		test func(*testing.T, table)
	}{
		{"empty", testEmpty},
		{"services", testServices},
		{"destinations", testDestinations},
		{"other family", testOtherFamily},
		{"families or sync", testFamiliesOrSync},
		{"edits", testEdits},
		{"deletes", testDeletes},
		{"refusals", testRefusals},
		{"big batch", testBigBatch},
		{"appended", testAppended},
		{"count", testCount},
		{"sent", testSent},
		{"zero", testZero},
		{"timeouts", testTimeouts},
		{"daemons", testDaemons},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.test(t, tbl)
			if err := tbl.Flush(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func testEmpty(t *testing.T, tbl table) {
	info, err := tbl.Info()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := info.Version.String(), "1.2.1"; got != want {
		t.Errorf("version: got %s, want %s", got, want)
	}
	if info.ConnTableSize == 0 {
		t.Error("the connection table has no buckets")
	}
	if got := services(t, tbl); got == nil || len(got) != 0 {
		t.Errorf("services of an empty table: %#v, want an empty slice", got)
	}
	k := key(TCP, "10.0.0.1:80")
	_, err = tbl.Service(k)
	wantError(t, err, os.ErrNotExist, "read tcp 10.0.0.1:80: no such service")
	_, err = tbl.Destinations(k)
	wantError(t, err, os.ErrNotExist, "read destinations of tcp 10.0.0.1:80: no such service")
	wantError(t, tbl.ZeroService(k), os.ErrNotExist, "zero counters of tcp 10.0.0.1:80: no such service")
	for _, err := range []error{tbl.Zero(), tbl.Flush(), tbl.Apply(nil)} {
		if err != nil {
			t.Error(err)
		}
	}
}

var everyService = []Service{
	{Key: key(TCP, "10.0.0.1:80"), Scheduler: "wlc", Netmask: 32},
	{Key: key(UDP, "10.0.0.1:53"), Scheduler: "rr", Flags: OnePacket, Netmask: 32},
	{Key: key(SCTP, "10.0.0.1:80"), Scheduler: "wrr", Netmask: 32},
	{Key: key(TCP, "10.0.0.2:0"), Scheduler: "sh", Flags: Persistent | SchedFlag1 | SchedFlag2, Timeout: 300 * time.Second, Netmask: 24},
	{Key: key(TCP, "[2001:db8::1]:443"), Scheduler: "lc", Flags: Persistent, Timeout: time.Hour, Netmask: 64},
	{Key: key(UDP, "[2001:db8::1]:53"), Scheduler: "none", Netmask: 128},
	{Key: FWMarkKey(80, false), Scheduler: "wlc", Flags: Persistent, Timeout: 30 * time.Second, Netmask: 32},
	{Key: FWMarkKey(80, true), Scheduler: "wlc", Flags: SchedFlag3, Netmask: 128},
	{Key: FWMarkKey(1<<31-1, false), Scheduler: "mh", Flags: SchedFlag1, Netmask: 1},
}

func testServices(t *testing.T, tbl table) {
	var ops []Op
	var want []ServiceStatus
	for _, s := range everyService {
		ops = append(ops, AddService(s))
		want = append(want, ServiceStatus{Service: s})
	}
	apply(t, tbl, ops...)
	slices.SortFunc(want, func(a, b ServiceStatus) int { return a.Key.compare(b.Key) })
	if diff := cmp.Diff(want, services(t, tbl), comparable); diff != "" {
		t.Errorf("services (-want +got):\n%s", diff)
	}
	for _, w := range want {
		got, err := tbl.Service(w.Key)
		if err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(w, got, comparable); diff != "" {
			t.Errorf("%v (-want +got):\n%s", w.Key, diff)
		}
		if got := destinations(t, tbl, w.Key); got == nil || len(got) != 0 {
			t.Errorf("destinations of new %v: %#v, want an empty slice", w.Key, got)
		}
	}

	// Hashed is ignored, and no mask is the mask of one host.
	s := Service{Key: FWMarkKey(1<<32-1, false), Scheduler: "nq", Flags: Hashed}
	apply(t, tbl, AddService(s))
	got, err := tbl.Service(s.Key)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s.Canonical(), got.Service, comparable); diff != "" {
		t.Errorf("canonical service (-want +got):\n%s", diff)
	}
}

func testDestinations(t *testing.T, tbl table) {
	limited := dest("10.1.0.5:80", Direct, 1)
	limited.Upper, limited.Lower = 1000, 700
	gue := dest("10.1.0.6:80", Tunnel, 5)
	gue.Tunnel = Encap{Type: GUE, Port: 6080, Flags: Checksum}
	gre := dest("10.1.0.7:80", Tunnel, 5)
	gre.Tunnel = Encap{Type: GRE, Flags: Checksum}
	remote := dest("10.1.0.8:80", Tunnel, 5)
	remote.Tunnel = Encap{Type: GUE, Port: 1, Flags: RemoteChecksum}
	v4 := []Destination{
		dest("10.1.0.1:80", Masquerade, 1), dest("10.1.0.1:81", Masquerade, 2),
		dest("10.1.0.2:80", Local, 0), dest("10.1.0.3:80", Tunnel, 3), dest("10.1.0.4:80", Bypass, 1<<31-1),
		limited, gue, gre, remote,
	}
	v6 := []Destination{dest("[2001:db8:1::1]:80", Masquerade, 1), dest("[2001:db8:1::2]:443", Direct, 2)}
	for k, want := range map[Key][]Destination{
		key(TCP, "10.0.0.1:80"):       v4,
		key(SCTP, "10.0.0.1:80"):      v4[:1],
		FWMarkKey(7, false):           v4,
		key(TCP, "[2001:db8::1]:443"): v6,
		FWMarkKey(7, true):            v6,
	} {
		ops := []Op{AddService(Service{Key: k, Scheduler: "wlc"})}
		var status []DestinationStatus
		for _, d := range want {
			ops = append(ops, AddDestination(k, d))
			status = append(status, DestinationStatus{Destination: d})
		}
		apply(t, tbl, ops...)
		if diff := cmp.Diff(status, destinations(t, tbl, k), comparable); diff != "" {
			t.Errorf("destinations of %v (-want +got):\n%s", k, diff)
		}
	}
}

func testEdits(t *testing.T, tbl table) {
	for _, k := range []Key{key(TCP, "10.0.0.1:80"), FWMarkKey(80, false)} {
		s := Service{Key: k, Scheduler: "wlc", Flags: Persistent, Timeout: 30 * time.Second, Netmask: 24}
		d := dest("10.1.0.1:80", Masquerade, 1)
		apply(t, tbl, AddService(s), AddDestination(k, d))

		s = Service{Key: k, Scheduler: "rr", Netmask: 32}
		d.Weight, d.Upper, d.Lower = 0, 10, 5
		d.Forward, d.Tunnel = Tunnel, Encap{Type: GUE, Port: 6080}
		for range 2 { // to have what one sets is no error
			apply(t, tbl, SetService(s), SetDestination(k, d))
		}
		check := func() {
			t.Helper()
			got, err := tbl.Service(k)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(ServiceStatus{Service: s}, got, comparable); diff != "" {
				t.Errorf("service (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]DestinationStatus{{Destination: d}}, destinations(t, tbl, k), comparable); diff != "" {
				t.Errorf("destinations (-want +got):\n%s", diff)
			}
		}
		check()
		// A zero encapsulation is sent by leaving it out, and must count.
		d.Tunnel = Encap{}
		apply(t, tbl, SetDestination(k, d))
		check()
	}
}

func testDeletes(t *testing.T, tbl table) {
	a, b, m := key(TCP, "10.0.0.1:80"), key(UDP, "10.0.0.1:80"), FWMarkKey(1, true)
	var ops []Op
	for _, k := range []Key{a, b, m} {
		ops = append(ops, AddService(Service{Key: k, Scheduler: "rr"}))
	}
	d := dest("10.1.0.1:80", Direct, 1)
	apply(t, tbl, append(ops, AddDestination(a, d), AddDestination(b, d))...)
	apply(t, tbl, DeleteDestination(a, d.Addr, d.Port), DeleteService(b), DeleteService(m))
	if got := services(t, tbl); len(got) != 1 || got[0].Key != a {
		t.Errorf("services left: %v, want %v", got, a)
	}
	if got := destinations(t, tbl, a); len(got) != 0 {
		t.Errorf("destinations left: %v", got)
	}
	// A service that comes back comes without what it had.
	apply(t, tbl, AddService(Service{Key: b, Scheduler: "rr"}))
	if got := destinations(t, tbl, b); len(got) != 0 {
		t.Errorf("destinations of a new service: %v", got)
	}
}

// wantError checks what err is, and what it says unless text is empty.
func wantError(t *testing.T, err, want error, text string) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error %v is not %v", err, want)
	} else if text != "" && err.Error() != text {
		t.Errorf("error says\n %s, want\n %s", err, text)
	}
}
