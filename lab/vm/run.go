package vm

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// speakWithin is how long a machine may be silent before it is started again:
// about one boot in thirty hangs before its first word, and a healthy one speaks
// within a second or two. Each further try has twice as long, for a host that is
// slow. A test has less patience.
var speakWithin = 20 * time.Second

const (
	// readyWithin is how long it may take from there to the start of the
	// command, on a host with little to spare.
	readyWithin = 10 * time.Minute
	// bootTries is how often a machine is started before giving up.
	bootTries = 5
	// stopGrace is what a command gets after SIGTERM when its time is up.
	stopGrace = 3 * time.Second
)

// DefaultMemory is the machine's memory in MB when Command names none.
const DefaultMemory = 2048

// Command is one run of a machine.
type Command struct {
	// Args is the program, a path inside the machine or a name to be found in
	// its PATH, and its arguments.
	Args []string
	// Env is the whole environment. PATH is required.
	Env []string
	// Dir is the working folder inside, made when it is not there. Empty: /root.
	Dir string
	// Files brings files and folders of the host (the value, a path) into the
	// machine (the key, a path). Programs bring the libraries they need.
	Files map[string]string
	// Fetch brings files of the machine (the key) back to the host (the value)
	// when the command has ended. Files that are not there are left out.
	Fetch map[string]string
	// Forward are TCP ports of 127.0.0.1 on the host that lead to the same port
	// of the machine, where the listener must be on all addresses or Uplink's.
	Forward []int
	// Debian brings fresh Debian systems along, one below DebianDir for each init
	// system: "systemd" and "sysv". They are made when they are not in the cache.
	Debian bool
	// Memory is in MB; 0 means DefaultMemory.
	Memory int
	// Stdin may be nil. A read of it may still be pending when Run returns.
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// Signals are passed on to the program. It may be nil.
	Signals <-chan os.Signal
	// Say is told of progress, a line at a time.
	Say func(format string, args ...any)
}

// Exit is how a command ended.
type Exit struct {
	Code   int // its exit code
	Signal int // the signal that ended it, or 0
}

// Status is the exit status as a shell tells it: the code, or 128 and the
// signal.
func (e Exit) Status() int {
	if e.Signal != 0 {
		return 128 + e.Signal
	}
	return e.Code
}

// Run boots a machine, runs the command in it and ends the machine. The error
// is nil when the command ran to its end, whatever its code.
//
// When ctx ends, the command gets SIGTERM and three seconds, then the machine
// is killed; the error matches ctx.Err().
func Run(ctx context.Context, c Command) (Exit, error) {
	img, err := prepare(ctx, c.Say)
	if err != nil {
		return Exit{}, err
	}
	for _, port := range c.Forward {
		if err := portFree(port); err != nil {
			return Exit{}, err
		}
	}
	if c.Debian {
		if img.disks, err = debian(ctx, c.Say); err != nil {
			return Exit{}, err
		}
	}
	initrd, err := c.initrd(img)
	if err != nil {
		return Exit{}, err
	}
	defer initrd.Close()
	m, err := c.bootUp(ctx, img, initrd)
	if err != nil {
		return Exit{}, err
	}
	defer m.kill()
	return c.attend(ctx, m)
}

// portFree tells whether a forwarded port can be had. QEMU would only say that
// a rule could not be set up.
func portFree(port int) error {
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return fmt.Errorf("forward port %d: %w", port, err)
	}
	return l.Close()
}

// initrd returns an open file without a name that holds the base and what this
// run adds.
func (c *Command) initrd(img image) (f *os.File, err error) {
	base, err := os.Open(img.base)
	if err != nil {
		return nil, err
	}
	defer base.Close()
	f, err = os.CreateTemp(filepath.Dir(filepath.Dir(img.base)), "run-")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	if err := os.Remove(f.Name()); err != nil {
		return nil, err
	}
	if _, err := io.Copy(f, base); err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s := spec{Args: c.Args, Env: c.Env, Dir: c.Dir}
	if s.Dir == "" {
		s.Dir = "/root"
	}
	for inside := range c.Fetch {
		s.Fetch = append(s.Fetch, inside)
	}
	slices.Sort(s.Fetch)
	for _, d := range img.disks {
		s.Disks = append(s.Disks, d.name)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	if err := writeOverlay(w, self, s, c.Files); err != nil {
		return nil, err
	}
	return f, w.Flush()
}

// bootUp starts the machine until it is ready to run the command.
func (c *Command) bootUp(ctx context.Context, img image, initrd *os.File) (*machine, error) {
	memory := c.Memory
	if memory == 0 {
		memory = DefaultMemory
	}
	kvm := hardware()
	for try := 1; ; try++ {
		m, err := boot(arguments(img, memory, kvm, c.Forward), initrd)
		if err != nil {
			return nil, err
		}
		err = ready(ctx, m, speakWithin<<(try-1))
		if err == nil {
			return m, nil
		}
		m.kill()
		if ctx.Err() != nil {
			return nil, fmt.Errorf("machine boot: %w", ctx.Err())
		}
		if try == bootTries || errors.Is(err, errRefused) {
			return nil, fmt.Errorf("machine boot: %w", err)
		}
		c.Say("%v; starting it again (%d of %d)", err, try+1, bootTries)
		kvm = false
	}
}

var (
	// errSilent is a machine that hung on its way up.
	errSilent = errors.New("the machine said nothing")
	// errRefused is one that came up and would do so again.
	errRefused = errors.New("the machine could not start the command")
)

// ready waits for the frame that says the command starts, and at most so long
// for the machine's first word.
func ready(ctx context.Context, m *machine, patience time.Duration) error {
	type first struct {
		kind byte
		text []byte
		err  error
	}
	got := make(chan first, 1)
	go func() {
		k, p, err := readFrame(m.control)
		got <- first{k, p, err}
	}()
	spoke, limit := m.spoke, time.NewTimer(patience)
	defer limit.Stop()
	waited := patience
	for {
		select {
		case f := <-got:
			switch {
			case f.err != nil:
				m.kill()
				return fmt.Errorf("the machine died: %w", m.lastWords())
			case f.kind != frameHello:
				return fmt.Errorf("%w: %s", errRefused, f.text)
			}
			return nil
		case <-spoke:
			spoke, waited = nil, readyWithin
			limit.Reset(readyWithin)
		case <-limit.C:
			return fmt.Errorf("%w for %s", errSilent, waited)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
