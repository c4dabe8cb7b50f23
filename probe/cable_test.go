package probe

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A cable joins two fresh network namespaces: the test's thread is in the near
// one, 10.9.0.1 and fd09::1; the far one, 10.9.0.2 and fd09::2, is the router to
// 10.10.0.0/16 and fd10::/16.
type cable struct{ near, far int }

// newCable lays a cable. A sub-test is another thread, and must lay its own.
func newCable(t *testing.T) cable {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root to make network namespaces")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("needs iproute2's ip to lay cables")
	}
	// Never unlocked: the thread ends with the test, and takes the namespace with it.
	runtime.LockOSThread()
	fresh := func() int {
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
	c := cable{far: fresh(), near: fresh()}
	if out, err := exec.Command("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "far0").CombinedOutput(); err != nil {
		t.Skipf("needs a kernel with veth: %v: %s", err, out)
	}
	far, err := unix.FcntlInt(uintptr(c.far), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	f := os.NewFile(uintptr(far), "far")
	defer f.Close()
	move := exec.Command("ip", "link", "set", "far0", "netns", "/proc/self/fd/3")
	move.ExtraFiles = []*os.File{f}
	if out, err := move.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", move, err, out)
	}
	set(t, "/proc/sys/net/ipv6/conf/eth0/accept_dad", "0") // or link-local addresses take a second
	c.run(t, "ip link set lo up", "ip address add 10.9.0.1/24 dev eth0", "ip address add fd09::1/64 dev eth0 nodad",
		"ip link set eth0 up", "ip route add 10.10.0.0/16 via 10.9.0.2", "ip route add fd10::/16 via fd09::2")
	c.inFar(t, func() {
		set(t, "/proc/sys/net/ipv6/conf/far0/accept_dad", "0")
		c.run(t, "ip link set lo up", "ip address add 10.9.0.2/24 dev far0", "ip address add fd09::2/64 dev far0 nodad", "ip link set far0 up",
			"ip route add unreachable 10.10.1.0/24", "ip route add prohibit 10.10.2.0/24", "ip route add blackhole 10.10.3.0/24",
			"ip route add unreachable fd10:1::/32", "ip route add prohibit fd10:2::/32")
		set(t, "/proc/sys/net/ipv4/ip_forward", "1")
		set(t, "/proc/sys/net/ipv6/conf/all/forwarding", "1")
		unlimited(t)
	})
	unlimited(t)
	carries(t, "eth0")
	c.inFar(t, func() { carries(t, "far0") })
	// An address resolution that fails takes three of these.
	set(t, "/proc/sys/net/ipv4/neigh/eth0/retrans_time_ms", "20")
	set(t, "/proc/sys/net/ipv6/neigh/eth0/retrans_time_ms", "20")
	return c
}

// carries waits until an end of the cable does, which is some time after both
// were switched on, when the kernel's watcher of links has come by: until then
// what is sent is lost.
func carries(t *testing.T, end string) {
	t.Helper()
	limit := time.After(time.Minute)
	for tick := time.Tick(20 * time.Millisecond); ; <-tick {
		out, err := exec.Command("ip", "link", "show", "dev", end).CombinedOutput()
		if err == nil && strings.Contains(string(out), " state UP ") {
			return
		}
		select {
		case <-limit:
			t.Fatalf("%s carries nothing: %v\n%s", end, err, out)
		default:
		}
	}
}

// inFar calls f with the thread in the far namespace.
func (c cable) inFar(t *testing.T, f func()) {
	t.Helper()
	if err := unix.Setns(c.far, unix.CLONE_NEWNET); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := unix.Setns(c.near, unix.CLONE_NEWNET); err != nil {
			t.Fatal(err)
		}
	}()
	f()
}

// unlimited lets the thread's namespace send all ICMP errors. Those of routes
// stay limited, to five and then one a second (ip_error in Linux).
func unlimited(t *testing.T) {
	t.Helper()
	set(t, "/proc/sys/net/ipv4/icmp_ratemask", "0")
	set(t, "/proc/sys/net/ipv6/icmp/ratelimit", "0")
}

// run runs programs in the thread's namespace, and skips where one cannot.
func (c cable) run(t *testing.T, commands ...string) {
	t.Helper()
	for _, line := range commands {
		words := strings.Fields(line)
		if out, err := exec.Command(words[0], words[1:]...).CombinedOutput(); err != nil {
			t.Skipf("%s: %v\n%s", line, err, out)
		}
	}
}

// set writes a setting of the thread's namespace.
func set(t *testing.T, path, value string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(value), 0); err != nil {
		t.Skipf("needs the setting %s: %v", path, err)
	}
}
