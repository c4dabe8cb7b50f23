package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"pacu/lab"
	"pacu/lab/vm"
)

// hostWillDo tells whether we are root and this kernel has IPVS.
func hostWillDo() bool { return os.Geteuid() == 0 && lab.CheckIPVS() == nil }

// onHost runs the program in a network namespace of its own.
func onHost(ctx context.Context, o options, signals <-chan os.Signal, stdin io.Reader, stdout, stderr io.Writer) (vm.Exit, error) {
	bin, err := os.MkdirTemp("", "lab-bin-")
	if err != nil {
		return vm.Exit{}, err
	}
	defer os.RemoveAll(bin)
	for inside, host := range o.with {
		if inside == host {
			continue
		}
		if filepath.Dir(inside) != "/usr/sbin" {
			return vm.Exit{}, fmt.Errorf("bring %s to %s: needs a machine (--vm)", host, inside)
		}
		if err := os.Symlink(host, filepath.Join(bin, filepath.Base(inside))); err != nil {
			return vm.Exit{}, err
		}
	}
	env := o.environment(os.Environ())
	env[0] = strings.Replace(env[0], "PATH=", "PATH="+bin+":", 1)
	if err := os.Setenv("PATH", strings.TrimPrefix(env[0], "PATH=")); err != nil {
		return vm.Exit{}, err
	}
	cmd := exec.CommandContext(ctx, o.args[0], o.args[1:]...)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = env, stdin, stdout, stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return unix.Kill(-cmd.Process.Pid, unix.SIGKILL) }

	started, ended := make(chan error, 1), make(chan error, 1)
	go func() {
		// The thread is left to die in its namespace: it is never unlocked.
		runtime.LockOSThread()
		if err := enterNamespace(); err != nil {
			started <- err
			return
		}
		err := cmd.Start()
		started <- err
		if err == nil {
			ended <- cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		return vm.Exit{}, err
	}
	for _, port := range o.forward {
		if err := forward(ctx, cmd.Process.Pid, port); err != nil {
			return vm.Exit{}, errors.Join(err, cmd.Cancel())
		}
	}
	for {
		select {
		case s := <-signals:
			// It may have ended already, which the other channel tells.
			_ = cmd.Process.Signal(s)
		case err := <-ended:
			// Whatever it left running goes with it.
			_ = unix.Kill(-cmd.Process.Pid, unix.SIGKILL)
			if ctx.Err() != nil {
				return vm.Exit{}, ctx.Err()
			}
			return exitOf(err)
		}
	}
}

// enterNamespace moves the calling thread into a fresh network namespace with lo
// up.
func enterNamespace() error {
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("new network namespace: %w", err)
	}
	if out, err := exec.Command("ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
		return fmt.Errorf("set lo up: %w: %s", err, out)
	}
	return nil
}

// exitOf reads a command's end out of what Wait returned.
func exitOf(err error) (vm.Exit, error) {
	var failed *exec.ExitError
	if !errors.As(err, &failed) {
		return vm.Exit{}, err
	}
	status := failed.Sys().(syscall.WaitStatus)
	if status.Signaled() {
		return vm.Exit{Signal: int(status.Signal())}, nil
	}
	return vm.Exit{Code: status.ExitStatus()}, nil
}
