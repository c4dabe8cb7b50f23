package soak

import (
	"os/exec"
	"testing"
	"time"

	"pacu/lab"
)

// TestKernelSoak lives half a minute of a day.
func TestKernelSoak(t *testing.T) {
	for _, check := range []func() error{lab.Check, lab.CheckIPVS, func() error { _, err := exec.LookPath("pulse"); return err }} {
		if err := check(); err != nil {
			t.Skip(err)
		}
	}
	sums, err := Run(t.Context(), Options{Seed: 1, Long: 30 * time.Second, Every: 10 * time.Millisecond, Say: t.Logf, Verbose: true})
	t.Log(sums)
	if err != nil {
		t.Fatal(err)
	}
}
