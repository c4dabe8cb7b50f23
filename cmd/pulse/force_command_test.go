package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestForceCommand(t *testing.T) {
	p := &fakePulse{}
	socket := serveFake(t, p)
	testCommands(t, asking(forceCommand, socket), []commandTest{
		{name: "up", args: []string{"web/lvs-03", "up"}, stdout: "web/lvs-03 is up\n"},
		{name: "down", args: []string{"10.8.8.33:80", "down"}, stdout: "10.8.8.33:80 is down\n"},
		{name: "auto", args: []string{"lvs-03", "auto"}, stdout: "lvs-03 is auto\n"},
		{name: "refused", args: []string{"lvs-09", "up"}, code: 1, stderr: "pulse force: lvs-09: no such real server\n"},
		{name: "nothing", code: 2, stderr: "pulse force: name one server, then up, down or auto, not []\n"},
		{name: "no way", args: []string{"lvs-03"}, code: 2, stderr: "pulse force: name one server, then up, down or auto, not [\"lvs-03\"]\n"},
		{name: "sideways", args: []string{"lvs-03", "sideways"}, code: 2, stderr: "pulse force: name one server, then up, down or auto"},
		{name: "nobody", args: []string{"", "up"}, code: 2, stderr: "pulse force: name one server, then up, down or auto"},
		{name: "help", args: []string{"--help"}, stderr: "usage: pulse force SERVER up|down|auto"},
	})
	want := []string{"force web/lvs-03 up", "force 10.8.8.33:80 down", "force lvs-03 auto", "force lvs-09 up"}
	if diff := cmp.Diff(want, p.asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}
