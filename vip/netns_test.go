package vip

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A testNet is two fresh network namespaces joined by a cable: near holds
// eth0 (10.9.0.1/24) and eth1 (nothing, its cable ends at spare1), far holds eth0 (10.9.0.2/24).
type testNet struct {
	near, far int // descriptors of the namespaces
}

// newTestNet makes the namespaces and leaves the test's thread in near. A
// sub-test is another thread, and must make its own.
func newTestNet(t testing.TB) *testNet {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root to make network namespaces")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("needs iproute2's ip to lay cables")
	}
	// Never unlocked: the thread ends with the test, and takes the namespace with it.
	runtime.LockOSThread()
	n := &testNet{far: freshNamespace(t), near: freshNamespace(t)}
	n.ip(t, "link set lo up")
	if out, err := exec.Command("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "far0").CombinedOutput(); err != nil {
		t.Skipf("needs a kernel with veth: %v: %s", err, out)
	}
	n.ip(t, "link add eth1 type veth peer name spare1")
	move := exec.Command("ip", "link", "set", "far0", "netns", "/proc/self/fd/3")
	move.ExtraFiles = []*os.File{dupFile(t, n.far)}
	run(t, move)
	n.ip(t, "address add 10.9.0.1/24 dev eth0")
	n.ip(t, "link set eth0 up")
	n.ip(t, "link set eth1 up")
	n.ip(t, "link set spare1 up")
	n.inFar(t, func() {
		n.ip(t, "link set far0 name eth0")
		n.ip(t, "address add 10.9.0.2/24 dev eth0")
		n.ip(t, "link set eth0 up")
		n.awaitUp(t, "eth0")
	})
	n.awaitUp(t, "eth0", "eth1")
	return n
}

func freshNamespace(t testing.TB) int {
	t.Helper()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Skipf("cannot make a network namespace: %v", err)
	}
	fd, err := unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	return fd
}

func dupFile(t testing.TB, fd int) *os.File {
	t.Helper()
	d, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	f := os.NewFile(uintptr(d), "namespace")
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// inFar calls f with the thread in the far namespace.
func (n *testNet) inFar(t testing.TB, f func()) {
	t.Helper()
	if err := unix.Setns(n.far, unix.CLONE_NEWNET); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := unix.Setns(n.near, unix.CLONE_NEWNET); err != nil {
			t.Fatal(err)
		}
	}()
	f()
}

// ip runs iproute2's ip in the thread's namespace and returns what it printed.
func (n *testNet) ip(t testing.TB, args string) string {
	t.Helper()
	return run(t, exec.Command("ip", strings.Fields(args)...))
}

func run(t testing.TB, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
	return string(out)
}

// addresses is what ip shows of an interface's addresses, one a line: prefix,
// broadcast, label and proto.
func (n *testNet) addresses(t testing.TB, iface string) []string {
	t.Helper()
	var lines []string
	for line := range strings.Lines(n.ip(t, "-o address show dev "+iface)) {
		head, _, _ := strings.Cut(line, "\\")
		f := strings.Fields(head)
		if strings.HasPrefix(f[3], "fe80:") {
			continue
		}
		lines = append(lines, strings.Join(f[3:], " "))
	}
	return lines
}

func testConn(t testing.TB) *Conn {
	t.Helper()
	c, err := Dial()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// hardwareAddr is the near eth0's.
func (n *testNet) hardwareAddr(t testing.TB) string {
	t.Helper()
	l, err := testConn(t).Link("eth0")
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(l.HardwareAddr)
}

// awaitUp waits until packets leave by these interfaces: with a cable just laid,
// or put back, the kernel drops them for a while.
func (n *testNet) awaitUp(t testing.TB, ifaces ...string) {
	t.Helper()
	for _, i := range ifaces {
		eventually(t, i+" is up", func() bool { return strings.Contains(n.ip(t, "-o link show dev "+i), " state UP ") })
	}
}

// awaitLocal waits until the kernel uses these new IPv6 addresses, which takes a
// while.
func (n *testNet) awaitLocal(t testing.TB, addrs ...string) {
	t.Helper()
	for _, a := range addrs {
		eventually(t, a+" is in use", func() bool {
			return strings.Contains(n.ip(t, "-6 route show table local"), "local "+a+" ") &&
				!strings.Contains(n.ip(t, "-6 addr show tentative"), a+"/")
		})
	}
}

// eventually looks again and again until done.
func eventually(t testing.TB, what string, done func() bool) {
	t.Helper()
	for began := time.Now(); !done(); {
		if time.Since(began) > testWait {
			t.Fatalf("not in %v: %s", testWait, what)
		}
	}
}
