package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"pacu/control"
	"pacu/lab"
)

// The router of these tests: alone, direct, one server that nobody runs.
const alone = `primary = 10.77.0.1
service = lvs
network = direct
virtual web {
     active = 1
     address = 10.77.0.100 eth0:1
     port = 80
     timeout = 1
     reentry = 2
     server one {
         address = 10.77.0.11
         active = 1
     }
     server two {
         address = 10.77.0.12
         active = 1
     }
}
`

// ample is the time for what takes some seconds at most: the machine may emulate
// its processors, and stand still now and then.
const ample = 3 * time.Minute

const pair = "backup_active = 1\nbackup = 10.77.0.2\n"

// newRouter is a host with an interface and a place for lvs.cf, or skips the
// test where there is no IPVS, or no pulse to run.
func newRouter(t *testing.T) *lab.Host {
	t.Helper()
	for _, check := range []func() error{lab.Check, lab.CheckIPVS, func() error { _, err := exec.LookPath("pulse"); return err }} {
		if err := check(); err != nil {
			t.Skip(err)
		}
	}
	n := lab.New("pulse")
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	h := n.Host("router")
	h.Private("/etc/sysconfig/ha")
	h.Plug(n.Switch("lan"), "eth0", "10.77.0.1/24")
	h.Plug(n.Switch("other"), "eth1", "10.78.0.1/24")
	if err := n.Err(); err != nil {
		t.Fatal(err)
	}
	return h
}

