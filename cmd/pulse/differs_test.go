package main

import (
	"net/netip"
	"testing"

	"pacu/control"
)

// TestVersions has a partner upgraded, restarted, and followed.
func TestVersions(t *testing.T) {
	at := netip.MustParseAddr("10.10.1.32")
	keyed := func(state control.State, version string) *control.Partner {
		return &control.Partner{Address: at, State: state, Keyed: true, Version: version}
	}
	told := ""
	for i, tt := range []struct {
		partner *control.Partner
		own     string
		line    string
	}{
		{nil, "1.2.3", ""},
		{keyed(control.Unknown, ""), "1.2.3", ""},
		{keyed(control.Standby, "1.2.3"), "1.2.3", ""},
		{keyed(control.Standby, "1.3.0"), "1.2.3", "the partner 10.10.1.32 runs Pacu 1.3.0, this router Pacu 1.2.3: that works; install the same on both"},
		{keyed(control.Active, "1.3.0"), "1.2.3", ""},
		{keyed(control.Silent, "1.3.0"), "1.2.3", ""},
		{keyed(control.Standby, ""), "1.2.3", "the partner 10.10.1.32 runs an older Pacu, which does not tell its version, this router Pacu 1.2.3: that works; install the same on both"},
		{keyed(control.Standby, "1.2.3"), "1.2.3", "both routers run Pacu 1.2.3"},
		{&control.Partner{Address: at, State: control.Standby}, "1.2.3", ""}, // Piranha
	} {
		other, line := versions(tt.partner, tt.own, told)
		if line != tt.line {
			t.Errorf("%d: %q, want %q", i, line, tt.line)
		}
		told = other
	}
}
