package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"pacu/store"
	"pacu/web"
)

func TestBackupAndRestore(t *testing.T) {
	state, file := t.TempDir(), filepath.Join(t.TempDir(), "backup of today")
	said(t, 0, "passwd", "--state", state)
	serving := opened(t, state)
	if _, err := serving.AddRevision(t.Context(), store.Revision{Who: "piranha", Serial: 7}, []byte("serial_no = 7\n")); err != nil {
		t.Fatal(err)
	}
	if out := said(t, 0, "backup", "--state", state, file); !strings.Contains(out, file+" holds all") {
		t.Errorf("said %q", out)
	}
	fi, err := os.Stat(file)
	if err != nil || fi.Mode() != 0o600 {
		t.Errorf("mode %v, %v", fi.Mode(), err)
	}
	if out := said(t, 1, "backup", "--state", state, file); !strings.Contains(out, "file exists: choose another name") {
		t.Errorf("the second time it said %q", out)
	}
	if out := said(t, 1, "restore", "--state", state, file); !strings.Contains(out, "systemctl stop lvsgui") || !strings.Contains(out, "nothing is changed") {
		t.Errorf("restore while it is open said %q", out)
	}
	if err := serving.Close(); err != nil {
		t.Fatal(err)
	}
	said(t, 0, "passwd", "--state", state, "since")
	database := web.DatabasePath(state)
	out := said(t, 0, "restore", "--state", state, file)
	for _, want := range []string{database + " is what is in " + file, "Users: 1. History: lvs.cf up to serial 7", database + ".before"} {
		if !strings.Contains(out, want) {
			t.Errorf("restore said %q, which lacks %q", out, want)
		}
	}
	if out := said(t, 0, "users", "--state", state); strings.Contains(out, "since") || !strings.Contains(out, "piranha") {
		t.Errorf("users: %s", out)
	}
	empty := filepath.Join(t.TempDir(), "new")
	if out := said(t, 0, "restore", "--state", empty, file); strings.Contains(out, ".before") {
		t.Errorf("where nothing was before it said %q", out)
	}
	left, err := filepath.Glob(filepath.Join(state, "backup-*"))
	if err != nil || len(left) != 0 {
		t.Errorf("%v are left, %v", left, err)
	}
}

func TestBackupAndRestoreRefuse(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	none := filepath.Join(dir, "none")
	for _, tt := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"backup"}, 2, "FILE is missing; see lvsgui backup --help"},
		{[]string{"restore"}, 2, "FILE is missing"},
		{[]string{"backup", "a", "b"}, 2, "one word too many"},
		{[]string{"backup", "--help"}, 0, "Usage: lvsgui backup"},
		{[]string{"restore", "--help"}, 0, "Usage: lvsgui restore"},
		{[]string{"backup", "--state", none, filepath.Join(dir, "made")}, 1, "no database of a console"},
		{[]string{"backup", "--state", none, filepath.Join(dir, "no", "such")}, 1, "no such file or directory"},
		{[]string{"restore", "--state", none, text}, 1, "make one with lvsgui backup"},
		{[]string{"restore", "--state", none, filepath.Join(dir, "missing")}, 1, "no such file or directory"},
	} {
		if out := said(t, tt.code, tt.args...); !strings.Contains(out, tt.want) {
			t.Errorf("%q said %q, which lacks %q", tt.args, out, tt.want)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "made")); err == nil {
		t.Error("a backup that failed is left")
	}
}

// TestRootBacksUpWhereItLikes runs backup and restore as root, in processes of
// their own, with files in a folder that is closed to the state's owner.
func TestRootBacksUpWhereItLikes(t *testing.T) {
	const uid = 65534
	if args := os.Getenv("LVSGUI_TEST_ARGS"); args != "" {
		if code := run(t.Context(), strings.Split(args, "\n"), os.Stdin, os.Stdout, os.Stderr); code != 0 {
			t.Fatalf("exit code %d", code)
		}
		return
	}
	if os.Geteuid() != 0 {
		t.Skip("needs root to become somebody else")
	}
	state, err := os.MkdirTemp("", "lvsgui") // t.TempDir's parent is closed to others
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(state)
	if err := os.Chown(state, uid, uid); err != nil {
		t.Fatal(err)
	}
	closed := filepath.Join(t.TempDir(), "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	backup := filepath.Join(closed, "backup")
	for _, args := range [][]string{
		{"passwd", "--state", state}, {"backup", "--state", state, backup}, {"restore", "--state", state, backup},
	} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestRootBacksUpWhereItLikes$")
		cmd.Env = append(os.Environ(), "LVSGUI_TEST_ARGS="+strings.Join(args, "\n"))
		cmd.Dir = "/"
		cmd.Stdin = strings.NewReader("correct horse\n")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%q: %v\n%s", args, err, out)
		}
	}
	for path, owner := range map[string]uint32{
		backup: 0, web.DatabasePath(state): uid, web.DatabasePath(state) + store.BeforeSuffix: uid,
	} {
		fi, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if st := fi.Sys().(*syscall.Stat_t); st.Uid != owner || fi.Mode() != 0o600 {
			t.Errorf("%s belongs to %d, mode %v", path, st.Uid, fi.Mode())
		}
	}
}
