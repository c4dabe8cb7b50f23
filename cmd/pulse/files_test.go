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

// A commandTest is a call of a command about files. The words of its args and
// the texts it wants may name testdata as DATA.
type commandTest struct {
	name   string
	args   []string
	stdin  string
	code   int
	stdout string
	stderr string // exact when it ends a line, else a part
}

func testCommands(t *testing.T, command func([]string, io.Reader, io.Writer, io.Writer) int, tests []commandTest) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if code := command(tt.args, strings.NewReader(tt.stdin), &stdout, &stderr); code != tt.code {
				t.Errorf("exit %d, want %d", code, tt.code)
			}
			if diff := cmp.Diff(tt.stdout, stdout.String()); diff != "" {
				t.Errorf("stdout (-want +got):\n%s", diff)
			}
			got := stderr.String()
			if tt.stderr == "" || strings.HasSuffix(tt.stderr, "\n") {
				if diff := cmp.Diff(tt.stderr, got); diff != "" {
					t.Errorf("stderr (-want +got):\n%s", diff)
				}
			} else if !strings.Contains(got, tt.stderr) {
				t.Errorf("stderr %q does not say %q", got, tt.stderr)
			}
		})
	}
}

// contents is the text of a file in testdata/files.
func contents(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata/files", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestFiles(t *testing.T) {
	tests := []struct {
		name string
		args []string
		want []string
		flag bool
		code int
		ok   bool
	}{
		{"none", nil, nil, false, 0, true},
		{"one", []string{"a"}, []string{"a"}, false, 0, true},
		{"flag first", []string{"-x", "a"}, []string{"a"}, true, 0, true},
		{"flag last", []string{"a", "--x"}, []string{"a"}, true, 0, true},
		{"flag between", []string{"a", "-x", "b"}, []string{"a", "b"}, true, 0, true},
		{"stdin", []string{"-"}, []string{"-"}, false, 0, true},
		{"named as a flag", []string{"--", "-x"}, []string{"-x"}, false, 0, true},
		{"named as flags", []string{"a", "--", "-x"}, []string{"a", "-x"}, false, 0, true},
		{"unknown flag", []string{"a", "-y"}, nil, false, 2, false},
		{"too many", []string{"a", "b", "c"}, nil, false, 2, false},
		{"help", []string{"a", "--help"}, nil, false, 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newFileCommand("test", "", 0, 2, io.Discard)
			x := c.Bool("x", false, "")
			got, code, ok := c.files(tt.args)
			if diff := cmp.Diff(tt.want, got); diff != "" || code != tt.code || ok != tt.ok {
				t.Errorf("code %d, %t, files (-want +got):\n%s", code, ok, diff)
			}
			if ok && *x != tt.flag {
				t.Errorf("-x is %t", *x)
			}
		})
	}
}
