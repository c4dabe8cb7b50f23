package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// namespace is a network namespace, and for hosts a mount and a host name
// namespace too, held by open files.
type namespace struct {
	net      *os.File
	mnt, uts *os.File // nil for a switch

	mu     sync.Mutex
	idle   []chan<- func() // threads that wait inside for work
	closed bool
}

// maxIdle is how many threads are kept in a namespace between two uses.
const maxIdle = 32

// newNamespace makes a network namespace with lo up. With whole set, a mount
// namespace whose /sys shows that network, and a host name, come with it.
func newNamespace(name string, whole bool) (*namespace, error) {
	ns := &namespace{}
	made := make(chan error)
	onOwnThread(func() { made <- ns.make(name, whole) })
	if err := <-made; err != nil {
		return nil, errors.Join(fmt.Errorf("namespace of %s: %w", name, err), ns.close())
	}
	if err := ns.tool("ip", "link", "set", "lo", "up"); err != nil {
		return nil, errors.Join(err, ns.close())
	}
	return ns, nil
}

func (ns *namespace) make(name string, whole bool) (err error) {
	flags := unix.CLONE_NEWNET
	if whole {
		flags |= unix.CLONE_NEWNS | unix.CLONE_NEWUTS
	}
	if err := unix.Unshare(flags); err != nil {
		return fmt.Errorf("unshare: %w", err)
	}
	if ns.net, err = os.Open("/proc/thread-self/ns/net"); err != nil || !whole {
		return err
	}
	if err := unix.Sethostname([]byte(name)); err != nil {
		return fmt.Errorf("set host name: %w", err)
	}
	// What is mounted inside stays inside.
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_SLAVE, ""); err != nil {
		return fmt.Errorf("keep mounts apart: %w", err)
	}
	if err := unix.Mount("sysfs", "/sys", "sysfs", 0, ""); err != nil {
		return fmt.Errorf("mount /sys: %w", err)
	}
	if ns.mnt, err = os.Open("/proc/thread-self/ns/mnt"); err != nil {
		return err
	}
	ns.uts, err = os.Open("/proc/thread-self/ns/uts")
	return err
}

// onOwnThread runs fn on a thread that fn may change for good, for it ends with
// fn. It is never the first thread: the kernel takes that one's namespaces for
// the whole process's, and Go cannot end it.
func onOwnThread(fn func()) {
	go func() {
		runtime.LockOSThread() // and never unlocked: that ends the thread
		if unix.Gettid() != os.Getpid() {
			fn()
			return
		}
		locked := make(chan struct{})
		go func() {
			runtime.LockOSThread()
			close(locked)
			fn()
		}()
		<-locked
		runtime.UnlockOSThread()
	}()
}

// path names the network namespace for other programs.
func (ns *namespace) path() string {
	return fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), ns.net.Fd())
}

// command returns a command that runs in the namespace.
func (ns *namespace) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	enter := []string{"--net=" + ns.path()}
	if ns.mnt != nil {
		for kind, f := range map[string]*os.File{"mount": ns.mnt, "uts": ns.uts} {
			enter = append(enter, fmt.Sprintf("--%s=/proc/%d/fd/%d", kind, os.Getpid(), f.Fd()))
		}
	}
	enter = append(enter, "--", name)
	return exec.CommandContext(ctx, "nsenter", append(enter, args...)...)
}

// toolLimit bounds one set-up command.
const toolLimit = 2 * time.Minute

// killLimit is how long a killed process may take to go.
const killLimit = time.Minute

// run runs a command to its end. The error holds what it said.
func (ns *namespace) run(name string, args ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), toolLimit)
	defer cancel()
	return output(ns.command(ctx, name, args...), name, args)
}

// tool is run for programs that care for the network alone, ip, bridge and tc:
// they start from a thread that is there already, which saves a program's start.
func (ns *namespace) tool(name string, args ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), toolLimit)
	defer cancel()
	return ns.do(func() error { return output(exec.CommandContext(ctx, name, args...), name, args) })
}

