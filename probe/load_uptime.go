package probe

import (
	"context"
	"errors"
	"path"
	"slices"
	"strings"
	"time"
)

// LoadProgram learns the load average from the output of a program, which runs
// as Program's do: without a shell, with few rights, for a limited time. It
// must end with status 0.
type LoadProgram struct {
	Words   []string // %h becomes the server's address
	Timeout time.Duration
}

// Uptime runs uptime on the server, by the words of lvs.cf's rsh_command. ssh
// must not ask for passwords, as nobody would answer: it gets BatchMode and a
// limit of connecting, after the operator's own options, which for ssh go
// before. rsh has no privileged port here, and works where its server does not
// insist on one.
func Uptime(rsh []string, timeout time.Duration) LoadProgram {
	words := slices.Clone(rsh)
	if len(words) > 0 && path.Base(words[0]) == "ssh" {
		words = append(words, "-o", "BatchMode=yes", "-o", "ConnectTimeout=5")
	}
	return LoadProgram{Words: append(words, "%h", "uptime"), Timeout: timeout}
}

// String names the monitor.
func (m LoadProgram) String() string { return "load of " + strings.Join(m.Words, " ") }

// Ask runs the program.
func (m LoadProgram) Ask(ctx context.Context, t Target) (Advice, error) {
	output, err := runForLoad(ctx, m.Words, m.Timeout, t)
	if err != nil {
		return Advice{}, err
	}
	load, err := parseLoad(output)
	if err != nil {
		return Advice{}, err
	}
	return averaged(load), nil
}

// runForLoad is the output of a program that ended well.
func runForLoad(ctx context.Context, words []string, timeout time.Duration, t Target) ([]byte, error) {
	stdout, stderr, failure := Program{Words: words, Timeout: timeout}.execute(ctx, t)
	switch {
	case failure != "" && len(stderr.kept) == 0: // ruptime complains on its standard output
		return nil, errors.New(failure + stdout.complaint())
	case failure != "":
		return nil, errors.New(failure)
	case len(stdout.kept) == 0:
		return nil, errors.New("no output" + stderr.complaint())
	}
	return stdout.kept, nil
}
