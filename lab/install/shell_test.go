package install

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"testing"
	"time"

	"pacu/lab"
)

// commandLimit bounds one command of an operator: apt takes half a minute on an
// emulated processor that is all its own.
const commandLimit = 20 * time.Minute

// logf logs what happens. It is not the test's log, so that a test that fails has
// in its own only why.
func logf(format string, args ...any) { fmt.Printf(format+"\n", args...) }

// A shell runs commands on one machine, as root's at a terminal.
type shell interface {
	Name() string
	command(ctx context.Context, text string) *exec.Cmd
}

// plain is a host of the lab's without a system of its own.
type plain struct{ *lab.Host }

func (p plain) command(ctx context.Context, text string) *exec.Cmd {
	return p.Command(ctx, "bash", "-c", text)
}

// run runs a command in a shell, logs it with what it printed, and returns that
// and the exit code. The error is that it could not be run, or took too long.
func run(t *testing.T, s shell, text string) (out string, code int, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), commandLimit)
	defer cancel()
	began := time.Now()
	b, err := s.command(ctx, text).CombinedOutput()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && ctx.Err() == nil:
		code, err = exit.ExitCode(), nil
	case errors.Is(err, exec.ErrWaitDelay):
		err = nil // it left something running
	case err != nil:
		err = fmt.Errorf("%s: %w", text, err)
	}
	logf("%s %s# %s\n%s(exit %d after %.1f s)", began.Format("15:04:05"), s.Name(), text, b, code, time.Since(began).Seconds())
	return string(b), code, err
}

// must is run for a command that has to exit with 0.
func must(t *testing.T, s shell, text string) string {
	t.Helper()
	out, code, err := run(t, s, text)
	if code != 0 || err != nil {
		t.Fatalf("%s: %s: exit %d, %v: %s", s.Name(), text, code, err, out)
	}
	return out
}
