package main

import (
	"net"
	"net/netip"
	"os"
	"os/exec"
	"testing"

	"golang.org/x/sys/unix"

	"pacu/control"
)

// farServer makes a network behind eth1, with a web server at 10.2.0.11:80 that
// runs until stop is called. The cable can be pulled at its far end. The test
// stays in the near one.
func farServer(t *testing.T) (stop, unplug, plug func()) {
	t.Helper()
	here := func() int {
		fd, err := unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = unix.Close(fd) })
		return fd
	}
	enter := func(fd int) {
		if err := unix.Setns(fd, unix.CLONE_NEWNET); err != nil {
			t.Fatal(err)
		}
	}
	ownNetwork(t)
	far := here()
	ip(t, "link add eth1 type veth peer name near1")
	ip(t, "address add 10.2.0.11/24 dev eth1")
	ip(t, "link set eth1 up")
	l, err := net.Listen("tcp", "10.2.0.11:80")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go answerOK(l)
	ownNetwork(t)
	near := here()
	enter(far)
	move := exec.Command("ip", "link", "set", "near1", "netns", "/proc/self/fd/3")
	f := os.NewFile(uintptr(dup(t, near)), "near")
	defer f.Close()
	move.ExtraFiles = []*os.File{f}
	if out, err := move.CombinedOutput(); err != nil {
		t.Fatalf("move near1: %v: %s", err, out)
	}
	enter(near)
	ip(t, "link set near1 name eth1")
	ip(t, "address add 10.2.0.1/24 dev eth1")
	ip(t, "link set eth1 up")
	// A way out for what has no other: there the packets go when eth1 is down.
	ip(t, "link add eth0 type veth peer name wall")
	ip(t, "address add 10.3.0.1/24 dev eth0")
	ip(t, "link set eth0 up")
	ip(t, "link set wall up")
	ip(t, "route add default via 10.3.0.254")
	inFar := func(words string) func() {
		return func() {
			enter(far)
			ip(t, words)
			enter(near)
		}
	}
	return func() { _ = l.Close() }, inFar("link set eth1 down"), inFar("link set eth1 up")
}

func dup(t *testing.T, fd int) int {
	t.Helper()
	d, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestKernelLinkDown pulls nanny's cables: while they are out its server stays
// up, and then still falls on its own account.
func TestKernelLinkDown(t *testing.T) {
	stop, unplug, plug := farServer(t)
	_, pulse := startNanny(t)
	if err := control.SendOrder(pulse, webOrder(netip.MustParseAddrPort("10.2.0.11:80"))); err != nil {
		t.Fatal(err)
	}
	// What is done, and what nanny must come to say, without a word against
	// the server before.
	const isDown = "eth1 is down on this router: no probe reaches 10.2.0.11"
	const noCarrier = "eth1 has no carrier on this router: no probe reaches 10.2.0.11"
	steps := []struct {
		do      func()
		health  control.Health
		trouble string
	}{
		{func() {}, control.Up, ""},
		{func() { ip(t, "link set eth1 down") }, control.Up, isDown},
		{func() { ip(t, "link set eth1 up") }, control.Up, ""},
		{unplug, control.Up, noCarrier},
		{plug, control.Up, ""},
		{stop, control.Down, ""},
	}
	steps[0].do()
	for r, err := range control.Reports(pulse) {
		if err != nil {
			t.Fatal(err)
		}
		s := steps[0]
		if r.Health == control.Down && s.health != control.Down {
			t.Fatalf("blamed: %+v, while waiting for %q", r, s.trouble)
		}
		if r.Health != s.health || r.Trouble != s.trouble {
			continue
		}
		if steps = steps[1:]; len(steps) == 0 {
			return
		}
		steps[0].do()
	}
	t.Errorf("nanny ended, %d steps before the end", len(steps))
}
