package main

import (
	"context"
	"os"
	"os/exec"
	"syscall"
)

// ourselves is a process of this very program, to be started, for which pulse
// has a command that is not for the command line. It is killed when ctx ends.
func ourselves(ctx context.Context, orders *os.File, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "/proc/self/exe", args...)
	cmd.Args[0] = os.Args[0]
	cmd.Stdin, cmd.Stderr = orders, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // what kills pulse's group must not reach it
	return cmd
}
