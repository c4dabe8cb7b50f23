package web

import (
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"pacu/store"
)

// smallDisk mounts a file system in memory, and returns how to fill it and how
// to make room again.
func smallDisk(t *testing.T, size string) (dir string, fill, clear func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("mounting a file system needs root")
	}
	dir = t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("cannot mount a small disk: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	ballast := filepath.Join(dir, "ballast")
	fill = func() {
		t.Helper()
		f, err := os.OpenFile(ballast, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for err == nil {
			_, err = f.Write(make([]byte, 4096))
		}
		if !errors.Is(err, unix.ENOSPC) {
			t.Fatal(err)
		}
	}
	clear = func() {
		t.Helper()
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
	}
	return dir, fill, clear
}

// TestFullDisk has the console on a disk that fills up: one can log in and look,
// each page says what is wrong, what cannot be saved is told, lvs.cf stays whole,
// and all works again when there is room, without a restart.
func TestFullDisk(t *testing.T) {
	dir, fill, clear := smallDisk(t, "8m")
	s, _ := newConsole(t, false)
	sample, err := os.ReadFile(s.ConfigPath)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "lvs.cf")
	if err := os.WriteFile(path, sample, 0o640); err != nil {
		t.Fatal(err)
	}
	st, err := store.Open(t.Context(), DatabasePath(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	if err := st.SetPassword(t.Context(), "piranha", password); err != nil {
		t.Fatal(err)
	}
	o := s.Options
	o.Store, o.ConfigPath, o.State = st, path, dir
	s = New(o)
	v := visit(t, s.Handler())
	fill()
	exhaust(t, st)
	v.login()
	_, body := v.get("/monitoring")
	want(t, body, "free on the disk of "+dir, "lvs-01")
	_, body = v.get("/configuration")
	seen, was := opened(t, body)
	resp, body := keep(v, seen, was+"# a line that is kept\n", "lf", "keep")
	want(t, body, "The console&#39;s disk is full: nothing was changed.", "# a line that is kept")
	if resp.StatusCode != http.StatusInternalServerError {
		t.Errorf("saving a draft: %s", resp.Status)
	}
	resp, body = v.do("POST", "/users", url.Values{"user": {"ops"}, "role": {"viewer"}, "new": {"battery staple"}, "again": {"battery staple"}})
	want(t, body, "The console&#39;s disk is full: nothing was changed.", "Make room on the disk of "+dir)
	if resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("making a user: %s", resp.Status)
	}
	if b, err := os.ReadFile(path); string(b) != string(sample) || err != nil {
		t.Errorf("lvs.cf is another: %v", err)
	}
	clear()
	if resp, body := keep(v, seen, was+"# a line that is kept\n", "lf", "keep"); resp.StatusCode != http.StatusSeeOther {
		t.Errorf("saving a draft with room again: %s %s", resp.Status, body)
	}
	if _, body := v.get("/configuration"); !strings.Contains(body, "# a line that is kept") {
		t.Errorf("the draft is lost, or the session: %s", body)
	}
}

// TestApplyOnFullDisk has APPLY when lvs.cf's own disk is full: the page says so
// and what to do, nothing has changed and nothing waits, and the draft is there
// to be applied once there is room.
func TestApplyOnFullDisk(t *testing.T) {
	dir, fill, clear := smallDisk(t, "2m")
	s, p := newConsole(t, false)
	before := readFile(t, s.ConfigPath)
	o := s.Options
	o.ConfigPath = filepath.Join(dir, "lvs.cf")
	if err := os.WriteFile(o.ConfigPath, []byte(before), 0o640); err != nil {
		t.Fatal(err)
	}
	s = New(o)
	v := visit(t, s.Handler())
	v.login()
	d := edit(t, s, "piranha", "weight = 1", "weight = 7")
	c := newProgram(t, s, store.Admin)
	fill()
	unchanged := func() {
		t.Helper()
		if readFile(t, o.ConfigPath) != before || p.reloads != 0 {
			t.Errorf("lvs.cf is another, or was read %d times", p.reloads)
		}
		if left, err := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 || err != nil {
			t.Errorf("%v is left, %v", left, err)
		}
		if _, waits, err := s.Store.Pending(t.Context()); waits || err != nil {
			t.Errorf("a change waits: %v, %v", waits, err)
		}
	}

	if resp, body := v.apply("", "60"); resp.StatusCode != http.StatusSeeOther {
		t.Errorf("apply: %s %s", resp.Status, body)
	}
	_, body := v.get("/change")
	want(t, body, "Not applied:", "no space left on device. Nothing has changed.", "Make room on the disk of "+dir)
	unchanged()
	if version, _, err := s.Store.DraftVersion(t.Context(), "piranha"); version != d.Version || err != nil {
		t.Errorf("the draft is %d, %v, want %d", version, err, d.Version)
	}

	a := c.do("POST", "/apply?confirm=immediate", string(d.Text), "If-Match", "*")
	c.want(a, http.StatusInsufficientStorage, "disk-full")
	want(t, a.body, "Make room on the disk of "+dir, `"outcome":"unwritten"`)
	unchanged()

	clear()
	if resp, body := v.apply("", "0"); resp.StatusCode != http.StatusSeeOther {
		t.Errorf("apply with room again: %s %s", resp.Status, body)
	}
	_, body = v.get("/change")
	want(t, body, "Applied. It needed no confirmation.")
	want(t, readFile(t, o.ConfigPath), "weight = 7")
}

// TestAPIOnFullDisk has programs told what is wrong with the disk, and let in to
// look.
func TestAPIOnFullDisk(t *testing.T) {
	dir, fill, clear := smallDisk(t, "8m")
	s, _ := newConsole(t, false)
	st, err := store.Open(t.Context(), DatabasePath(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	o := s.Options
	o.Store, o.State = st, dir
	s = New(o)
	c := newProgram(t, s, store.Admin)
	text := readFile(t, s.ConfigPath)
	fill()
	exhaust(t, st)
	c.want(c.get("/router"), http.StatusOK, "")
	a := c.do("PUT", "/draft", text+"# more\n", "If-Match", "*")
	c.want(a, http.StatusInsufficientStorage, "disk-full")
	want(t, a.body, "Make room on the disk of "+dir)
	a = c.do("POST", "/apply", text+"# more\n", "If-Match", "*")
	c.want(a, http.StatusInsufficientStorage, "disk-full")
	if readFile(t, s.ConfigPath) != text {
		t.Error("lvs.cf is another")
	}
	clear()
	c.want(c.do("PUT", "/draft", text+"# more\n", "If-Match", "*"), http.StatusOK, "")
}

// exhaust has the database use up what its log has left.
func exhaust(t *testing.T, st *store.Store) {
	t.Helper()
	for range 3000 {
		if err := st.Record(t.Context(), store.Entry{Who: "piranha", What: "test", Note: strings.Repeat("x", 4000)}); err != nil {
			return
		}
	}
	t.Fatal("the disk is not full")
}
