package main

import (
	"fmt"
	"io"
	"path/filepath"
	"testing"

	"pacu/control"
)

func TestPlanCommand(t *testing.T) {
	full := &fakePulse{plan: &control.Plan{
		Steps: []control.Step{
			{Action: control.Add, Kind: "server", Object: "10.8.8.35:80", In: "http_server", Detail: "weight 1"},
			{Action: control.Remove, Kind: "service", Object: "tcp 10.10.1.30:25", Connections: 3},
		},
		Warnings: []string{"virtual http_server has one real server"},
		Foreign:  []string{"tcp 10.0.0.9:25"},
	}}
	empty, refusing := &fakePulse{plan: &control.Plan{}}, &fakePulse{}
	atFull, atEmpty, atRefusing, nobody := serveFake(t, full), serveFake(t, empty), serveFake(t, refusing), filepath.Join(t.TempDir(), "s")
	offline := func(path string) (*control.Plan, error) {
		if path == theFile {
			return nil, errFake
		}
		return &control.Plan{Steps: []control.Step{{Action: control.Add, Kind: "address", Object: "10.10.1.30/24"}}}, nil
	}
	command := func(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
		return planOr(offline, args, stdin, stdout, stderr)
	}
	const changes = `+ 10.8.8.35:80 in http_server weight 1
- service tcp 10.10.1.30:25 (3 connections)
warning: virtual http_server has one real server
not in lvs.cf, and left alone: tcp 10.0.0.9:25
`
	testCommands(t, command, []commandTest{
		{name: "pulse's own file", args: []string{"--control", atFull}, stdout: changes},
		{name: "a file", args: []string{"testdata/files/pair.cf", "--socket", atFull}, stdout: changes},
		{name: "standard input", args: []string{"-", "--control", atEmpty}, stdin: "primary = 10.0.0.1\n", stdout: "nothing to change\n"},
		{name: "an empty file", args: []string{"-", "--control", atEmpty}, code: 1, stdout: "<stdin>:1:1: error: the file holds no statement\n", stderr: "<stdin>: 1 error\n"},
		{
			name: "a broken file", args: []string{"testdata/files/broken.cf", "--control", atFull}, code: 1,
			stdout: `testdata/files/broken.cf:9:18: error: scheduler "wlcc" is not known: did you mean wlc?
testdata/files/broken.cf:9:24: warning: a comment after a statement: put it on a line of its own, or Piranha refuses the file
testdata/files/broken.cf:11:20: error: address: "10.1.0.11:80" has a port: write 'address = 10.1.0.11' and, on a line of its own, 'port = 80'
`,
			stderr: "testdata/files/broken.cf: 2 errors, 1 warning\n",
		},
		{
			name: "for programs", args: []string{"--json", "--control", atEmpty},
			stdout: "{\n  \"steps\": []\n}\n",
		},
		{name: "refused", args: []string{"--control", atRefusing}, code: 1, stderr: "pulse plan: lvs-09: no such real server\n"},
		{
			name: "pulse is not running", args: []string{"--control", nobody, "testdata/files/pair.cf"},
			stdout: "+ address 10.10.1.30/24\n", stderr: "pulse plan: pulse is not running: this is what its start would change\n",
		},
		{
			name: "pulse is not running, and no name", args: []string{"--control", nobody, "-"}, stdin: "primary = 10.0.0.1\n", code: 1,
			stderr: "and without it a plan needs a file with a name",
		},
		{name: "no such file", args: []string{"testdata/files/none.cf"}, code: 1, stderr: "pulse plan: open testdata/files/none.cf: no such file or directory\n"},
		{name: "two files", args: []string{"a", "b"}, code: 2, stderr: "takes 1 at most"},
	})
	if len(full.texts) != 2 || full.texts[0] != `"" true` || full.texts[1] != fmt.Sprintf("%q false", contents(t, "pair.cf")) {
		t.Errorf("pulse was asked about %.200q", full.texts)
	}
}
