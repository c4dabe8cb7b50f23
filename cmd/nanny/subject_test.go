package main

import (
	"strings"
	"testing"

	"pacu/control"
	"pacu/ipvs"
	"pacu/probe"
)

func TestNewCheck(t *testing.T) {
	ptr := func(s string) *string { return &s }
	tests := []struct {
		want string
		w    control.Watch
	}{
		{`send "GET / HTTP/1.0\r\n\r\n" expect "HTTP"`, control.Watch{Protocol: "tcp", Port: 80, RealPort: 8080}},
		{`tcp connect`, control.Watch{Protocol: "tcp", Port: 8080, RealPort: 80}},
		{`udp not refused`, control.Watch{Protocol: "udp", Port: 80}},
		{`sctp connect`, control.Watch{Protocol: "sctp", Port: 80}},
		{`tcp connect`, control.Watch{Protocol: "tcp", Port: 80, Send: ptr("")}}, // switches the default off
		{`expect any byte`, control.Watch{Protocol: "tcp", Port: 80, Expect: ptr("")}},
		{`send "a" expect "b"`, control.Watch{Protocol: "tcp", Port: 80, Send: ptr("a"), Expect: ptr("b")}},
		{`udp send "a" expect a match of "b"`, control.Watch{Protocol: "udp", Port: 80, Send: ptr("a"), Expect: ptr("b"), Regex: true}},
		{`program /bin/check %h expect "b"`, control.Watch{Protocol: "sctp", Port: 80, Send: ptr("a"), Expect: ptr("b"), Program: []string{"/bin/check", "%h"}}},
		{`send and expect do not speak sctp: use send_program`, control.Watch{Protocol: "sctp", Expect: ptr("b")}},
	}
	for _, tt := range tests {
		if got := newCheck(tt.w).String(); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.w, got, tt.want)
		}
	}
	bad := newCheck(control.Watch{Protocol: "tcp", Expect: ptr("("), Regex: true})
	if r := bad.Probe(t.Context(), probe.Target{}); r.Up || !strings.Contains(r.Why, "missing closing )") || bad.String() != r.Why {
		t.Errorf("bad expression: %s, %+v", bad, r)
	}
}

func TestSubject(t *testing.T) {
	w := watchWWW(5)
	w.FWMark, w.Forward, w.RealPort = 80, "tunnel", 0
	s, err := newSubject(server, w)
	if err != nil {
		t.Fatal(err)
	}
	if s.key != ipvs.FWMarkKey(80, false) || s.real() != "10.8.8.33:0" {
		t.Errorf("subject %+v", s)
	}
	if got, want := s.destination(-1), (ipvs.Destination{Addr: server, Forward: ipvs.Tunnel}); got != want {
		t.Errorf("destination %+v, want %+v", got, want)
	}
	if got := target(server, w).String(); got != "10.8.8.33:80" {
		t.Errorf("target %s", got)
	}
	w.Interval = 0
	if got := settings(w).Interval; got != defaultInterval {
		t.Errorf("interval %v", got)
	}
	if w.Interval = 1; settings(w).Interval != minInterval {
		t.Errorf("interval %v", settings(w).Interval)
	}
}
