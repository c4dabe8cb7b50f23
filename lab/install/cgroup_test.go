package install

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// cgroupRoot is where this kernel's control groups are.
const cgroupRoot = "/sys/fs/cgroup"

// newCgroup makes a control group for machines, and removes it when the test and
// all of them have ended. It skips the test where there is no cgroup2.
func newCgroup(t *testing.T) (path string) {
	t.Helper()
	var kind unix.Statfs_t
	if err := unix.Statfs(cgroupRoot, &kind); err != nil || kind.Type != unix.CGROUP2_SUPER_MAGIC {
		t.Skip("needs cgroup2 on " + cgroupRoot)
	}
	path, err := os.MkdirTemp(cgroupRoot, "install-")
	if err != nil {
		t.Fatal(err)
	}
	for _, above := range []string{cgroupRoot, path} {
		if err := os.WriteFile(above+"/cgroup.subtree_control", []byte("+memory +pids +cpu"), 0); err != nil {
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
