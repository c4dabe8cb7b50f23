package main

import (
	"strings"
	"testing"
)

func TestDiffCommand(t *testing.T) {
	pair := contents(t, "pair.cf")
	heavier := strings.Replace(strings.Replace(pair, "weight = 1", "weight = 3", 1), "deadtime = 6", "deadtime = 12", 1)
	testCommands(t, diffCommand, []commandTest{
		{name: "same", args: []string{"testdata/files/pair.cf", "-"}, stdin: pair},
		{name: "same but for the layout", args: []string{"testdata/files/loose.cf", "testdata/files/strict.cf"}},
		{
			name: "changed", args: []string{"testdata/files/pair.cf", "-"}, stdin: heavier,
			stdout: "deadtime 6 -> 12\nvirtual http_server: server lvs-03 weight 1 -> 3\n",
		},
		{
			name: "the other way", args: []string{"-", "testdata/files/pair.cf"}, stdin: heavier,
			stdout: "deadtime 12 -> 6\nvirtual http_server: server lvs-03 weight 3 -> 1\n",
		},
		{
			name: "for programs", args: []string{"testdata/files/pair.cf", "-", "--json"}, stdin: heavier,
			stdout: `[
  {
    "what": "deadtime",
    "from": "6",
    "to": "12"
  },
  {
    "object": "virtual http_server: server lvs-03",
    "what": "weight",
    "from": "1",
    "to": "3"
  }
]
`,
		},
		{name: "for programs, same", args: []string{"--json", "testdata/files/pair.cf", "-"}, stdin: pair, stdout: "[]\n"},
		{
			name: "one is wrong", args: []string{"testdata/files/pair.cf", "-"}, stdin: "deadtime = soon\n", code: 1,
			stderr: `<stdin>:1:12: error: "soon" is not a time`,
		},
		{name: "no such file", args: []string{"none.cf", "testdata/files/pair.cf"}, code: 1, stderr: "pulse diff: open none.cf: no such file or directory\n"},
		{name: "one file", args: []string{"testdata/files/pair.cf"}, code: 2, stderr: "pulse diff: wrong number of files: needs 2, has 1: [\"testdata/files/pair.cf\"]\n"},
		{name: "stdin twice", args: []string{"-", "-"}, code: 2, stderr: "pulse diff: the standard input can be read once\n"},
	})
}
