package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// readyEnv tells the process in the background which descriptor its starter
// reads: "ok", or why it could not start.
const readyEnv = "PULSE_READY_FD"

// background starts pulse again in a session of its own and waits until it
// runs or says why it cannot, so that "pulse" in an init script fails at once
// and with the reason.
func background(args []string, stderr io.Writer) int {
	r, w, err := os.Pipe()
	if err != nil {
		fmt.Fprintf(stderr, "pulse: go to the background: %v\n", err)
		return 1
	}
	defer r.Close()
	cmd := exec.Command("/proc/self/exe", args...)
	cmd.Args[0] = os.Args[0]
	cmd.Env = append(os.Environ(), readyEnv+"=3")
	cmd.ExtraFiles = []*os.File{w}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	err = cmd.Start()
	w.Close()
	if err != nil {
		fmt.Fprintf(stderr, "pulse: go to the background: %v\n", err)
		return 1
	}
	said, err := io.ReadAll(io.LimitReader(r, 64<<10))
	if err == nil && string(said) == "ok" {
		return 0
	}
	if len(said) == 0 {
		said = []byte("pulse: ended before it was ready; its log says why\n")
	}
	fmt.Fprint(stderr, string(said))
	return 1
}

// nameIt gives this process the name that ps and killall know it by. One that
// was started by way of /proc/self/exe is "exe" until then.
func nameIt(name string) {
	// Nothing depends on it.
	_ = os.WriteFile("/proc/self/comm", []byte(name), 0)
}

// readiness returns how to tell the starter that pulse runs, and where to
// write why it cannot: to the starter, or to stderr when there is none.
func readiness(stderr io.Writer) (ready func(word string), complain io.Writer) {
	fd, err := strconv.Atoi(os.Getenv(readyEnv))
	if err != nil {
		return func(string) {}, stderr
	}
	// Not for the nannies to inherit.
	syscall.CloseOnExec(fd)
	os.Unsetenv(readyEnv)
	f := os.NewFile(uintptr(fd), "ready")
	return func(word string) {
		fmt.Fprint(f, word)
		f.Close()
	}, f
}

// writePid writes the pid file that init scripts look for. What a dead pulse
// left is replaced.
func writePid(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("pid file: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY|syscall.O_NOFOLLOW, 0o644)
	if err != nil {
		return fmt.Errorf("pid file: %w", err)
	}
	_, werr := f.WriteString(strconv.Itoa(os.Getpid()) + "\n")
	return errors.Join(werr, f.Close())
}

// A runLock is held while a pulse runs: a second one must not start, and the
// guard of a dead one must know whether another took its place.
type runLock struct{ f *os.File }

// errLocked says that another process holds the lock.
var errLocked = errors.New("locked")

func takeLock(path string) (*runLock, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|syscall.O_NOFOLLOW|syscall.O_CLOEXEC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		holder, _ := io.ReadAll(io.LimitReader(f, 32))
		f.Close()
		if err == syscall.EWOULDBLOCK {
			return nil, fmt.Errorf("lock %s: %w by another pulse (pid %s)", path, errLocked, strings.TrimSpace(string(holder)))
		}
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	f.Truncate(0)
	f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return &runLock{f}, nil
}

func (l *runLock) release() { l.f.Close() }
