package lab

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Line is one line that a process printed.
type Line struct {
	At      time.Time
	Host    string
	Process string // the program's name
	Stderr  bool
	Text    string
}

// keptLines bounds what a Process remembers; the oldest go first.
const keptLines = 20000

// Process is a program that was started in a host.
type Process struct {
	cmd            *exec.Cmd
	host           *Host
	name           string
	stdout, stderr *pipe
	done           chan struct{}

	mu    sync.Mutex
	lines []Line
	news  chan struct{} // closed and renewed at each line
	err   error
}

// Start starts a program in the host. It is killed when this process ends, when
// the host loses its power and when the cluster closes.
func (h *Host) Start(name string, args ...string) (*Process, error) {
	return h.StartCmd(h.Command(context.Background(), name, args...), name)
}

// StartCmd is Start for a command made by Command, with an environment or
// standard input of the caller's. The name is for the lines.
func (h *Host) StartCmd(cmd *exec.Cmd, name string) (*Process, error) {
	p := &Process{cmd: cmd, host: h, name: name, done: make(chan struct{}), news: make(chan struct{})}
	stdout, err := newPipe()
	if err != nil {
		return nil, fmt.Errorf("%s: start %s: %w", h.name, name, err)
	}
	stderr, err := newPipe()
	if err != nil {
		stdout.close()
		return nil, fmt.Errorf("%s: start %s: %w", h.name, name, err)
	}
	cmd.Stdout, cmd.Stderr, p.stdout, p.stderr = stdout.w, stderr.w, stdout, stderr
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	started := make(chan error)
	go func() {
		// Pdeathsig follows the thread, so it must outlive the process.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			stdout.close()
			stderr.close()
			return
		}
		go stdout.lines(func(text string) { p.add(Line{time.Now(), h.name, name, false, text}) })
		go stderr.lines(func(text string) { p.add(Line{time.Now(), h.name, name, true, text}) })
		// Wait for the process and not for its output, which children that
		// outlive it hold open.
		state, err := cmd.Process.Wait()
		if err == nil && !state.Success() {
			err = &exec.ExitError{ProcessState: state}
		}
		stdout.ended()
		stderr.ended()
		p.end(err)
		h.mu.Lock()
		delete(h.procs, p)
		h.mu.Unlock()
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("%s: start %s: %w", h.name, name, err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case <-p.done:
	default:
		h.procs[p] = true
	}
	return p, nil
}

func (p *Process) add(l Line) {
	p.mu.Lock()
	if len(p.lines) >= keptLines {
		p.lines = append(p.lines[:0], p.lines[keptLines/4:]...)
	}
	p.lines = append(p.lines, l)
	close(p.news)
	p.news = make(chan struct{})
	p.mu.Unlock()
	p.host.n.tell(l)
}

func (p *Process) end(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		p.err = fmt.Errorf("%s: %s: %w", p.host.name, p.name, err)
	}
	close(p.done)
}

// Pid is the process's id.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Wait waits for the process to end. The error is nil when it exited with 0,
// and holds an *exec.ExitError when it ended otherwise.
func (p *Process) Wait() error {
	<-p.done
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// Signal sends a signal. If the process has ended, the error matches
// os.ErrProcessDone.
func (p *Process) Signal(s os.Signal) error { return p.cmd.Process.Signal(s) }

// Kill ends the process alone, with SIGKILL, and waits until it has gone. What
// it started lives on.
func (p *Process) Kill() error {
	if err := p.Signal(syscall.SIGKILL); err != nil {
		return err
	}
	<-p.done
	return nil
}

// Stop sends SIGTERM and waits for the end, or kills the process when ctx ends
// first. The error is that of Wait.
func (p *Process) Stop(ctx context.Context) error {
	// It may have ended by itself.
	_ = p.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-ctx.Done():
		_ = p.Signal(syscall.SIGKILL)
	}
	return p.Wait()
}

// Lines returns what the process printed so far, both streams, as it came.
func (p *Process) Lines() []Line {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Line(nil), p.lines...)
}

// Output returns the lines so far as one text.
func (p *Process) Output() string {
	var b strings.Builder
	for _, l := range p.Lines() {
		fmt.Fprintln(&b, l.Text)
	}
	return b.String()
}

// WaitLine waits until the process, or one that it left behind, has printed a line
// that holds text, at or after since, and returns it. The error tells what was
// printed instead.
func (p *Process) WaitLine(ctx context.Context, since time.Time, text string) (Line, error) {
	over := make(chan struct{})
	go func() {
		<-p.stdout.over
		<-p.stderr.over
		close(over)
	}()
	for {
		var ended bool
		select {
		case <-over:
			ended = true
		default:
		}
		l, ok, news := p.find(since, text)
		switch {
		case ok:
			return l, nil
		case ended:
			return Line{}, fmt.Errorf("%s: %s ended without %q; it said: %s", p.host.name, p.name, text, p.Output())
		}
		select {
		case <-news:
		case <-over:
		case <-ctx.Done():
			return Line{}, fmt.Errorf("%s: %s did not say %q: %w; it said: %s", p.host.name, p.name, text, ctx.Err(), p.Output())
		}
	}
}

// find looks for a line; news is closed when there is another.
func (p *Process) find(since time.Time, text string) (l Line, ok bool, news <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.lines {
		if !l.At.Before(since) && strings.Contains(l.Text, text) {
			return l, true, p.news
		}
	}
	return Line{}, false, p.news
}
