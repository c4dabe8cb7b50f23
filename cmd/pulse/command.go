package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
	"unicode"

	"golang.org/x/sys/unix"
)

const (
	// commandGrace is how long a command may take to end after SIGTERM, and
	// then SIGKILL; one that a dead disk holds is not waited for any longer.
	commandGrace = 2 * time.Second
	// outputGrace is how long the last words of a command that has ended may
	// be under way.
	outputGrace = 250 * time.Millisecond
	// outputKept is what is kept of all that a command prints: the end.
	outputKept = 4 << 10
	// outputShown are the lines of it that one log line has.
	outputShown = 10

	// graceParts are the parts in which such times are counted: one in which
	// pulse itself stood still, or all the machine, is none that others had.
	graceParts = 10
)

// A command is a program that lvs.cf names, to be run once: its words as they
// are, without a shell, as pulse's own user, in the folder / and in a process
// group of its own. Its environment is a PATH, LANG=C and env.
//
// It gets no descriptor but its standard three. What it leaves running in the
// background is let be, and may go on printing as long as pulse runs. A child
// inherits nice values and real-time scheduling: pulse must raise its own with
// SCHED_RESET_ON_FORK.
type command struct {
	words []string
	env   []string // NAME=VALUE
	stdin []byte   // nil: /dev/null
	limit time.Duration
}

// An outcome is what became of a command.
type outcome struct {
	why    string // what went wrong, in words; empty: it ended with status 0
	output string // the last of what it printed, on both of its outputs
	took   time.Duration
}

func (o outcome) ok() bool { return o.why == "" }

// lines are the last lines of the output.
func (o outcome) lines() []string {
	var lines []string
	for line := range strings.Lines(o.output) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines[max(0, len(lines)-outputShown):]
}

// String is how lvs.cf has the command.
func (c command) String() string { return strings.Join(c.words, " ") }

// run runs the command to its end. At its limit, or when ctx ends, all its
// process group gets SIGTERM, and SIGKILL when the command has ended or after
// commandGrace. It returns in any case within the limit and two commandGrace.
func (c command) run(ctx context.Context) outcome {
	began := time.Now()
	why, output := c.process(ctx)
	o := outcome{why: why, output: output, took: time.Since(began)}
	if lines := o.lines(); why != "" && len(lines) > 0 {
		o.why += ": " + lines[len(lines)-1]
	}
	return o
}

func (c command) process(ctx context.Context) (why, output string) {
	if len(c.words) == 0 {
		return "there is no command", ""
	}
	cmd := exec.Command(c.words[0], c.words[1:]...)
	cmd.Dir = "/"
	cmd.Env = append([]string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C"}, c.env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = outputGrace // of what it does not read of its input
	if c.stdin != nil {
		cmd.Stdin = bytes.NewReader(c.stdin)
	}
	said, w, err := os.Pipe()
	if err != nil {
		return cannotStart(err), ""
	}
	cmd.Stdout, cmd.Stderr = w, w
	words := listen(said)

	ctx, cancel := context.WithTimeout(ctx, c.limit)
	defer cancel()
	// A program on a disk that hangs does not even start.
	child := start(cmd, w)
	select {
	case <-child.started:
	case <-time.After(c.limit):
		go child.bury()
		return "it did not start in " + c.limit.String(), ""
	}
	if child.err != nil {
		return cannotStart(child.err), ""
	}
	select {
	case <-child.ended:
		return c.end(cmd), words.last()
	case <-ctx.Done():
	}
	select {
	case <-child.ended: // in time; it was pulse that slept
		return c.end(cmd), words.last()
	default:
	}
	why = "ended after its limit of " + c.limit.String()
	if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		why = "ended before it was done"
	}
	// Until it is waited for, its number is nobody else's.
	for _, sig := range []syscall.Signal{unix.SIGTERM, unix.SIGKILL} {
		_ = unix.Kill(-cmd.Process.Pid, sig)
		inGrace(child.ended, commandGrace)
	}
	select {
	case <-child.ended:
		_ = cmd.Wait()
	default:
		why += ", but the kernel does not let go of it"
		go child.bury()
	}
	return why, words.last()
}

// inGrace waits until done is closed, as long as grace lasts, and tells whether
// it is.
func inGrace(done <-chan struct{}, grace time.Duration) bool {
	for range graceParts {
		select {
		case <-done:
			return true
		case <-time.After(grace / graceParts):
		}
	}
	return false
}

// end waits for a process that has ended, and says how.
func (c command) end(cmd *exec.Cmd) string {
	err := cmd.Wait()
	if err == nil || errors.Is(err, exec.ErrWaitDelay) {
		return ""
	}
	return err.Error()
}

func cannotStart(err error) string {
	return fmt.Sprintf("cannot be started: %v", plain(err))
}

// A child is a process on its way.
type child struct {
	cmd     *exec.Cmd
	started chan struct{} // closed when err is known
	err     error
	ended   chan struct{} // closed when it ended and is still to be waited for
}

// start starts cmd, whose output goes to w.
func start(cmd *exec.Cmd, w *os.File) *child {
	c := &child{cmd: cmd, started: make(chan struct{}), ended: make(chan struct{})}
	go func() {
		c.err = ordinarily(cmd)
		w.Close()
		close(c.started)
		if c.err != nil {
			return
		}
		for {
			// As long as it is not reaped, signals to its group cannot reach others.
			err := unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
			if !errors.Is(err, unix.EINTR) {
				break
			}
		}
		close(c.ended)
	}()
	return c
}

// bury kills and reaps a process that nobody waits for any more.
func (c *child) bury() {
	<-c.started
	if c.err != nil {
		return
	}
	_ = unix.Kill(-c.cmd.Process.Pid, unix.SIGKILL)
	<-c.ended
	_ = c.cmd.Wait()
}

// A listener reads what a command prints, and keeps the end of it.
type listener struct {
	mu   sync.Mutex
	kept []byte
	done chan struct{} // closed when nothing more can come
}

// listen reads to the end: what a command left running would die of a closed
// pipe.
func listen(r *os.File) *listener {
	l := &listener{done: make(chan struct{})}
	go func() {
		defer close(l.done)
		defer r.Close()
		_, _ = io.Copy(l, r)
	}()
	return l
}

// Write keeps the last of p. It never fails.
func (l *listener) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kept = append(l.kept, p[max(0, len(p)-outputKept):]...)
	l.kept = l.kept[max(0, len(l.kept)-outputKept):]
	return len(p), nil
}

// last is what has been printed, fit for a log.
func (l *listener) last() string {
	inGrace(l.done, outputGrace)
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Map(func(r rune) rune {
		if r != '\n' && !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(string(l.kept), "?"))
}
