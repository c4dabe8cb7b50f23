package main

import (
	"testing"

	"pacu/control"
)

func TestExplainCommand(t *testing.T) {
	p := &fakePulse{why: &control.Explanation{
		Role: "lvs-01 is active since 02:04:05.", Because: []string{"No path carried a heartbeat for 6s.", "It is fit."},
		Change: []string{"A switchover."},
	}}
	socket := serveFake(t, p)
	testCommands(t, asking(explainCommand, socket), []commandTest{
		{name: "all", stdout: "lvs-01 is active since 02:04:05.\n\nBECAUSE\n  No path carried a heartbeat for 6s.\n  It is fit.\n\n" +
			"WHAT WOULD CHANGE IT\n  A switchover.\n"},
		{name: "a word too many", args: []string{"why"}, code: 2, stderr: "pulse explain: unexpected arguments: [\"why\"]\n"},
		{name: "help", args: []string{"--help"}, stderr: "usage: pulse explain"},
	})
	p.why = nil
	testCommands(t, asking(explainCommand, socket), []commandTest{
		{name: "refused", code: 1, stderr: "pulse explain: lvs-09: no such real server\n"},
	})
}