func output(cmd *exec.Cmd, name string, args []string) error {
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}

// do runs fn on a thread inside the network namespace.
func (ns *namespace) do(fn func() error) error {
	thread, err := ns.thread()
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	thread <- func() { done <- fn() }
	err = <-done
	ns.release(thread)
	return err
}

// thread takes an idle thread or starts one.
func (ns *namespace) thread() (chan<- func(), error) {
	ns.mu.Lock()
	defer ns.mu.Unlock()
	if ns.closed {
		return nil, fmt.Errorf("network namespace: %w", os.ErrClosed)
	}
	if n := len(ns.idle); n > 0 {
		t := ns.idle[n-1]
		ns.idle = ns.idle[:n-1]
		return t, nil
	}
	work, entered := make(chan func()), make(chan error)
	onOwnThread(func() {
		err := unix.Setns(int(ns.net.Fd()), unix.CLONE_NEWNET)
		entered <- err
		if err != nil {
			return
		}
		for fn := range work {
			fn()
		}
	})
	if err := <-entered; err != nil {
		return nil, fmt.Errorf("enter network namespace: %w", err)
	}
	return work, nil
}

func (ns *namespace) release(t chan<- func()) {
	ns.mu.Lock()
	defer ns.mu.Unlock()
	if ns.closed || len(ns.idle) >= maxIdle {
		close(t)
		return
	}
	ns.idle = append(ns.idle, t)
}

// freeze stops every process of the network namespace but this one, at once:
// none of them sees what happens next.
func (ns *namespace) freeze() error {
	pids, err := ns.processes()
	if err != nil {
		return err
	}
	for _, pid := range pids {
		if pid == os.Getpid() {
			continue
		}
		if err := unix.Kill(pid, unix.SIGSTOP); err != nil && err != unix.ESRCH {
			return fmt.Errorf("stop process %d: %w", pid, err)
		}
	}
	return nil
}

// killAll kills every process of the network namespace but this one, until none
// is left.
func (ns *namespace) killAll() error {
	self := os.Getpid()
	for end := time.Now().Add(killLimit); ; {
		pids, err := ns.processes()
		if err != nil {
			return err
		}
		var left []int
		for _, pid := range pids {
			if pid == self {
				continue
			}
			left = append(left, pid)
			if err := unix.Kill(pid, unix.SIGKILL); err != nil && err != unix.ESRCH {
				return fmt.Errorf("kill process %d: %w", pid, err)
			}
		}
		switch {
		case len(left) == 0:
			return nil
		case time.Now().After(end):
			return fmt.Errorf("processes that SIGKILL does not end: %v", left)
		}
		time.Sleep(time.Millisecond) // a killed process takes a moment to go
	}
}

// processes lists those whose network namespace this is. A zombie is in none.
func (ns *namespace) processes() ([]int, error) {
	var want unix.Stat_t
	if err := unix.Fstat(int(ns.net.Fd()), &want); err != nil {
		return nil, fmt.Errorf("network namespace: %w", err)
	}
	links, err := filepath.Glob("/proc/[0-9]*/ns/net")
	if err != nil {
		return nil, err
	}
	var pids []int
	for _, l := range links {
		var got unix.Stat_t
		if unix.Stat(l, &got) != nil || got.Ino != want.Ino || got.Dev != want.Dev {
			continue // it may have ended since the listing
		}
		pid, err := strconv.Atoi(strings.Split(l, "/")[2])
		if err != nil {
			return nil, err
		}
		pids = append(pids, pid)
	}
	return pids, nil
}

// close lets go of the namespace. What runs in it should have been killed.
func (ns *namespace) close() error {
	ns.mu.Lock()
	defer ns.mu.Unlock()
	if ns.closed {
		return nil
	}
	ns.closed = true
	for _, t := range ns.idle {
		close(t)
	}
	var errs []error
	for _, f := range []*os.File{ns.net, ns.mnt, ns.uts} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}
