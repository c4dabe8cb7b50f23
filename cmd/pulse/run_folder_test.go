package main

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestRunFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run", "pulse")
	defer syscall.Umask(syscall.Umask(0o077)) // of a careful root
	for range 2 {                             // the second time it is there
		if err := makeRunFolder(dir, ""); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o700 {
		t.Errorf("the folder has mode %v", info.Mode())
	}
	if os.Geteuid() != 0 {
		t.Skip("root alone gives folders away")
	}
	// Group 1 has this name on every Linux.
	if err := makeRunFolder(dir, "daemon"); err != nil {
		t.Fatal(err)
	}
	if info, err = os.Stat(dir); err != nil {
		t.Fatal(err)
	}
	if st := info.Sys().(*syscall.Stat_t); st.Uid != 0 || st.Gid == 0 || info.Mode().Perm() != 0o750 {
		t.Errorf("the folder belongs to %d:%d, with mode %v", st.Uid, st.Gid, info.Mode())
	}
	if err := makeRunFolder(dir, "no-such-group"); err == nil {
		t.Error("a group that does not exist is taken")
	}
	open := filepath.Join(t.TempDir(), "tmp")
	if err := errors.Join(os.Mkdir(open, 0o700), os.Chmod(open, 0o777|os.ModeSticky), makeRunFolder(open, "daemon")); err != nil {
		t.Fatal(err)
	}
	if info, err = os.Stat(open); err != nil {
		t.Fatal(err)
	}
	if st := info.Sys().(*syscall.Stat_t); st.Gid != uint32(os.Getegid()) || info.Mode() != os.ModeDir|os.ModeSticky|0o777 {
		t.Errorf("a folder that is open to all belongs to group %d now, with mode %v", st.Gid, info.Mode())
	}
}