func write(t *testing.T, h *lab.Host, text string) {
	t.Helper()
	if err := h.WriteFile("/etc/sysconfig/ha/lvs.cf", []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
}

// traces are what a pulse that refused to start must not leave.
func traces(t *testing.T, h *lab.Host) string {
	t.Helper()
	table, err := h.Output(t.Context(), "ipvsadm", "-Sn")
	if err != nil {
		t.Fatal(err)
	}
	held, err := h.Addresses()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range held {
		if a.Prefix.Addr().String() == "10.77.0.100" && a.Iface == "eth0" {
			table += a.Prefix.String()
		}
	}
	return strings.TrimSpace(table)
}

// TestKernelBadInput starts pulse where it cannot work: it must say what is
// wrong, with the name of the thing, end with 1, and leave nothing behind.
func TestKernelBadInput(t *testing.T) {
	tests := []struct {
		name  string
		file  string
		setup func(t *testing.T, h *lab.Host) (before []string) // words before the command
		want  []string
	}{
		{"no file", "", nil, []string{"failed to open /etc/sysconfig/ha/lvs.cf", "no such file"}},
		{"broken file", strings.Replace(alone, "active = 1", "activ = 1", 1), nil, []string{"lvs.cf:5:6: error", "activ", "active"}},
		{"nothing active", strings.Replace(alone, "active = 1\n     address", "active = 0\n     address", 1), nil, []string{"no active lvs services"}},
		{"no such interface", strings.Replace(alone, "eth0:1", "eth7:1", 1), nil, []string{"web", "eth7"}},
		{"address elsewhere", alone, func(t *testing.T, h *lab.Host) []string {
			mustRun(t, h, "ip", "addr", "add", "10.77.0.100/32", "dev", "eth1")
			return nil
		}, []string{"web", "10.77.0.100 is already on eth1"}},
		{"another machine's file", strings.Replace(alone, "primary = 10.77.0.1", "primary = 10.77.0.9\n"+pair, 1), nil, []string{"neither primary 10.77.0.9 nor backup 10.77.0.2"}},
		{"backup that is marked inactive", strings.Replace(alone, "primary = 10.77.0.1", "primary = 10.77.0.9", 1), nil, []string{"backup is marked inactive"}},
		{"heartbeat port taken", pair + alone, func(t *testing.T, h *lab.Host) []string {
			err := h.Do(func() error {
				c, err := net.ListenPacket("udp", "10.77.0.1:539")
				if err == nil {
					t.Cleanup(func() { c.Close() })
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return nil
		}, []string{"10.77.0.1:539", "in use"}},
		{"not root", alone, func(*testing.T, *lab.Host) []string {
			return []string{"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"}
		}, []string{"root"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newRouter(t)
			if tt.file != "" {
				write(t, h, tt.file)
				if err := os.Chmod(h.Path("/etc/sysconfig/ha/lvs.cf"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			var words []string
			if tt.setup != nil {
				words = tt.setup(t, h)
			}
			for _, flags := range [][]string{{"-n"}, nil} { // in the foreground and as an init script does
				argv := append(append(words[:len(words):len(words)], "pulse"), flags...)
				ctx, cancel := context.WithTimeout(t.Context(), ample)
				out, err := h.Command(ctx, argv[0], argv[1:]...).CombinedOutput()
				cancel()
				var exit *exec.ExitError
				if !errors.As(err, &exit) || exit.ExitCode() != 1 {
					t.Errorf("%v: %v, want exit 1", argv, err)
				}
				for _, w := range tt.want {
					if !strings.Contains(string(out), w) {
						t.Errorf("%v says %q, want %q in it", argv, out, w)
					}
				}
			}
			if left := traces(t, h); left != "" {
				t.Errorf("left behind: %s", left)
			}
		})
	}
}

// TestKernelSecondPulse: one is enough, and the second must not disturb it.
func TestKernelSecondPulse(t *testing.T) {
	h := newRouter(t)
	write(t, h, alone)
	p := startPulse(t, h)
	out, err := h.Command(t.Context(), "pulse", "-n").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "by another pulse (pid ") {
		t.Errorf("a second pulse: %v, %s", err, out)
	}
	if _, err := snapshot(t, h); err != nil {
		t.Errorf("the first one: %v", err)
	}
	const expire = "net.ipv4.vs.expire_nodest_conn"
	until(t, func() error { // after the table
		if got := sysctl(t, h, expire); got != "1" {
			return fmt.Errorf("%s = %s while pulse runs", expire, got)
		}
		return nil
	})
	stopPulse(t, p)
	if left := traces(t, h); left != "" {
		t.Errorf("left behind: %s", left)
	}
	if got := sysctl(t, h, expire); got != "0" {
		t.Errorf("%s = %s after pulse", expire, got)
	}
}

func sysctl(t *testing.T, h *lab.Host, name string) string {
	t.Helper()
	out, err := h.Output(t.Context(), "cat", sysctlPath(name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(out)
}

// TestKernelNannyTrouble: a nanny that is missing, and one that keeps dying,
// are said so, and the rest goes on.
func TestKernelNannyTrouble(t *testing.T) {
	for _, tt := range []struct{ name, program, want string }{
		{"missing", "/nonexistent/nanny", "cannot start /nonexistent/nanny: no such file or directory"},
		{"keeps dying", "/bin/false", "it died: exit status 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newRouter(t)
			write(t, h, alone)
			p := startPulse(t, h, "--nanny", tt.program)
			ctx, cancel := context.WithTimeout(t.Context(), ample)
			defer cancel()
			if _, err := p.WaitLine(ctx, time.Time{}, tt.want+"; starting it again in 2s"); err != nil {
				t.Fatal(err)
			}
			until(t, func() error { // where it runs just now, there is no trouble
				s, err := snapshot(t, h)
				if err != nil {
					return err
				}
				if s.Router.State != control.Active || !s.Addresses[0].Held {
					t.Fatalf("the router does not serve: %+v", s.Router)
				}
				if !strings.Contains(strings.Join(s.Trouble, "\n"), tt.want) {
					return fmt.Errorf("trouble %q does not tell", s.Trouble)
				}
				return nil
			})
			stopPulse(t, p)
		})
	}
}

// TestKernelDriftIsRepaired: what others take away comes back within two
// seconds, and the log tells.
func TestKernelDriftIsRepaired(t *testing.T) {
	h := newRouter(t)
	write(t, h, alone)
	p := startPulse(t, h)
	ctx, cancel := context.WithTimeout(t.Context(), ample)
	defer cancel()
	for _, drift := range []struct {
		do   []string
		says string
	}{
		{[]string{"ipvsadm", "-C"}, "someone changed the IPVS table, put right: add tcp 10.77.0.100:80"},
		{[]string{"ip", "addr", "del", "10.77.0.100/32", "dev", "eth0"}, "someone removed a floating address, put right: 10.77.0.100/32 on eth0:1"},
	} {
		before := traces(t, h)
		began := time.Now()
		mustRun(t, h, drift.do[0], drift.do[1:]...)
		if _, err := p.WaitLine(ctx, began, drift.says); err != nil {
			t.Fatal(err)
		}
		if after := traces(t, h); after != before {
			t.Errorf("after %v: %q, before it was %q", drift.do, after, before)
		}
	}
	stopPulse(t, p)
}

// TestKernelBackground starts pulse as an init script does.
func TestKernelBackground(t *testing.T) {
	h := newRouter(t)
	write(t, h, alone)
	mustRun(t, h, "pulse")
	if _, err := snapshot(t, h); err != nil {
		t.Errorf("pulse returned before it answered: %v", err)
	}
	pid, err := os.ReadFile(h.Path("/run/pulse.pid"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Output(t.Context(), "pulse", "status"); err == nil {
		t.Error("status is well though no server is up")
	}
	mustRun(t, h, "kill", strings.TrimSpace(string(pid)))
	ctx, cancel := context.WithTimeout(t.Context(), ample)
	defer cancel()
	for traces(t, h) != "" || fileExists(h.Path("/run/pulse.pid")) {
		if ctx.Err() != nil {
			t.Fatalf("still there: %s", traces(t, h))
		}
	}
}

// until waits until ask is content.
func until(t *testing.T, ask func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), ample)
	defer cancel()
	if err := lab.Until(ctx, 50*time.Millisecond, ask); err != nil {
		t.Fatal(err)
	}
}

func mustRun(t *testing.T, h *lab.Host, name string, args ...string) {
	t.Helper()
	if err := h.Run(name, args...); err != nil {
		t.Fatal(err)
	}
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func startPulse(t *testing.T, h *lab.Host, flags ...string) *lab.Process {
	t.Helper()
	p, err := h.Start("pulse", append([]string{"-n"}, flags...)...)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), ample)
	defer cancel()
	if _, err := p.WaitLine(ctx, time.Time{}, "no backup router: activating lvs"); err != nil {
		t.Fatalf("%v\n%s", err, p.Output())
	}
	for traces(t, h) == "" || !strings.Contains(traces(t, h), "10.77.0.100/32") {
		if ctx.Err() != nil {
			t.Fatalf("pulse does not serve:\n%s", p.Output())
		}
	}
	return p
}

func stopPulse(t *testing.T, p *lab.Process) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), ample)
	defer cancel()
	if err := p.Stop(ctx); err != nil {
		t.Errorf("pulse: %v\n%s", err, p.Output())
	}
}

func snapshot(t *testing.T, h *lab.Host) (*control.Snapshot, error) {
	t.Helper()
	return control.NewClient(filepath.Join(h.Path("/run/pulse"), "control.sock")).Snapshot(t.Context())
}

// TestKernelHungPulse: the guard takes the address from a pulse that hangs
// while it has a partner, who would take it.
func TestKernelHungPulse(t *testing.T) {
	h := newRouter(t)
	write(t, h, pair+"keepalive = 1\ndeadtime = 10\n"+alone) // else a machine that is slow hangs, too
	p, err := h.Start("pulse", "-n")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), ample)
	defer cancel()
	if _, err := p.WaitLine(ctx, time.Time{}, "partner dead: activating lvs"); err != nil {
		t.Fatal(err)
	}
	for !strings.Contains(traces(t, h), "10.77.0.100/32") {
		if ctx.Err() != nil {
			t.Fatalf("pulse does not serve:\n%s", p.Output())
		}
	}
	stopped := time.Now()
	if err := p.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if _, err := p.WaitLine(ctx, stopped, "guard: pulse is dead or hangs: removed 10.77.0.100/32"); err != nil {
		t.Error(err)
	}
	if left := traces(t, h); strings.Contains(left, "10.77.0.100/32") {
		t.Errorf("a hanging pulse keeps %s", left)
	}
	if err := p.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	stopPulse(t, p)
}
