package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
)

func TestHoldCommand(t *testing.T) {
	p := &fakePulse{why: &control.Explanation{}}
	socket := serveFake(t, p)
	testCommands(t, asking(holdCommand, socket), []commandTest{
		{name: "on", args: []string{"on"}, stdout: "held: true\n"},
		{name: "off", args: []string{"off"}, stdout: "held: false\n"},
		{name: "nothing", code: 2, stderr: "pulse hold: say on or off, not []\n"},
		{name: "both", args: []string{"on", "off"}, code: 2, stderr: "pulse hold: say on or off, not [\"on\" \"off\"]\n"},
		{name: "neither", args: []string{"maybe"}, code: 2, stderr: "pulse hold: say on or off, not [\"maybe\"]\n"},
		{name: "help", args: []string{"--help"}, stderr: "usage: pulse hold on|off"},
	})
	p.why = nil
	testCommands(t, asking(holdCommand, socket), []commandTest{
		{name: "refused", args: []string{"on"}, code: 1, stderr: "pulse hold: lvs-09: no such real server\n"},
	})
	if diff := cmp.Diff([]string{"hold true", "hold false", "hold true"}, p.asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}
