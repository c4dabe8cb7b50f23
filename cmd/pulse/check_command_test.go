package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Every file that the language's own tests know gets the answer it has there.
func TestCheckCommandOnEveryFile(t *testing.T) {
	for folder, code := range map[string]int{"samples": 0, "warned": 0, "broken": 1} {
		paths, err := filepath.Glob(filepath.Join("../../lvscf/testdata", folder, "*.cf"))
		if err != nil || len(paths) == 0 {
			t.Fatalf("no files in %s: %v", folder, err)
		}
		for _, path := range paths {
			t.Run(folder+"/"+filepath.Base(path), func(t *testing.T) {
				text, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				golden, err := os.ReadFile(strings.TrimSuffix(path, ".cf") + ".golden")
				if err != nil {
					t.Fatal(err)
				}
				name := "lvs.cf" // as in the golden files
				if folder == "samples" {
					name = filepath.Base(path)
				}
				t.Chdir(t.TempDir())
				if err := os.WriteFile(name, text, 0o644); err != nil {
					t.Fatal(err)
				}
				var stdout bytes.Buffer
				if got := checkCommand([]string{name}, nil, &stdout, io.Discard); got != code {
					t.Errorf("exit %d, want %d", got, code)
				}
				// The golden file of no problem is a blank line.
				if diff := cmp.Diff(strings.TrimLeft(string(golden), "\n"), stdout.String()); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestCheckCommand(t *testing.T) {
	testCommands(t, checkCommand, []commandTest{
		{
			name: "fine", args: []string{"testdata/files/pair.cf"},
			stderr: "testdata/files/pair.cf: no problems\n",
		},
		{
			name: "standard input", args: []string{"-"}, stdin: contents(t, "pair.cf"),
			stderr: "<stdin>: no problems\n",
		},
		{
			name: "broken", args: []string{"testdata/files/broken.cf"}, code: 1,
			stdout: `testdata/files/broken.cf:9:18: error: scheduler "wlcc" is not known: did you mean wlc?
testdata/files/broken.cf:9:24: warning: a comment after a statement: put it on a line of its own, or Piranha refuses the file
testdata/files/broken.cf:11:20: error: address: "10.1.0.11:80" has a port: write 'address = 10.1.0.11' and, on a line of its own, 'port = 80'
`,
			stderr: "testdata/files/broken.cf: 2 errors, 1 warning\n",
		},
		{
			name: "warned", args: []string{"-"}, stdin: "primary = 10.0.0.1 # me\n",
			stdout: "<stdin>:1:1: warning: no virtual is active: nothing runs: write 'active = 1' in one\n" +
				"<stdin>:1:20: warning: a comment after a statement: put it on a line of its own, or Piranha refuses the file\n",
			stderr: "<stdin>: 2 warnings\n",
		},
		{
			name: "for programs", args: []string{"-", "--json"}, stdin: "service = lvs1\n", code: 1,
			stdout: `{
  "file": "<stdin>",
  "ok": false,
  "problems": [
    {
      "file": "<stdin>",
      "line": 1,
      "col": 11,
      "text": "lvs1",
      "code": "value",
      "severity": "error",
      "message": "service \"lvs1\" is not known",
      "hint": "did you mean lvs?"
    }
  ]
}
`,
		},
		{
			name: "for programs, fine", args: []string{"--json", "testdata/files/pair.cf"},
			stdout: `{
  "file": "testdata/files/pair.cf",
  "ok": true,
  "problems": []
}
`,
		},
		{
			name: "Piranha's", args: []string{"testdata/files/pair.cf", "--piranha"},
			stderr: "testdata/files/pair.cf: no problems\n",
		},
		{
			name: "not Piranha's", args: []string{"--piranha", "-"}, code: 1,
			stdin:  "primary = 10.0.0.1\nkeepalive = 250ms\nvirtual a {\nactive = 1\naddress = 10.0.0.9 eth0:1\nserver b {\nactive = 1\naddress = 10.1.0.1\n}\n}\n",
			stdout: "<stdin>:2:13: error: keepalive: \"250ms\" is not a number of whole seconds: write 'keepalive = 1'\n",
			stderr: "<stdin>: 1 error\n",
		},
		{
			name: "no such file", args: []string{"testdata/files/none.cf"}, code: 1,
			stderr: "pulse check: open testdata/files/none.cf: no such file or directory\n",
		},
		{
			name: "a folder", args: []string{"testdata"}, code: 1,
			stderr: "pulse check: read testdata: read testdata: is a directory\n",
		},
		{
			name: "two files", args: []string{"a", "b"}, code: 2,
			stderr: "pulse check: wrong number of files: takes 1 at most, has 2: [\"a\" \"b\"]\n",
		},
		{name: "bad flag", args: []string{"a", "--yaml"}, code: 2, stderr: "flag provided but not defined: -yaml"},
		{name: "help", args: []string{"--help"}, stderr: "usage: pulse check [FILE]"},
	})
}
