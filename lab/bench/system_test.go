package bench

import (
	"flag"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"pacu/lab/article004"
	"pacu/lvscf"
)

var update = flag.Bool("update", false, "write the golden files")

func TestKeepalivedConfig(t *testing.T) {
	for name, advert := range map[string]time.Duration{
		"testdata/keepalived.conf":      time.Second,
		"testdata/keepalived-fast.conf": 100 * time.Millisecond,
	} {
		got := keepalived{advert}.config("lvs-01", 100)
		if *update {
			if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestPulseConfig(t *testing.T) {
	was, problems := lvscf.Read("lvs.cf", []byte(article004.File))
	if was == nil {
		t.Fatal(problems)
	}
	for _, p := range []pace{second, tenth} {
		cfg, problems := lvscf.Read("lvs.cf", []byte(newPulse(p).file))
		if cfg == nil {
			t.Fatal(problems)
		}
		want := *was
		want.Keepalive, want.Deadtime = p.keepalive, p.deadtime
		want.SyncDaemon, want.SyncInterface = true, "eth1"
		places := cmpopts.IgnoreTypes(lvscf.Pos{})
		if diff := cmp.Diff(&want, cfg, places, cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{})); diff != "" {
			t.Errorf("beyond the times and the sync (-want +got):\n%s", diff)
		}
	}
}
