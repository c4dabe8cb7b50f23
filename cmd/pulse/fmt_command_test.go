package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFmtCommand(t *testing.T) {
	testCommands(t, fmtCommand, []commandTest{
		{name: "loose", args: []string{"testdata/files/loose.cf"}, stdout: contents(t, "strict.cf")},
		{name: "strict", args: []string{"-"}, stdin: contents(t, "strict.cf"), stdout: contents(t, "strict.cf")},
		{name: "the console's own", args: []string{"testdata/files/pair.cf"}, stdout: contents(t, "pair.cf")},
		{
			name: "syntax", args: []string{"-"}, stdin: "primary 10.0.0.1\n", code: 1,
			stderr: "<stdin>:1:9: error: no = after \"primary\": write 'primary = 10.0.0.1'\n",
		},
		{name: "no such file", args: []string{"testdata/files/none.cf"}, code: 1, stderr: "pulse fmt: open testdata/files/none.cf: no such file or directory\n"},
		{name: "nowhere to write", args: []string{"-w", "-"}, code: 2, stderr: "pulse fmt: -w needs a file to write to, not -\n"},
		{name: "two files", args: []string{"a", "b"}, code: 2, stderr: "wrong number of files"},
	})
}

func TestFmtCommandWrites(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lvs.cf")
	if err := errors.Join(os.WriteFile(path, []byte(contents(t, "loose.cf")), 0o600), os.Chmod(path, 0o640)); err != nil {
		t.Fatal(err)
	}
	var before os.FileInfo
	for round := range 2 {
		var stdout, stderr bytes.Buffer
		if code := fmtCommand([]string{path, "-w"}, nil, &stdout, &stderr); code != 0 || stdout.Len()+stderr.Len() > 0 {
			t.Fatalf("exit %d, printed %q and %q", code, stdout.String(), stderr.String())
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(contents(t, "strict.cf"), string(text)); diff != "" {
			t.Errorf("written (-want +got):\n%s", diff)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != 0o640 {
			t.Errorf("mode %v", info.Mode())
		}
		if round == 1 && !os.SameFile(before, info) {
			t.Error("a file in canonical form was written again")
		}
		before = info
	}

	const broken = "primary 10.0.0.1\n"
	if err := os.WriteFile(path, []byte(broken), 0o640); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	if code := fmtCommand([]string{"-w", path}, nil, &stdout, &stderr); code != 1 {
		t.Errorf("exit %d for a file with errors", code)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != broken {
		t.Errorf("a file with errors became %q, %v", text, err)
	}
}
