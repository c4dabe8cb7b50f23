package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pacu/heartbeat"
)

func TestKeygenCommand(t *testing.T) {
	dir := t.TempDir()
	config, path := filepath.Join(dir, "lvs.cf"), filepath.Join(dir, "lvs.key")
	var kept []heartbeat.Key // after the step before
	steps := []struct {
		name   string
		args   []string
		code   int
		says   []string // on either output; KEY and OLD are the keys' names
		change func(before, after []heartbeat.Key) bool
	}{
		{"nothing to renew", []string{"--renew"}, 1, []string{"no such file or directory: 'pulse keygen' without --renew makes the first"}, nil},
		{"nothing to drop", []string{"--drop-old"}, 1, []string{"no such file or directory"}, nil},
		{"the first", nil, 0, []string{path + ": KEY\n", "scp -p " + path, "'pulse reload' on both", "pulse hold on"},
			func(_, after []heartbeat.Key) bool { return len(after) == 1 }},
		{"once more", nil, 1, []string{path + ": there is a key already: --renew changes it"}, same},
		{"only one", []string{"--drop-old"}, 1, []string{path + ": there is only one key"}, same},
		{"renew", []string{"--renew"}, 0, []string{path + ": KEY\n", "The one before, OLD, is accepted too", "scp -p " + path},
			func(before, after []heartbeat.Key) bool { return len(after) == 2 && after[1] == before[0] }},
		{"renew again", []string{"--renew"}, 0, []string{path + ": KEY\n"},
			func(before, after []heartbeat.Key) bool { return len(after) == 2 && after[1] == before[0] }},
		{"drop", []string{"--drop-old"}, 0, []string{path + ": KEY\n"},
			func(before, after []heartbeat.Key) bool { return len(after) == 1 && after[0] == before[0] }},
		{"both", []string{"--drop-old", "--renew"}, 2, []string{"two steps"}, same},
		{"a word too many", []string{"now"}, 2, []string{"wrong number of files"}, same},
	}
	for _, s := range steps {
		var out bytes.Buffer
		if code := keygenCommand(append(s.args, "--configfile", config), &out, &out); code != s.code {
			t.Errorf("%s: exit %d, want %d: %s", s.name, code, s.code, &out)
		}
		var after []heartbeat.Key
		if s.change != nil {
			var err error
			if after, err = heartbeat.ReadKeys(path); err != nil {
				t.Fatalf("%s: %v", s.name, err)
			}
			if !s.change(kept, after) {
				t.Errorf("%s: from %v to %v", s.name, kept, after)
			}
		}
		for _, want := range s.says {
			if len(after) > 0 {
				want = strings.NewReplacer("KEY", after[0].String(), "OLD", after[len(after)-1].String()).Replace(want)
			}
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: %q is not in\n%s", s.name, want, &out)
			}
		}
		kept = after
	}

	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if code := keygenCommand([]string{"--renew", "--configfile", config}, &out, &out); code != 1 || !strings.Contains(out.String(), "chmod 600 "+path) {
		t.Errorf("a key that the world reads: exit %d: %s", code, &out)
	}
}

func same(before, after []heartbeat.Key) bool {
	return len(before) == len(after) && before[0] == after[0]
}
