package scenario

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// cgroupRoot is where the machine has its control groups.
const cgroupRoot = "/sys/fs/cgroup"

// newCgroup makes a control group with memory limits, and removes it when the
// test and all of its machines have ended. It skips the test where there is no
// cgroup2.
func newCgroup(t *testing.T) (path string) {
	t.Helper()
	var kind unix.Statfs_t
	if err := unix.Statfs(cgroupRoot, &kind); err != nil || kind.Type != unix.CGROUP2_SUPER_MAGIC || os.Geteuid() != 0 {
		t.Skip("needs root, and cgroup2 on " + cgroupRoot)
	}
	path, err := os.MkdirTemp(cgroupRoot, "lab-")
	if err != nil {
		t.Fatal(err)
	}
	for _, above := range []string{cgroupRoot, path} {
		if err := os.WriteFile(above+"/cgroup.subtree_control", []byte("+memory +pids"), 0); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		var all []string
		err := filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				all = append(all, p)
			}
			return err
		})
		slices.Reverse(all) // children first
		for _, p := range all {
			err = errors.Join(err, os.Remove(p))
		}
		if err != nil {
			t.Error(err)
		}
	})
	return path
}

// cgroupOf is where the control group of a process is.
func cgroupOf(t *testing.T, pid int) string {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if path, ok := strings.CutPrefix(strings.TrimSpace(line), "0::"); ok {
			return filepath.Join(cgroupRoot, path)
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
