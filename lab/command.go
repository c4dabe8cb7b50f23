package lab

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// Run runs a command of the set-up to its end, at most two minutes. The error
// holds what it said.
func (h *Host) Run(name string, args ...string) error {
	ns, err := h.namespace()
	if err != nil {
		return err
	}
	if err := ns.run(name, args...); err != nil {
		return fmt.Errorf("%s: %w", h.name, err)
	}
	return nil
}

func (h *Host) ip(args ...string) error {
	ns, err := h.namespace()
	if err != nil {
		return err
	}
	if err := ns.tool("ip", args...); err != nil {
		return fmt.Errorf("%s: %w", h.name, err)
	}
	return nil
}

// Command returns a command that will run in the host, with / as its working
// folder. It shares the environment of this process.
func (h *Host) Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	ns, err := h.namespace()
	if err != nil {
		cmd := exec.CommandContext(ctx, name, args...)
		cmd.Err = err
		return cmd
	}
	return ns.command(ctx, name, args...)
}

// Output runs a command to its end and returns what it printed. The error holds
// what it said on standard error.
func (h *Host) Output(ctx context.Context, name string, args ...string) (string, error) {
	out, err := h.Command(ctx, name, args...).Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = fmt.Errorf("%w: %s", err, strings.TrimSpace(string(exit.Stderr)))
		}
		return string(out), fmt.Errorf("%s: %s %s: %w", h.name, name, strings.Join(args, " "), err)
	}
	return string(out), nil
}
