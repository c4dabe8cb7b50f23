package lab

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

func TestKernelPower(t *testing.T) {
	_, a, b := pair(t)
	b.Private("/etc/labtest/deep")
	b.Setup("ip", "addr", "add", "10.9.9.3/32", "dev", "lo")
	if err := b.n.Err(); err != nil {
		t.Fatal(err)
	}
	if _, err := NewWeb(b, ":80"); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{"/etc/labtest/deep/kept", "/run/lost"} {
		if err := b.WriteFile(f, []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := b.Run("test", "-f", f); err != nil {
			t.Fatal(err)
		}
	}
	// A daemon that left its parent and its process group behind.
	if err := b.Run("sh", "-c", "setsid sleep 1000 >/dev/null 2>&1 </dev/null &"); err != nil {
		t.Fatal(err)
	}
	if err := b.Run("ip", "addr", "add", "10.9.9.30/32", "dev", "eth0"); err != nil {
		t.Fatal(err)
	}
	inode := nsInode(t, b)
	if err := b.PowerOff(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "namespace is left", func() bool { return !inhabited(t, inode) })
	if _, err := get(t, a, "http://10.9.9.2"); err == nil {
		t.Fatal("answers without power")
	}
	if err := b.Run("true"); !errors.Is(err, errOff) {
		t.Fatalf("run without power: %v", err)
	}
	if err := b.PowerOn(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "answers again", func() bool { _, err := get(t, a, "http://10.9.9.2"); return err == nil })
	if err := b.Run("sh", "-c", "test -f /etc/labtest/deep/kept && ! test -e /run/lost"); err != nil {
		t.Fatal(err)
	}
	got, err := b.Addresses()
	if err != nil {
		t.Fatal(err)
	}
	var text []string
	for _, h := range got {
		if !h.Prefix.Addr().IsLinkLocalUnicast() {
			text = append(text, h.Label+" "+h.Prefix.String())
		}
	}
	want := []string{"lo 127.0.0.1/8", "lo 10.9.9.3/32", "eth0 10.9.9.2/24", "lo ::1/128", "eth0 fd09::2/64"}
	if diff := cmp.Diff(want, text); diff != "" {
		t.Fatalf("addresses (-want +got):\n%s", diff)
	}
}

func TestKernelClose(t *testing.T) {
	n, a, b := pair(t)
	b.Private("/etc/labtest/deep")
	for _, h := range []*Host{a, b} {
		if _, err := h.Start("sleep", "1000"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := NewWeb(b, ":80"); err != nil {
		t.Fatal(err)
	}
	if err := a.Expose("127.0.0.1:0", "10.9.9.2:80"); err != nil {
		t.Fatal(err)
	}
	inodes := []uint64{nsInode(t, a), nsInode(t, b)}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	for _, i := range inodes {
		eventually(t, "namespace is left", func() bool { return !inhabited(t, i) })
	}
	for _, p := range []string{n.dir, "/etc/labtest"} {
		if _, err := os.Stat(p); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: %v, want it gone", p, err)
		}
	}
	if err := a.Do(func() error { return nil }); !errors.Is(err, errOff) {
		t.Fatalf("after close: %v", err)
	}
}

// nsInode identifies a host's network namespace.
func nsInode(t *testing.T, h *Host) uint64 {
	t.Helper()
	var st unix.Stat_t
	if err := h.NetNS(func(fd int) error { return unix.Fstat(fd, &st) }); err != nil {
		t.Fatal(err)
	}
	return st.Ino
}

// inhabited tells whether any thread of any process is in a network namespace.
func inhabited(t *testing.T, inode uint64) bool {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/task/[0-9]*/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range links {
		var st unix.Stat_t
		if unix.Stat(l, &st) == nil && st.Ino == inode {
			return true
		}
	}
	return false
}
