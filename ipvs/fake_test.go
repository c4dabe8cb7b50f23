package ipvs

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares got with testdata/name, or writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// sampleTable has every form of a rule.
var sampleTable = func() []Op {
	var ops []Op
	for _, s := range everyService {
		ops = append(ops, AddService(s))
	}
	limited := dest("10.1.0.5:80", Direct, 1)
	limited.Upper, limited.Lower = 1000, 700
	upper := dest("10.1.0.6:80", Masquerade, 1)
	upper.Upper = 10
	web, mark, v6 := key(TCP, "10.0.0.1:80"), FWMarkKey(80, false), key(TCP, "[2001:db8::1]:443")
	return append(ops,
		AddDestination(web, dest("10.1.0.1:80", Masquerade, 1)),
		AddDestination(web, dest("10.1.0.2:80", Tunnel, 0)),
		AddDestination(web, limited),
		AddDestination(web, upper),
		AddDestination(web, encap("10.1.0.10:80", Encap{Type: GUE, Port: 6080})),
		AddDestination(web, encap("10.1.0.11:80", Encap{Type: GUE, Port: 6080, Flags: Checksum})),
		AddDestination(web, encap("10.1.0.12:80", Encap{Type: GUE, Port: 6080, Flags: RemoteChecksum})),
		AddDestination(web, encap("10.1.0.13:80", Encap{Type: GRE})),
		AddDestination(web, encap("10.1.0.14:80", Encap{Type: GRE, Flags: Checksum})),
		AddDestination(key(SCTP, "10.0.0.1:80"), dest("10.1.0.1:80", Masquerade, 1)),
		AddDestination(key(UDP, "10.0.0.1:53"), dest("10.1.0.1:53", Masquerade, 1)),
		AddDestination(mark, dest("10.8.8.33:80", Masquerade, 1)),
		AddDestination(mark, dest("10.8.8.32:80", Masquerade, 2)),
		AddDestination(v6, dest("[2001:db8:1::1]:443", Direct, 1)),
		AddDestination(FWMarkKey(80, true), dest("[2001:db8:1::1]:443", Direct, 1)),
	)
}()

func TestFakeTable(t *testing.T) { testTable(t, NewFake()) }

func TestFakeString(t *testing.T) {
	f := NewFake()
	if got := f.String(); got != "" {
		t.Errorf("empty table: %q", got)
	}
	apply(t, f, sampleTable...)
	golden(t, "rules.txt", f.String())
}

func TestFakeEngine(t *testing.T) {
	f := NewFake()
	apply(t, f, AddService(Service{Key: key(UDP, "10.0.0.1:5060"), Scheduler: "rr", Flags: Persistent,
		Timeout: time.Minute, Engine: "sip"}))
	if got, want := f.String(), "-A -u 10.0.0.1:5060 -s rr -p 60 --pe sip\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFakeStatus(t *testing.T) {
	f := NewFake()
	k, d := FWMarkKey(80, false), dest("10.8.8.33:80", Masquerade, 1)
	apply(t, f, AddService(Service{Key: k, Scheduler: "wlc"}), AddDestination(k, d))
	status := DestinationStatus{Destination: d, Active: 3, Inactive: 2, Persistent: 1, Stats: Stats{Connections: 9}}
	if err := f.SetStatus(k, status); err != nil {
		t.Fatal(err)
	}
	check := func() {
		t.Helper()
		if diff := cmp.Diff([]DestinationStatus{status}, destinations(t, f, k), comparable); diff != "" {
			t.Errorf("destinations (-want +got):\n%s", diff)
		}
	}
	check()
	status.Weight = 0 // an edit keeps connections and counters
	apply(t, f, SetDestination(k, status.Destination))
	check()
	if err := f.ZeroService(k); err != nil {
		t.Fatal(err)
	}
	status.Stats = Stats{} // but connections do not go away
	check()
	status.Port = 81
	wantError(t, f.SetStatus(k, status), os.ErrNotExist, "set status of 10.8.8.33:81 in fwmark 80: no such destination")
	wantError(t, f.SetStatus(FWMarkKey(1, true), status), os.ErrNotExist, "")
}

func TestFakeRefuse(t *testing.T) {
	f := NewFake()
	full := errors.New("out of memory")
	f.Refuse = func(o Op) error {
		if o.Key().FWMark == 2 {
			return full
		}
		return nil
	}
	err := f.Apply([]Op{
		AddService(Service{Key: FWMarkKey(1, false), Scheduler: "rr"}),
		AddService(Service{Key: FWMarkKey(2, false), Scheduler: "rr"}),
		AddService(Service{Key: FWMarkKey(3, false), Scheduler: "rr"}),
	})
	wantError(t, err, full, "add fwmark 2 rr: out of memory")
	if n := len(services(t, f)); n != 2 {
		t.Errorf("%d services, want 2", n)
	}
}
