package lab

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// CgroupRoot is where the kernel's control groups are.
const CgroupRoot = "/sys/fs/cgroup"

// cgroupLimit is how long what was killed in a control group may take to go.
const cgroupLimit = time.Minute

// NewCgroup makes a control group whose children have the kernel's controllers of
// these names, and returns its folder. It is removed, with all below it, when the
// test and what runs there have ended. Where there is no cgroup2 for this user,
// the test is skipped.
func NewCgroup(t testing.TB, controllers ...string) (path string) {
	t.Helper()
	var kind unix.Statfs_t
	if err := unix.Statfs(CgroupRoot, &kind); err != nil || kind.Type != unix.CGROUP2_SUPER_MAGIC || os.Geteuid() != 0 {
		t.Skip("needs root, and cgroup2 on " + CgroupRoot)
	}
	path, err := os.MkdirTemp(CgroupRoot, "lab-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), cgroupLimit)
		defer cancel()
		// A process that was killed is in its group for a moment yet.
		if err := Until(ctx, 10*time.Millisecond, func() error { return removeCgroup(path) }); err != nil {
			t.Error(err)
		}
	})
	for _, above := range []string{CgroupRoot, path} {
		if err := os.WriteFile(above+"/cgroup.subtree_control", []byte("+"+strings.Join(controllers, " +")), 0); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// removeCgroup removes a control group with all below it, children first.
func removeCgroup(path string) error {
	var all []string
	err := filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			all = append(all, p)
		}
		return err
	})
	slices.Reverse(all)
	for _, p := range all {
		err = errors.Join(err, os.Remove(p))
	}
	return err
}
