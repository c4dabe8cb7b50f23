package scenario

import (
	"fmt"
	"os"
	"testing"
	"time"

	"pacu/control"
)

// TestKernelDiffers gives the routers different files: both say so until they
// run by the same one.
func TestKernelDiffers(t *testing.T) {
	s := newLAN(t, v4, 2, 2)
	web := s.virtual("web")
	lvs := s.direct().and(web)
	s.setUp(lvs)
	s.pair(lvs)
	s.healthy("web-1", "web-2")
	differs := func(want bool) {
		t.Helper()
		for _, r := range s.routers {
			r.status(func(snap *control.Snapshot) error {
				if snap.Partner.ConfigDiffers != want {
					return fmt.Errorf("the partner's lvs.cf differs: %v, want %v", snap.Partner.ConfigDiffers, want)
				}
				return nil
			})
		}
	}
	differs(false)
	one, two := s.routers[0], s.routers[1]
	began := time.Now()
	two.write(s.direct("serial_no = 2").and(web.with("scheduler = wlc")))
	two.run("pulse", "reload")
	differs(true)
	for _, r := range s.routers {
		r.says(began, "lvs.cf")
		r.troubled("lvs.cf")
	}
	ctx, cancel := awake(t.Context(), patience)
	defer cancel()
	if out, err := one.Output(ctx, "pulse", "switchover"); err == nil {
		t.Errorf("switchover to a router with another lvs.cf: %s", out)
	}
	text, err := os.ReadFile(two.Path(lvscf))
	if err != nil {
		t.Fatal(err)
	}
	if err := one.WriteFile(lvscf, text, 0o640); err != nil {
		t.Fatal(err)
	}
	one.run("pulse", "reload")
	differs(false)
	for _, r := range s.routers {
		r.untroubled("lvs.cf")
	}
	s.serving(0)
}
