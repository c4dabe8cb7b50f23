package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
	"pacu/lvscf"
)

func TestLoad(t *testing.T) {
	cfg := &lvscf.Config{RshCommand: []string{"ssh", "-q"}}
	for _, tt := range []struct {
		virtual lvscf.Virtual
		want    *control.Load
	}{
		{lvscf.Virtual{}, nil},
		{lvscf.Virtual{LoadMonitor: "none"}, nil},
		{lvscf.Virtual{LoadMonitor: "rup", LoadSmooth: true}, &control.Load{Kind: "rup", Smooth: true}},
		{lvscf.Virtual{LoadMonitor: "ruptime"}, &control.Load{Kind: "ruptime"}},
		{lvscf.Virtual{LoadMonitor: "uptime"}, &control.Load{Kind: "uptime", Program: []string{"ssh", "-q"}}},
		{lvscf.Virtual{LoadMonitor: "rsh"}, &control.Load{Kind: "uptime", Program: []string{"rsh"}}},
		{lvscf.Virtual{LoadMonitor: "ssh"}, &control.Load{Kind: "uptime", Program: []string{"ssh"}}},
		{lvscf.Virtual{LoadMonitor: "http", LoadPort: 9100, LoadPath: "/load"}, &control.Load{Kind: "http", Port: 9100, Path: "/load"}},
		{lvscf.Virtual{LoadMonitor: "agent", LoadPort: 9101, LoadSmooth: true}, &control.Load{Kind: "agent", Port: 9101, Smooth: true}},
		{lvscf.Virtual{LoadMonitor: "/usr/local/bin/load"}, &control.Load{Kind: "program", Program: []string{"/usr/local/bin/load", "%h"}}},
	} {
		if diff := cmp.Diff(tt.want, load(&tt.virtual, cfg)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.virtual.LoadMonitor, diff)
		}
	}
}
