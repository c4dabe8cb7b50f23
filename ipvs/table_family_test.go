package ipvs

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func testOtherFamily(t *testing.T, tbl table) {
	v4, v6 := key(TCP, "10.0.0.1:80"), key(TCP, "[2001:db8::1]:80")
	to6, to4 := dest("[2001:db8:1::1]:80", Tunnel, 1), dest("10.1.0.1:80", Tunnel, 1)
	apply(t, tbl,
		AddService(Service{Key: v4, Scheduler: "rr"}), AddDestination(v4, to6),
		AddService(Service{Key: v6, Scheduler: "rr"}), AddDestination(v6, to4))
	for k, want := range map[Key]Destination{v4: to6, v6: to4} {
		if diff := cmp.Diff([]DestinationStatus{{Destination: want}}, destinations(t, tbl, k), comparable); diff != "" {
			t.Errorf("destinations of %v (-want +got):\n%s", k, diff)
		}
	}
	apply(t, tbl, DeleteDestination(v4, to6.Addr, 80), DeleteDestination(v6, to4.Addr, 80))
	direct := to6
	direct.Forward = Direct
	wantError(t, tbl.Apply([]Op{AddDestination(v4, direct)}), os.ErrInvalid,
		"add [2001:db8:1::1]:80 to tcp 10.0.0.1:80 weight 1: only a tunnel leads to the other address family")
}

// testFamiliesOrSync has what the sync daemons cannot tell each other refused.
func testFamiliesOrSync(t *testing.T, tbl table) {
	k, to6 := key(TCP, "10.0.0.1:80"), dest("[2001:db8:1::1]:80", Tunnel, 1)
	apply(t, tbl, AddService(Service{Key: k, Scheduler: "rr"}), AddDestination(k, to6))
	master := Daemon{Role: Master, Interface: device}
	wantError(t, tbl.StartDaemon(master), os.ErrInvalid, "start master sync daemon on "+device+
		": invalid argument (no sync daemon beside a destination of the other address family)")
	apply(t, tbl, DeleteDestination(k, to6.Addr, to6.Port))
	if err := tbl.StartDaemon(master); err != nil {
		t.Fatal(err)
	}
	wantError(t, tbl.Apply([]Op{AddDestination(k, to6)}), os.ErrInvalid,
		"add [2001:db8:1::1]:80 to tcp 10.0.0.1:80 weight 1: invalid argument (no destination of the other address family beside a sync daemon)")
	apply(t, tbl, AddDestination(k, dest("10.1.0.1:80", Tunnel, 1)))
	if err := tbl.StopDaemon(Master); err != nil {
		t.Fatal(err)
	}
	apply(t, tbl, AddDestination(k, to6))
}
