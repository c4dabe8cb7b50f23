package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestRootBecomesTheOwner runs passwd as root on another user's directory, in
// a process of its own: what it writes must be that user's.
func TestRootBecomesTheOwner(t *testing.T) {
	const uid = 65534
	if dir := os.Getenv("LVSGUI_TEST_STATE"); dir != "" {
		if err := enterState(dir); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "made"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		t.Logf("uid %d euid %d", os.Getuid(), os.Geteuid())
		return
	}
	if os.Geteuid() != 0 {
		t.Skip("needs root to become somebody else")
	}
	dir, err := os.MkdirTemp("", "lvsgui") // t.TempDir's parent is closed to others
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chown(dir, uid, uid); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestRootBecomesTheOwner$", "-test.v")
	cmd.Env = append(os.Environ(), "LVSGUI_TEST_STATE="+dir)
	cmd.Dir = "/"
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "uid 65534 euid 65534") {
		t.Fatalf("%v\n%s", err, out)
	}
	fi, err := os.Stat(filepath.Join(dir, "made"))
	if err != nil {
		t.Fatal(err)
	}
	if st := fi.Sys().(*syscall.Stat_t); st.Uid != uid {
		t.Errorf("%s belongs to %d", fi.Name(), st.Uid)
	}
}
