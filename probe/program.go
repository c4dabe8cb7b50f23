package probe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	maxComplaint = 4 << 10 // of a program's standard error, of which the first line is shown
	// pipeLimit is how long a program's own children may hold its output open
	// after it has ended.
	pipeLimit = time.Second
)

// Program runs lvs.cf's send_program. It is up when the program ends in time
// with status 0 and, if there is an Expect, its output less one newline at the
// end is all of the expected text.
//
// There is no shell. Words that are exactly %h or %p become the target's
// address and port, as in Piranha, and %v the VIP: --host=%h does not. Of a
// service without a VIP, by firewall mark, %v becomes an empty word.
//
// The program's standard input is /dev/null, its folder /. Its environment is
//
//	PATH          the usual folders of programs
//	LANG          C
//	PACU_SERVER   the address that is checked, as %h
//	PACU_PORT     its port, as %p
//	PACU_VIP      the VIP, as %v; not set when there is none
//	PACU_TIMEOUT  seconds that it has, perhaps with a fraction: 0.5
//
// It has the caller's user but none of its ambient capabilities, can gain none
// (no_new_privs), and is in a process group of its own, which is killed when
// time is up. From a moment after its start it may use no more than
// programLimits allows.
type Program struct {
	Words   []string
	Expect  *Expect // nil: the exit status decides
	Timeout time.Duration
}

// String names the check.
func (c Program) String() string {
	s := "program " + strings.Join(c.Words, " ")
	if c.Expect != nil {
		s += " expect " + c.Expect.String()
	}
	return s
}

// Probe runs the program once.
func (c Program) Probe(ctx context.Context, t Target) Result {
	start := time.Now()
	up, why := c.run(ctx, t)
	return Result{Up: up, Why: why, Took: time.Since(start)}
}

func (c Program) run(ctx context.Context, t Target) (up bool, why string) {
	stdout, stderr, failure := c.execute(ctx, t)
	switch {
	case failure != "":
		return false, failure
	case c.Expect == nil:
		return true, "exit status 0"
	case stdout.over:
		return false, fmt.Sprintf("more than %d bytes of output, expected %s", maxAnswer, c.Expect)
	}
	output := bytes.TrimSuffix(stdout.kept, []byte("\n"))
	if c.Expect.is(output) {
		return true, "got " + quote(output)
	}
	return false, "got " + quote(output) + ", expected " + c.Expect.String() + stderr.complaint()
}

// execute runs the program to its end. failure says why that was not in time,
// or not with status 0.
func (c Program) execute(ctx context.Context, t Target) (stdout, stderr head, failure string) {
	stdout.most, stderr.most = maxAnswer, maxComplaint
	words, env := c.commandLine(t)
	if len(words) == 0 {
		return stdout, stderr, "no program given"
	}
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()

	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Dir = "/"
	cmd.Env = env
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return killGroup(cmd) }
	cmd.WaitDelay = pipeLimit

	if err := startUnprivileged(cmd); err != nil {
		return stdout, stderr, err.Error()
	}
	step(ctx, fmt.Sprintf("started as process %d", cmd.Process.Pid))
	if err := limitProgram(cmd.Process.Pid, c.Timeout); err != nil {
		_ = killGroup(cmd)
		_ = cmd.Wait()
		return stdout, stderr, "limit the program: " + err.Error()
	}
	err := cmd.Wait()
	if errors.Is(err, exec.ErrWaitDelay) {
		// The program itself is done; what it left running still holds its
		// output, so the group still exists and its number is nobody else's.
		_ = killGroup(cmd)
		err = nil
	}
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded) && err != nil:
		failure = "no result in " + span(c.Timeout) + ", killed" + stderr.complaint()
	case err != nil:
		failure = err.Error() + stderr.complaint()
	}
	return stdout, stderr, failure
}

// commandLine is what to run for t, and its environment.
func (c Program) commandLine(t Target) (words, env []string) {
	server, port, vip := t.Addr.String(), strconv.Itoa(int(t.Port)), ""
	env = []string{
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C",
		"PACU_SERVER=" + server, "PACU_PORT=" + port,
		"PACU_TIMEOUT=" + strconv.FormatFloat(c.Timeout.Seconds(), 'f', -1, 64),
	}
	if t.VIP.IsValid() {
		vip = t.VIP.String()
		env = append(env, "PACU_VIP="+vip)
	}
	words = slices.Clone(c.Words)
	for i, w := range words {
		switch w {
		case "%h":
			words[i] = server
		case "%p":
			words[i] = port
		case "%v":
			words[i] = vip
		}
	}
	return words, env
}

func killGroup(cmd *exec.Cmd) error { return unix.Kill(-cmd.Process.Pid, unix.SIGKILL) }

// startUnprivileged starts cmd from a thread that has given up its ambient
// capabilities, which a child would inherit, and the gaining of any. Both
// belong to the thread, so it is never used for anything else: it ends with
// its goroutine, being locked to it. The main thread, which cannot end and
// whose capabilities /proc shows as the process's, is spared.
func startUnprivileged(cmd *exec.Cmd) error {
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		if unix.Gettid() == unix.Getpid() {
			started <- startUnprivileged(cmd) // on another thread, this one being taken
			runtime.UnlockOSThread()
			return
		}
		if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
			started <- fmt.Errorf("give up capabilities: %w", err)
			return
		}
		if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
			started <- fmt.Errorf("give up privileges: %w", err)
			return
		}
		started <- cmd.Start()
	}()
	return <-started
}

// A head keeps the first bytes of what is written to it and drops the rest, so
// that a talkative program neither blocks nor fills the memory.
type head struct {
	kept []byte
	most int
	over bool // some were dropped
}

// Write never fails.
func (h *head) Write(p []byte) (int, error) {
	n := min(len(p), h.most-len(h.kept))
	h.kept = append(h.kept, p[:n]...)
	h.over = h.over || n < len(p)
	return len(p), nil
}

// complaint is the first line, ready to append, or nothing.
func (h *head) complaint() string {
	line, _, _ := bytes.Cut(bytes.TrimSpace(h.kept), []byte("\n"))
	if len(line) == 0 {
		return ""
	}
	return ", it says " + quote(line)
}
