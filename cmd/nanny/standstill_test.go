package main

import (
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"pacu/control"
)

func TestStandstillMeasured(t *testing.T) {
	for _, tt := range []struct {
		name                string
		before, stood, then time.Duration
		want                time.Duration
	}{
		{"nothing", 0, 0, 0, 0},
		{"no standstill", 3 * second, 0, 3 * second, 0},
		{"between two looks", 100 * ms, 800 * ms, 0, 0},
		{"at once", 0, 5 * second, 0, 4 * second}, // but for the time to the next look
		{"on the way", 2500 * ms, 5 * second, 3 * second, 5 * second},
		{"at the end", 2500 * ms, 5 * second, 0, 4500 * ms},
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			var stalled atomic.Int64
			s := watchStandstill(func() time.Duration { return time.Since(began) + time.Duration(stalled.Load()) }, 8*second)
			time.Sleep(tt.before)
			synctest.Wait()
			stalled.Store(int64(tt.stood))
			time.Sleep(tt.then)
			synctest.Wait()
			if got, _ := s.end(); got != tt.want {
				t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
			}
		})
	}
}

// startNanny runs nanny as pulse does, on a table that is left alone.
func startNanny(t *testing.T) (cmd *exec.Cmd, pulse net.Conn) {
	t.Helper()
	if _, _, errno := syscall.AllThreadsSyscall(unix.SYS_GETPID, 0, 0, 0); errno == unix.ENOTSUP {
		t.Skip("needs nanny as it is built, without cgo")
	}
	pulse, child, err := control.SocketPair()
	if err != nil {
		t.Fatal(err)
	}
	defer child.Close()
	cmd = exec.Command("/proc/self/exe", "--control-fd", "3", "--norun")
	cmd.Env = []string{"NANNY_TEST_MAIN=1"}
	cmd.ExtraFiles = []*os.File{child}
	var log strings.Builder
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = pulse.Close()
		if err := cmd.Wait(); err != nil || t.Failed() {
			t.Errorf("nanny: %v\n%s", err, log.String())
		}
	})
	_ = pulse.SetReadDeadline(time.Now().Add(5 * time.Minute))
	return cmd, pulse
}

// TestKernelStopped stops nanny while a server answers, for longer than the
// server would have had.
func TestKernelStopped(t *testing.T) {
	cmd, pulse := startNanny(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	order := webOrder(l.Addr().(*net.TCPAddr).AddrPort())
	// What the server has is the interval: enough where it is asked again.
	w := &order.Watches[0]
	w.Interval, w.Checks[0].Timeout = control.Duration(4*time.Second), 0
	stopped := make(chan error, 1)
	go func() {
		for n := 0; ; n++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Read(make([]byte, 1024)) // what is left unread would reset it
			if n == 1 {
				var status unix.WaitStatus
				_ = cmd.Process.Signal(unix.SIGSTOP)
				_, err := unix.Wait4(cmd.Process.Pid, &status, unix.WUNTRACED, nil)
				stopped <- err
			}
			_, _ = io.WriteString(c, "HTTP/1.0 200 OK\r\n\r\n")
			_ = c.Close()
			if n == 1 {
				<-time.After(2 * time.Duration(w.Interval))
				_ = cmd.Process.Signal(unix.SIGCONT)
			}
		}
	}()
	if err := control.SendOrder(pulse, order); err != nil {
		t.Fatal(err)
	}
	reports := 0
	for r, err := range control.Reports(pulse) {
		if err != nil || r.Health != control.Up {
			t.Fatalf("report %+v, %v", r, err)
		}
		if reports++; reports == 3 {
			break
		}
	}
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
}
