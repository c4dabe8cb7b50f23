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
	for _, s := range []Settings{Defaults, {Keepalive: 100 * time.Millisecond, Deadtime: 300 * time.Millisecond}} {
		cfg, problems := lvscf.Read("lvs.cf", []byte(newPulse(s).file))
		if cfg == nil {
			t.Fatal(problems)
		}
		want := *was
		want.Keepalive, want.Deadtime = s.Keepalive, s.Deadtime
		if diff := cmp.Diff(&want, cfg, cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{})); diff != "" {
			t.Errorf("beyond the times (-want +got):\n%s", diff)
		}
	}
}

func TestSettingsCheck(t *testing.T) {
	if err := Defaults.Check(); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*Settings){
		"no rounds":                func(s *Settings) { s.Rounds = 0 },
		"no keepalive":             func(s *Settings) { s.Keepalive = 0 },
		"no advert":                func(s *Settings) { s.Advert = 0 },
		"no pause":                 func(s *Settings) { s.Every = 0 },
		"deadtime below keepalive": func(s *Settings) { s.Deadtime = s.Keepalive },
	} {
		s := Defaults
		if spoil(&s); s.Check() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
