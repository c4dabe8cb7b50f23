package probe

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

var here = Target{Addr: netip.MustParseAddr("10.8.8.33"), Port: 8080}

// script writes a program in shell. Programs under test are a file each, for
// Program itself has no shell.
func script(t *testing.T, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "check")
	writeProgram(t, path, []byte("#!/bin/sh\n"+body+"\n"))
	return path
}

// writeProgram writes while nobody forks: a child of another test would hold
// the file open for writing until it executes its own program, and what is open
// for writing cannot be executed ("text file busy").
func writeProgram(t *testing.T, path string, content []byte) {
	t.Helper()
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(path, content, 0o755); err != nil {
		t.Fatal(err)
	}
}

func TestProgram(t *testing.T) {
	tests := []struct {
		name, body string
		args       []string
		expect     *Expect
		up         bool
		why        string
	}{
		{"as expected", "echo OK", nil, prefix("OK"), true, `got "OK"`},
		{"one newline is cut", `printf 'OK\n\n'`, nil, prefix("OK"), false, `got "OK\\n", expected "OK"`},
		{"nothing is cut", "printf OK", nil, prefix("OK"), true, `got "OK"`},
		{"all of it", "echo OK then", nil, prefix("OK"), false, `got "OK then", expected "OK"`},
		{"pattern", "echo load 0.5", nil, pattern(t, "^load [0-9.]+$"), true, `got "load 0.5"`},
		{"fails with the right output", "echo OK; exit 3", nil, prefix("OK"), false, `exit status 3`},
		{"fails and complains", "echo no disk >&2; echo more >&2; exit 1", nil, prefix("OK"), false, `exit status 1, it says "no disk"`},
		{"kills itself", "kill -9 $$", nil, prefix("OK"), false, `signal: killed`},
		{"no expect, status 0", "echo whatever", nil, nil, true, `exit status 0`},
		{"no expect, status 1", "exit 1", nil, nil, false, `exit status 1`},
		{"whole words are replaced", `echo "$*"`, []string{"%h", "%p", "--host=%h", "%h:%p", "a b"}, prefix("10.8.8.33 8080 --host=%h %h:%p a b"), true, `.*`},
		{"no shell", `echo "$#$1"`, []string{"$HOME;`id`|*"}, prefix("1$HOME;`id`|*"), true, `.*`},
		{"environment", "env | grep -v -e ^PWD= -e ^SHLVL= -e ^_= | sort | cut -d= -f1 | tr '\\n' ' '", nil, prefix("LANG PACU_PORT PACU_SERVER PACU_TIMEOUT PATH "), true, `.*`},
		{"limits", "while test $(ulimit -t) = unlimited; do :; done; ulimit -c; ulimit -d; ulimit -n; ulimit -t", nil, prefix("0\n524288\n1024\n62"), true, `.*`},
		{"folder and input", "pwd; cat", nil, prefix("/"), true, `.*`},
		{"too much output", "yes | head -c 100000", nil, prefix("y"), false, `more than 65536 bytes of output, expected "y"`},
		{"too much output, no expect", "yes | head -c 100000", nil, nil, true, `exit status 0`},
		{"leaves a child with its output", "sleep 60 & echo OK", nil, prefix("OK"), true, `got "OK"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := Program{Words: append([]string{script(t, tt.body)}, tt.args...), Expect: tt.expect, Timeout: long}
			wantResult(t, c.Probe(t.Context(), here), tt.up, tt.why)
		})
	}
	t.Run("missing", func(t *testing.T) {
		wantResult(t, Program{Words: []string{"/no/such/check"}, Timeout: long}.Probe(t.Context(), here), false, `fork/exec /no/such/check: no such file or directory`)
	})
	t.Run("none", func(t *testing.T) {
		wantResult(t, Program{Timeout: long}.Probe(t.Context(), here), false, `no program given`)
	})
}

// A late program is killed with all that it started, whatever it has printed.
func TestProgramLate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pids")
	c := Program{
		Words:   []string{script(t, "echo OK; sleep 600 & echo $$ $! >"+path+"; wait")},
		Expect:  prefix("OK"),
		Timeout: 300 * time.Millisecond,
	}
	var pids []string
	for len(pids) < 2 { // it may be killed before it is so far
		wantProbe(t, c, here, false, `no result in LIMIT, killed`)
		b, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		if pids = strings.Fields(string(b)); c.Timeout > long {
			t.Fatalf("it wrote %q in %v", b, c.Timeout)
		}
		c.Timeout *= 2
	}
	for _, pid := range pids {
		n, err := strconv.Atoi(pid)
		if err != nil {
			t.Fatal(err)
		}
		if err := gone(t.Context(), n); err != nil {
			t.Error(err)
		}
	}
}

// gone waits until the process has ended, or is only waiting to be reaped.
func gone(ctx context.Context, pid int) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	fd, err := unix.PidfdOpen(pid, 0)
	if errors.Is(err, unix.ESRCH) {
		return nil
	}
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	for ctx.Err() == nil {
		if n, _ := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 1000); n == 1 {
			return nil
		}
	}
	return fmt.Errorf("process %d lives", pid)
}

func TestProgramCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := Program{Words: []string{script(t, "echo OK")}, Timeout: long}
	if r := c.Probe(ctx, here); r.Up {
		t.Errorf("cancelled: %+v", r)
	}
}

// TestProgramPrivileges runs a Program as nanny does under pulse: an ordinary
// user with one ambient capability. The child must have none.
func TestProgramPrivileges(t *testing.T) {
	if os.Getenv("PROBE_TEST_CHILD") != "" {
		c := Program{Words: []string{"/bin/grep", "-E", "^(Cap(Prm|Eff|Amb)|NoNewPrivs)", "/proc/self/status"}, Expect: prefix("?"), Timeout: long}
		fmt.Println(c.Probe(t.Context(), here).Why)
		own, err := os.ReadFile("/proc/self/status")
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(own)) {
			if strings.HasPrefix(line, "CapAmb") {
				fmt.Println("nanny", strings.TrimSpace(line))
			}
		}
		return
	}
	if os.Getuid() != 0 {
		t.Skip("only root can make another user")
	}
	dir, err := os.MkdirTemp("", "probe")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(dir, "test")
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	writeProgram(t, bin, self)
	cmd := exec.Command(bin, "-test.run=^TestProgramPrivileges$")
	cmd.Dir = "/"
	cmd.Env = []string{"PROBE_TEST_CHILD=1"}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Credential:  &syscall.Credential{Uid: 65534, Gid: 65534},
		AmbientCaps: []uintptr{unix.CAP_NET_ADMIN},
	}
	out, err := cmd.CombinedOutput()
	if errors.Is(err, unix.EPERM) {
		t.Skip("this root may not hand on capabilities")
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	const none = `0000000000000000`
	for _, want := range []string{
		`got "CapPrm:\t` + none + `\nCapEff:\t` + none + `\nCapAmb:\t`,
		"nanny CapAmb:\t0000000000001000\n",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

func TestProgramVIP(t *testing.T) {
	body := `echo "[$1]" "$PACU_SERVER $PACU_PORT ${PACU_VIP-none} $PACU_TIMEOUT"`
	for _, tt := range []struct{ vip, want string }{
		{"192.0.2.1", "[192.0.2.1] 10.8.8.33 8080 192.0.2.1 60"},
		{"2001:db8::1", "[2001:db8::1] 10.8.8.33 8080 2001:db8::1 60"},
		{"", "[] 10.8.8.33 8080 none 60"},
	} {
		to := here
		to.VIP, _ = netip.ParseAddr(tt.vip)
		c := Program{Words: []string{script(t, body), "%v"}, Expect: prefix(tt.want), Timeout: long}
		wantResult(t, c.Probe(t.Context(), to), true, `.*`)
	}
}

func TestProgramString(t *testing.T) {
	c := Program{Words: []string{"/bin/check", "%h"}}
	if got := c.String(); got != "program /bin/check %h" {
		t.Error(got)
	}
	c.Expect = prefix("OK")
	if got := c.String(); got != `program /bin/check %h expect "OK"` {
		t.Error(got)
	}
}
