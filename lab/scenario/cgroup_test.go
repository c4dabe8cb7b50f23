package scenario

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"pacu/lab"
)

// cgroupOf is where the control group of a process is.
func cgroupOf(t *testing.T, pid int) string {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if path, ok := strings.CutPrefix(strings.TrimSpace(line), "0::"); ok {
			return filepath.Join(lab.CgroupRoot, path)
		}
	}
	t.Fatalf("process %d is in no control group: %s", pid, text)
	return ""
}

// counted reads a number from a file of the kernel: the one behind a word at the
// start of a line, or the file's only one.
func counted(t *testing.T, path, word string) int {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if word == "" || len(fields) > 1 && fields[0] == word {
			n, err := strconv.Atoi(fields[len(strings.Fields(word))])
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			return n
		}
	}
	t.Fatalf("%s: no %q in %s", path, word, text)
	return 0
}

// memory limits what a control group may have: so many bytes, or "max". The one
// of a service goes with its last process.
func memory(t *testing.T, cgroup, limit string) {
	t.Helper()
	if err := os.WriteFile(cgroup+"/memory.max", []byte(limit), 0); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
}
