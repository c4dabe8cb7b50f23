package firewall

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A namespace is a network namespace that ends with the test.
type namespace struct{ fd int }

// namespaces makes n fresh ones and leaves the test's thread in the first. A
// sub-test is another thread, and must make its own.
func namespaces(t testing.TB, n int) []namespace {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root to make network namespaces")
	}
	// Never unlocked: the thread ends with the test.
	runtime.LockOSThread()
	var out []namespace
	for range n {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			t.Skipf("cannot make a network namespace: %v", err)
		}
		fd, err := unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = unix.Close(fd) })
		out = append(out, namespace{fd})
		run(t, "ip", "link", "set", "lo", "up")
	}
	out[0].enter(t)
	return out
}

func (n namespace) enter(t testing.TB) {
	t.Helper()
	if err := unix.Setns(n.fd, unix.CLONE_NEWNET); err != nil {
		t.Fatal(err)
	}
}

// cable joins a and b: its ends are called and numbered as given.
func cable(t testing.TB, a namespace, aName string, aAddrs []string, b namespace, bName string, bAddrs []string) {
	t.Helper()
	a.enter(t)
	add := exec.Command("ip", "link", "add", aName, "type", "veth", "peer", "name", bName, "netns", "/proc/self/fd/3")
	fd, err := unix.FcntlInt(uintptr(b.fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	f := os.NewFile(uintptr(fd), "namespace")
	defer f.Close()
	add.ExtraFiles = []*os.File{f}
	if out, err := add.CombinedOutput(); err != nil {
		t.Skipf("needs a kernel with veth: %v: %s", err, out)
	}
	number(t, a, aName, aAddrs...)
	number(t, b, bName, bAddrs...)
	carries(t, a, aName)
	carries(t, b, bName)
}

// patience is for what is certain to come, on the slowest machine.
const patience = time.Minute

// carries waits until an end of a cable does, which is some time after both
// were switched on, when the kernel's watcher of links has come by: until then
// what is sent is lost.
func carries(t testing.TB, n namespace, name string) {
	t.Helper()
	n.enter(t)
	limit := time.After(patience)
	for tick := time.Tick(20 * time.Millisecond); ; <-tick {
		shown := run(t, "ip", "link", "show", "dev", name)
		if strings.Contains(shown, " state UP ") {
			return
		}
		select {
		case <-limit:
			t.Fatalf("%s carries nothing:\n%s", name, shown)
		default:
		}
	}
}

// number gives an interface addresses and switches it on.
func number(t testing.TB, n namespace, name string, addrs ...string) {
	t.Helper()
	n.enter(t)
	for _, a := range addrs {
		run(t, "ip", "address", "add", a, "dev", name, "nodad")
	}
	run(t, "ip", "link", "set", name, "up")
}

// run runs a program in the thread's namespace and returns what it printed.
func run(t testing.TB, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			t.Skip(err)
		}
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out.String())
	}
	return out.String()
}

// nft runs nft(8).
func nft(t testing.TB, args ...string) string {
	t.Helper()
	return run(t, "nft", args...)
}

// setting writes a sysctl: net/ is that of the namespace of the thread that
// opens it.
func setting(t testing.TB, name, value string) {
	t.Helper()
	if err := os.WriteFile("/proc/sys/"+name, []byte(value), 0o644); err != nil {
		t.Fatal(err)
	}
}

func testConn(t testing.TB) *Conn {
	t.Helper()
	c, err := Dial()
	if errors.Is(err, ErrNoNFTables) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := c.Intact(); errors.Is(err, ErrNoNFTables) {
		t.Skip(err)
	}
	return c
}

func replace(t testing.TB, c *Conn, r Ruleset) {
	t.Helper()
	if err := c.Replace(r); err != nil {
		t.Fatal(err)
	}
}
