package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// nannyProcess is the nanny program, to be started as a user who may nothing
// but administer the network: by ordinarily, with confine. Who is not root, and
// probes a server once, starts it with no privilege at all.
func nannyProcess(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}
	if s := os.Getenv("JOURNAL_STREAM"); s != "" {
		cmd.Env = append(cmd.Env, "JOURNAL_STREAM="+s)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: unprivileged()}
	if cmd.SysProcAttr.Credential != nil { // else there is nothing to pass on
		cmd.SysProcAttr.AmbientCaps = []uintptr{unix.CAP_NET_ADMIN}
	}
	return cmd
}

// confine leaves what this thread starts no way to any privilege but
// CAP_NET_ADMIN: not by a setuid program, not by one with file capabilities.
// The thread keeps what it has until then, for it has to change its user.
func confine() error {
	for c := uintptr(0); c <= unix.CAP_LAST_CAP; c++ {
		if c == unix.CAP_NET_ADMIN {
			continue
		}
		err := unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0)
		if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.EPERM) {
			break // past the last one of an older kernel; or not root, with nothing to lose
		}
		if err != nil {
			return fmt.Errorf("drop capability %d: %w", c, err)
		}
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("no new privileges: %w", err)
	}
	return nil
}
