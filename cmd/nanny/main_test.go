package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"pacu/control"
	"pacu/ipvs"
	"pacu/logging"
)

// answerOK is a web server, until l is closed.
func answerOK(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		_, _ = io.WriteString(c, "HTTP/1.0 200 OK\r\n\r\n")
		// Closed with a request unread it would be reset, and the answer lost.
		_ = c.(*net.TCPConn).CloseWrite()
		_ = c.SetReadDeadline(time.Now().Add(enough))
		_, _ = io.Copy(io.Discard, c)
		_ = c.Close()
	}
}

// webServer answers as one, until stopped.
func webServer(t *testing.T) (at netip.AddrPort, stop func()) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	done := make(chan struct{})
	go func() {
		defer close(done)
		answerOK(l)
	}()
	return netip.MustParseAddrPort(l.Addr().String()), func() { _ = l.Close(); <-done }
}

// enough is the time for what comes at once, but on a machine that stands still.
const enough = time.Minute

// webOrder has a server that answers be up, however slow the machine is: there
// are soon other probes, but each has its time.
func webOrder(at netip.AddrPort) control.Order {
	w := watchWWW(3)
	w.RealPort, w.Interval, w.Reentry = at.Port(), control.Duration(500*time.Millisecond), 0
	w.Checks[0].Timeout = control.Duration(20 * time.Second)
	return control.Order{Server: at.Addr(), Watches: []control.Watch{w}}
}

// TestServe talks to a nanny as pulse does, with true sockets and a true
// server, until pulse closes its end; then nothing of nanny is left.
func TestServe(t *testing.T) {
	before := runtime.NumGoroutine()
	at, stop := webServer(t)
	tab := ipvs.NewFake()
	if err := tab.Apply([]ipvs.Op{
		ipvs.AddService(ipvs.Service{Key: www, Scheduler: "wlc"}),
		ipvs.AddDestination(www, ipvs.Destination{Addr: at.Addr(), Port: at.Port(), Weight: 3}),
	}); err != nil {
		t.Fatal(err)
	}
	pulse, child, err := control.SocketPair()
	if err != nil {
		t.Fatal(err)
	}
	nanny, err := net.FileConn(child)
	if err != nil {
		t.Fatal(err)
	}
	_ = child.Close()
	served := make(chan error, 1)
	go func() {
		c := newCrew(context.Background(), logging.New("nanny", logging.Text, io.Discard, false), weigh(tab))
		served <- serve(context.Background(), c, nanny)
	}()
	if err := control.SendOrder(pulse, webOrder(at)); err != nil {
		t.Fatal(err)
	}
	weight := func() uint32 {
		dests, err := tab.Destinations(www)
		if err != nil {
			t.Fatal(err)
		}
		return dests[0].Weight
	}
	_ = pulse.SetReadDeadline(time.Now().Add(enough))
	step := control.Up
	for r, err := range control.Reports(pulse) {
		if err != nil {
			t.Fatal(err)
		}
		// Of a probe that is under way as the server stops, the connection is reset.
		if r.Health != step || step == control.Down && !strings.Contains(r.Why, "refused") {
			continue
		}
		if r.Server != at.Addr() || r.Service != "tcp 10.10.1.30:80" || r.RealPort != at.Port() || r.Why == "" {
			t.Errorf("report %+v", r)
		}
		if step == control.Up {
			if weight() != 1 { // of 3, in its slow start
				t.Errorf("up at %d", weight())
			}
			step = control.Down
			stop()
			continue
		}
		if weight() != 0 {
			t.Errorf("down at %d: %s", weight(), r.Why)
		}
		break
	}
	_ = pulse.Close()
	if err := <-served; err != nil {
		t.Errorf("serve: %v", err)
	}
	if weight() != 0 {
		t.Errorf("nanny left weight %d", weight())
	}
	for deadline := time.Now().Add(enough); runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Now().After(deadline) {
			buf := make([]byte, 1<<16)
			t.Fatalf("goroutines left:\n%s", buf[:runtime.Stack(buf, true)])
		}
	}
}

func TestServeNonsense(t *testing.T) {
	pulse, nanny := net.Pipe()
	go func() { _, _ = io.WriteString(pulse, "{\"server\":7}\n") }()
	c := newCrew(t.Context(), logging.New("nanny", logging.Text, io.Discard, false), weigh(frozen{}))
	if err := serve(t.Context(), c, nanny); err == nil || !strings.HasPrefix(err.Error(), "pulse: order: ") {
		t.Errorf("error %v", err)
	}
}

