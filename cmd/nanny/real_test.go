package main

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"pacu/control"
	"pacu/ipvs"
)

// TestMain is the nanny itself in the processes that TestKernelNanny starts.
func TestMain(m *testing.M) {
	if os.Getenv("NANNY_TEST_MAIN") != "" {
		main()
	}
	os.Exit(m.Run())
}

// ownNetwork moves the test into a network namespace of its own, where lo is
// up. Its thread ends with the test.
func ownNetwork(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root, to make a network namespace")
	}
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Skipf("cannot make a network namespace: %v", err)
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		t.Fatal(err)
	}
	lo.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo); err != nil {
		t.Fatal(err)
	}
}

// TestKernelNanny runs nanny as pulse does, a user who may nothing but
// administer the network, and has it weigh a server in the kernel's table.
func TestKernelNanny(t *testing.T) {
	ownNetwork(t)
	tab, err := ipvs.Dial()
	if errors.Is(err, ipvs.ErrNoIPVS) {
		t.Skipf("needs IPVS in the kernel: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer tab.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go answerOK(l)
	order := webOrder(l.Addr().(*net.TCPAddr).AddrPort())
	port := order.Watches[0].RealPort
	defer tab.Flush()
	if err := tab.Apply([]ipvs.Op{
		ipvs.AddService(ipvs.Service{Key: www, Scheduler: "rr"}),
		ipvs.AddDestination(www, ipvs.Destination{Addr: order.Server, Port: port, Weight: 0}),
	}); err != nil {
		t.Fatal(err)
	}

	pulse, child, err := control.SocketPair()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(readable(t), "--control-fd", "3", "--address", order.Server.String())
	cmd.Env = []string{"NANNY_TEST_MAIN=1"}
	cmd.ExtraFiles = []*os.File{child}
	cmd.Dir = "/"
	var log strings.Builder
	cmd.Stderr = &log
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Credential:  &syscall.Credential{Uid: 65534, Gid: 65534},
		AmbientCaps: []uintptr{unix.CAP_NET_ADMIN},
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill() }()
	_ = child.Close()
	if err := control.SendOrder(pulse, order); err != nil {
		t.Fatal(err)
	}
	weight := func() uint32 {
		dests, err := tab.Destinations(www)
		if err != nil || len(dests) != 1 {
			t.Fatalf("destinations %+v, %v", dests, err)
		}
		return dests[0].Weight
	}
	_ = pulse.SetReadDeadline(time.Now().Add(2 * time.Minute))
	step := control.Up
	for r, err := range control.Reports(pulse) {
		if err != nil || r.Trouble != "" {
			t.Fatalf("report %+v, %v", r, err)
		}
		if r.Health != step {
			continue
		}
		if step == control.Down {
			break
		}
		if got := weight(); got != 1 {
			t.Errorf("up at weight %d in the kernel", got)
		}
		step = control.Down
		_ = l.Close()
	}
	if got := weight(); got != 0 {
		t.Errorf("down at weight %d in the kernel", got)
	}
	_ = pulse.Close()
	if err := cmd.Wait(); err != nil {
		t.Errorf("nanny: %v\n%s", err, log.String())
	}
	if got := weight(); got != 0 {
		t.Errorf("nanny left weight %d", got)
	}
}

// readable is a copy of this program that every user may run.
func readable(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "nanny")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(dir, "nanny")
	// The umask may be one that keeps others out.
	if err := errors.Join(os.Chmod(dir, 0o755), os.WriteFile(bin, self, 0o700), os.Chmod(bin, 0o755)); err != nil {
		t.Fatal(err)
	}
	return bin
}
