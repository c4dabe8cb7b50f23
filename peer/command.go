package peer

import (
	"context"
	"errors"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"
)

// longestAnswer bounds what is kept of what a program there says, in bytes.
const longestAnswer = 16 << 10

// An answer keeps the beginning of what is written.
type answer struct {
	mu sync.Mutex // stdout and stderr come at once
	b  []byte
}

func (a *answer) Write(b []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.b = append(a.b, b[:min(len(b), longestAnswer-len(a.b))]...)
	return len(b), nil
}

// Exit codes of a shell that could not run a program.
const (
	notRunnable = 126
	notFound    = 127
)

// run runs pulse there and returns what it said and its exit code. Every word
// has been checked: see Settings.
func (l *link) run(ctx context.Context, words ...string) (said string, code int, err error) {
	s, err := l.ssh.NewSession()
	if err != nil {
		return "", 0, err
	}
	defer s.Close()
	var a answer
	s.Stdout, s.Stderr = &a, &a
	err = s.Run(strings.Join(append([]string{l.Settings.Pulse}, words...), " "))
	var exit *ssh.ExitError
	switch {
	case err == nil, errors.As(err, &exit):
	case ctx.Err() != nil:
		return "", 0, ctx.Err()
	default:
		return "", 0, err
	}
	if exit != nil {
		code = exit.ExitStatus()
	}
	return printable(a.b), code, nil
}
