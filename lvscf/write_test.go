package lvscf

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "lvs.cf")
	if os.Geteuid() == 0 {
		if err := os.Chown(dir, -1, 2345); err != nil {
			t.Fatal(err)
		}
	}
	defer syscall.Umask(syscall.Umask(0o077))
	if err := WriteFile(path, []byte("one")); err != nil {
		t.Fatal(err)
	}
	fresh, err := os.Lstat(path)
	if err != nil || fresh.Mode() != 0o640 {
		t.Errorf("a new file: %v, %v", fresh, err)
	}
	if st := fresh.Sys().(*syscall.Stat_t); os.Geteuid() == 0 && st.Gid != 2345 {
		t.Errorf("a new file: group %d instead of its folder's", st.Gid)
	}
	if err := os.Chmod(path, 0o604); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		if err := os.Chown(path, 1234, 4321); err != nil {
			t.Fatal(err)
		}
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink("lvs.cf", link); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(link, []byte("two")); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != "two" {
		t.Errorf("%q, %v", got, err)
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode() != 0o604 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if st := info.Sys().(*syscall.Stat_t); os.Geteuid() == 0 && (st.Uid != 1234 || st.Gid != 4321) {
		t.Errorf("owner %d:%d", st.Uid, st.Gid)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link became %v, %v", info.Mode(), err)
	}
	onlyThese(t, dir, "link", "lvs.cf")
}

func TestWriteFileFails(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "lvs.cf"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"lvs.cf", "fifo", "none/lvs.cf"} {
		path := filepath.Join(dir, name)
		if err := WriteFile(path, []byte("x")); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
	}
	onlyThese(t, dir, "fifo", "lvs.cf")
}

func TestWriteFileUnsure(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "lvs.cf")
	defer func(was func(string) error) { syncDir = was }(syncDir)
	syncDir = func(string) error { return syscall.EIO }
	if err := WriteFile(path, []byte("one")); !errors.Is(err, ErrUnsure) || !errors.Is(err, syscall.EIO) {
		t.Errorf("%v", err)
	}
	if b, err := os.ReadFile(path); string(b) != "one" || err != nil {
		t.Errorf("%q, %v", b, err)
	}
	onlyThese(t, dir, "lvs.cf")
}

// TestFullDisk fills a small file system of memory: lvs.cf stays as it was, and
// is written again as soon as there is room.
func TestFullDisk(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("mounting a file system needs root")
	}
	runtime.LockOSThread() // for good: the thread ends with the test
	if err := unix.Unshare(unix.CLONE_NEWNS | unix.CLONE_FS); err != nil {
		t.Skipf("no mount namespace: %v", err)
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=256k"); err != nil {
		t.Fatal(err)
	}
	defer unix.Unmount(dir, unix.MNT_DETACH)
	path := filepath.Join(dir, "lvs.cf")
	before := strings.Repeat("# before\n", 1000)
	if err := WriteFile(path, []byte(before)); err != nil {
		t.Fatal(err)
	}
	long := []byte(strings.Repeat("# long\n", 100_000))
	if err := WriteFile(path, long); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("more than fits: %v", err)
	}
	onlyThese(t, dir, "lvs.cf")
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, long, 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("fill the disk: %v", err)
	}
	if err := WriteFile(path, []byte("# after\n")); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("on a full disk: %v", err)
	}
	onlyThese(t, dir, "ballast", "lvs.cf")
	if b, err := os.ReadFile(path); string(b) != before || err != nil {
		t.Errorf("it holds %d bytes of another text, %v", len(b), err)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(path, []byte("# after\n")); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if b, err := os.ReadFile(path); string(b) != "# after\n" || err != nil {
		t.Errorf("it holds %q, %v", b, err)
	}
}

// onlyThese checks that dir holds files of these names alone.
func onlyThese(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("%s holds %v, want %v", dir, got, want)
	}
}
