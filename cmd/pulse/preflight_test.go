package main

import (
	"net/netip"
	"strings"
	"testing"

	"pacu/control"
)

// A pair of which this router is active and all is well.
func wellPair() *control.Snapshot {
	return &control.Snapshot{
		Config: control.Config{Path: "/etc/sysconfig/ha/lvs.cf", SerialNo: 7},
		Router: control.Router{Role: control.Primary, State: control.Active},
		Partner: &control.Partner{
			Role: control.Backup, Address: netip.MustParseAddr("10.10.1.32"), State: control.Standby, Keyed: true,
			SerialNo: 7, ServersUp: 2, Servers: 2,
			Paths: []control.Path{{Name: "public"}, {Name: "private"}},
		},
		Services: []control.Service{{Name: "web", Servers: []control.Server{
			{Name: "one", Health: control.Up}, {Name: "two", Health: control.Up},
		}}},
		Table: control.Table{Connections: 40},
		Sync:  &control.Sync{Role: "master", Running: true, Connections: 40, Partner: 39},
	}
}

func TestPreflight(t *testing.T) {
	tests := []struct {
		name   string
		change func(*control.Snapshot)
		stops  bool
		says   string // in the first finding; empty: there is none
	}{
		{"all is well", func(*control.Snapshot) {}, false, ""},
		{"no partner", func(s *control.Snapshot) { s.Partner = nil }, true, "no other router"},
		{"silent partner", func(s *control.Snapshot) { s.Partner.State = control.Silent }, true, "10.10.1.32 is silent"},
		{"both active", func(s *control.Snapshot) { s.Partner.State = control.Active }, true, "active too"},
		{"held partner", func(s *control.Snapshot) { s.Partner.Held = true }, true, "pulse hold off there"},
		{"unfit partner", func(s *control.Snapshot) { s.Partner.Faults = 1 }, true, "faults of its own"},
		{"partner without servers", func(s *control.Snapshot) { s.Partner.ServersUp = 0 }, true, "none of 2 real servers"},
		{"partner with fewer servers", func(s *control.Snapshot) { s.Partner.ServersUp = 1 }, false, "reaches 1 real servers, this router 2"},
		{"silent path", func(s *control.Snapshot) { s.Partner.Paths[1].Silent = true }, false, "heartbeat path private"},
		{"another lvs.cf", func(s *control.Snapshot) { s.Partner.ConfigDiffers = true }, true, "copy it there"},
		{"refused lvs.cf", func(s *control.Snapshot) { s.Config.Refused = "line 3" }, false, "serial_no 7 is in use"},
		{"no key", func(s *control.Snapshot) { s.Partner.Keyed = false }, false, "pulse keygen"},
		{"no sync", func(s *control.Snapshot) { s.Sync = nil }, false, "does not know of 40 connections"},
		{"no sync, no connections", func(s *control.Snapshot) { s.Sync, s.Table.Connections = nil, 0 }, false, ""},
		{"sync down", func(s *control.Snapshot) { s.Sync.Running = false }, false, "does not run"},
		{"sync behind", func(s *control.Snapshot) { s.Sync.Partner = 20 }, false, "knows of 20 of 40"},
		{"a standby asks", func(s *control.Snapshot) { standby(s) }, false, ""},
		{"a standby asks without a key", func(s *control.Snapshot) { standby(s); s.Partner.Keyed = false }, true, "on the active router"},
		{"a held standby asks", func(s *control.Snapshot) { standby(s); s.Router.Held = true }, true, "pulse hold off first"},
		{"an unfit standby asks", func(s *control.Snapshot) { standby(s); s.Router.Faults = []string{"link down: eth0"} }, true, "link down: eth0"},
		{"a blind standby asks", func(s *control.Snapshot) { standby(s); s.Router.Blind = true }, true, "reaches no real server"},
		{"a standby asks a silent partner", func(s *control.Snapshot) { standby(s); s.Partner.State = control.Silent }, true, "cannot hand over"},
		{"a standby that is behind asks", func(s *control.Snapshot) { standby(s); s.Sync.Connections = 3 }, false, "knows of 3 of 40"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := wellPair()
			tt.change(s)
			got := preflight(s)
			if tt.says == "" {
				if len(got) != 0 {
					t.Errorf("found %+v, want nothing", got)
				}
				return
			}
			if len(got) == 0 || !strings.Contains(got[0].Text, tt.says) || got[0].Stops != tt.stops {
				t.Errorf("found %+v, want first %q, stops %v", got, tt.says, tt.stops)
			}
		})
	}
}

func standby(s *control.Snapshot) {
	s.Router.State, s.Partner.State = control.Standby, control.Active
	s.Sync.Role, s.Sync.Connections, s.Sync.Partner = "backup", 39, 40
}

// What stops a switchover comes before what only warns.
func TestPreflightOrder(t *testing.T) {
	s := wellPair()
	s.Partner.Paths[0].Silent, s.Partner.ConfigDiffers, s.Partner.Held = true, true, true
	got := preflight(s)
	if len(got) != 3 || !got[0].Stops || !got[1].Stops || got[2].Stops {
		t.Errorf("found %+v", got)
	}
}
