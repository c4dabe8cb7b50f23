package main

import (
	"io"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
)

func TestDrainCommand(t *testing.T) {
	p := &fakePulse{snap: &control.Snapshot{Services: []control.Service{{Name: "web", Servers: []control.Server{
		{Name: "lvs-03", Address: netip.MustParseAddr("10.8.8.33"), Port: 80, Drain: &control.Drain{Out: true}},
	}}}}}
	socket := serveFake(t, p)
	testCommands(t, func(args []string, _ io.Reader, stdout, stderr io.Writer) int {
		return drainCommand(append(args, "--control", socket), stdout, stderr)
	}, []commandTest{
		{name: "plain", args: []string{"lvs-03"}, stdout: "lvs-03 is draining\n"},
		{name: "timeout", args: []string{"web/10.8.8.33", "--timeout", "10m"}, stdout: "web/10.8.8.33 is draining\n"},
		{name: "wait", args: []string{"--wait", "lvs-03"}, stdout: "lvs-03 is draining\nlvs-03 is out\n"},
		{
			name: "wait for one taken back", args: []string{"--wait", "lvs-04"}, code: 1,
			stdout: "lvs-04 is draining\n", stderr: "pulse drain: lvs-04 is not drained any more\n",
		},
		{name: "refused", args: []string{"lvs-09"}, code: 1, stderr: "pulse drain: lvs-09: no such real server\n"},
		{name: "back in time", args: []string{"lvs-03", "--timeout=-1s"}, code: 2, stderr: "pulse drain: --timeout -1s is negative\n"},
		{name: "nobody", code: 2, stderr: "pulse drain: name one server, not 0: []\n"},
		{name: "two", args: []string{"a", "b"}, code: 2, stderr: "pulse drain: name one server, not 2: [\"a\" \"b\"]\n"},
		{name: "help", args: []string{"--help"}, stderr: "usage: pulse drain SERVER [--timeout TIME] [--wait]"},
	})
	testCommands(t, func(args []string, _ io.Reader, stdout, stderr io.Writer) int {
		return undrainCommand(append(args, "--control", socket), stdout, stderr)
	}, []commandTest{
		{name: "back", args: []string{"lvs-03"}, stdout: "lvs-03 is back\n"},
		{name: "back refused", args: []string{"lvs-09"}, code: 1, stderr: "pulse undrain: lvs-09: no such real server\n"},
		{name: "nobody back", args: []string{""}, code: 2, stderr: "pulse undrain: name one server, not 1: [\"\"]\n"},
	})
	want := []string{"drain lvs-03 0s", "drain web/10.8.8.33 10m0s", "drain lvs-03 0s", "drain lvs-04 0s", "drain lvs-09 0s", "undrain lvs-03", "undrain lvs-09"}
	if diff := cmp.Diff(want, p.asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}
