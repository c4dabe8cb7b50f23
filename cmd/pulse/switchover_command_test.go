package main

import (
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
)

// asking has a command ask the pulse behind socket.
func asking(command func([]string, io.Writer, io.Writer) int, socket string) func([]string, io.Reader, io.Writer, io.Writer) int {
	return func(args []string, _ io.Reader, stdout, stderr io.Writer) int {
		return command(append([]string{"--control", socket}, args...), stdout, stderr)
	}
}

func TestSwitchoverCommand(t *testing.T) {
	p := &fakePulse{flight: &control.Preflight{}}
	socket := serveFake(t, p)
	testCommands(t, asking(switchoverCommand, socket), []commandTest{
		{name: "clear", stdout: "lvs-02 serves\n"},
		{name: "clear check", args: []string{"--check"}, stdout: "nothing stops a switchover\n"},
	})
	p.flight.Findings = []control.Finding{{Text: "path private is silent"}}
	testCommands(t, asking(switchoverCommand, socket), []commandTest{
		{name: "warned", stdout: "warning: path private is silent\nlvs-02 serves\n"},
		{name: "warned check", args: []string{"--check"}, stdout: "warning: path private is silent\nnothing stops a switchover\n"},
	})
	p.flight.Findings = []control.Finding{{Stops: true, Text: "the partner is held"}, {Text: "path private is silent"}}
	found := "stops: the partner is held\nwarning: path private is silent\n"
	testCommands(t, asking(switchoverCommand, socket), []commandTest{
		{
			name: "stopped", code: 1, stdout: found,
			stderr: "pulse switchover: not done, for what stops it; --force does it all the same\n",
		},
		{
			name: "stopped check", args: []string{"--check"}, code: 1, stdout: found,
			stderr: "pulse switchover: it would be refused for what stops it\n",
		},
		{name: "forced", args: []string{"--force"}, stdout: found + "lvs-02 serves\n"},
		{name: "a word too many", args: []string{"now"}, code: 2, stderr: "pulse switchover: unexpected arguments: [\"now\"]\n"},
		{name: "help", args: []string{"--help"}, stderr: "usage: pulse switchover [--check] [--force]"},
	})
	p.flight = nil
	testCommands(t, asking(switchoverCommand, socket), []commandTest{
		{name: "refused", code: 1, stderr: "pulse switchover: lvs-09: no such real server\n"},
	})
	want := []string{
		"switchover check false force false", "switchover check true force false",
		"switchover check false force false", "switchover check true force false",
		"switchover check false force false", "switchover check true force false", "switchover check false force true",
		"switchover check false force false",
	}
	if diff := cmp.Diff(want, p.asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}