// TestProcess runs the program itself, as pulse does and as root does, with the
// kernel left alone.
func TestProcess(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "nanny")
	build := exec.Command("go", "build", "-buildvcs=false", "-o", bin, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	at, _ := webServer(t)

	// under starts a nanny and returns when it has made its first report.
	under := func(t *testing.T) (net.Conn, *exec.Cmd) {
		pulse, child, err := control.SocketPair()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(bin, "--control-fd", "3", "--address", "127.0.0.1", "--norun")
		cmd.ExtraFiles = []*os.File{child}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Process.Kill() })
		_ = child.Close()
		_ = pulse.SetReadDeadline(time.Now().Add(enough))
		if err := control.SendOrder(pulse, webOrder(at)); err != nil {
			t.Fatal(err)
		}
		for r, err := range control.Reports(pulse) {
			if err != nil || r.Health != control.Up {
				t.Fatalf("report %+v, %v", r, err)
			}
			break
		}
		return pulse, cmd
	}
	t.Run("ends with pulse", func(t *testing.T) {
		pulse, cmd := under(t)
		_ = pulse.Close()
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})
	t.Run("ends at SIGTERM", func(t *testing.T) {
		pulse, cmd := under(t)
		defer pulse.Close()
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})
	t.Run("has no privileges", func(t *testing.T) {
		pulse, cmd := under(t)
		expectPrivileges(t, cmd.Process.Pid, true)
		_ = pulse.Close()
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})
	t.Run("is forced down", func(t *testing.T) {
		pulse, cmd := under(t)
		_ = cmd.Process.Signal(syscall.SIGUSR1)
		for r, err := range control.Reports(pulse) {
			if err != nil {
				t.Fatal(err)
			}
			if r.Health == control.Down {
				break
			}
		}
		_ = pulse.Close()
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})
	t.Run("by itself", func(t *testing.T) {
		r, w := io.Pipe()
		cmd := exec.Command(bin, "-n", "--norun", "-t", "60", "-h", "127.0.0.1", "-V", "10.10.1.30", "-r", at.String()[len("127.0.0.1:"):])
		cmd.Stderr = w
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Process.Kill() })
		var log strings.Builder
		buf := make([]byte, 4096)
		for !strings.Contains(log.String(), "[ active ] making "+at.String()+" available") {
			n, err := r.Read(buf)
			if err != nil {
				t.Fatal(err)
			}
			log.Write(buf[:n])
		}
		if want := "starting LVS client monitor for 10.10.1.30:80 -> " + at.String(); !strings.Contains(log.String(), want) {
			t.Errorf("no %q in\n%s", want, log.String())
		}
		go func() { _, _ = io.Copy(io.Discard, r) }()
		expectPrivileges(t, cmd.Process.Pid, false)
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
		_ = w.Close()
	})
	t.Run("once", func(t *testing.T) {
		order, err := json.Marshal(webOrder(at))
		if err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			in, out string
			code    int
		}{{string(order), "up: ", 0}, {"{}{", "nanny: order: ", 1}} {
			cmd := exec.Command(bin, "--once")
			cmd.Stdin = strings.NewReader(tt.in + "\n")
			out, _ := cmd.CombinedOutput()
			if got := cmd.ProcessState.ExitCode(); got != tt.code || !strings.Contains(string(out), tt.out) {
				t.Errorf("exit %d, want %d\n%s", got, tt.code, out)
			}
		}
	})
	t.Run("once, interrupted while it waits for more", func(t *testing.T) {
		cmd := exec.Command(bin, "--once")
		in, errIn := cmd.StdinPipe()
		out, errOut := cmd.StdoutPipe()
		if err := errors.Join(errIn, errOut, cmd.Start()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Process.Kill() })
		if err := json.NewEncoder(in).Encode(webOrder(at)); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for lines.Scan() && !strings.Contains(lines.Text(), "  up: ") {
		}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_, _ = io.Copy(io.Discard, out)
		}()
		// The first ends it unless it reads, and then one after that kills.
		for deadline := time.Now().Add(enough); ; runtime.Gosched() {
			_ = cmd.Process.Signal(syscall.SIGINT)
			select {
			case <-ended:
				if err := cmd.Wait(); err == nil {
					t.Error("it ended as if all were up")
				}
				return
			default:
			}
			if time.Now().After(deadline) {
				t.Fatal("it does not hear")
			}
		}
	})
	t.Run("bad flag", func(t *testing.T) {
		out, err := exec.Command(bin, "-h", "lvs-03").CombinedOutput()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 1 || string(out) != "nanny: bad IP address -- lvs-03\n" {
			t.Errorf("%v, %q", err, out)
		}
	})
}

// expectPrivileges looks at every thread of a nanny: none may gain privileges,
// and one under pulse has CAP_NET_ADMIN, where it had it, and nothing else.
func expectPrivileges(t *testing.T, pid int, under bool) {
	t.Helper()
	status := func(name string) string {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	caps := func(status, set string) uint64 {
		_, text, _ := strings.Cut(status, set+":\t")
		text, _, _ = strings.Cut(text, "\n")
		n, err := strconv.ParseUint(text, 16, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	var mine uint64
	if os.Geteuid() == 0 { // whose programs get all that they may have, in a container few
		mine = caps(status("/proc/self/status"), "CapBnd") & kept
	}
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	if err != nil || len(threads) == 0 {
		t.Fatalf("threads %v, %v", threads, err)
	}
	for _, name := range threads {
		text := status(name)
		if !strings.Contains(text, "NoNewPrivs:\t1\n") {
			t.Errorf("%s may gain privileges", name)
		}
		for _, set := range []string{"CapPrm", "CapEff"} {
			if got := caps(text, set); under && got != mine {
				t.Errorf("%s has %s %x, want %x", name, set, got, mine)
			}
		}
	}
}
