package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// enough is the limit of commands that should not reach it.
const enough = 30 * time.Second

// program is a program in shell; a command itself has none. The shell reads
// it: a file just written may be busy in another test's fork.
func program(t *testing.T, body string) []string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(path, []byte(body+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return []string{"/bin/sh", path}
}

func TestCommand(t *testing.T) {
	tests := []struct {
		name, body string
		args       []string
		stdin      string
		why        string
		lines      []string
	}{
		{name: "well", body: "echo one; echo two >&2", lines: []string{"one", "two"}},
		{name: "silent", body: "exit 0"},
		{name: "fails", body: "exit 3", why: "exit status 3"},
		{name: "fails and says why", body: "echo at first; echo no disk >&2; exit 3", why: "exit status 3: no disk", lines: []string{"at first", "no disk"}},
		{name: "kills itself", body: "kill -9 $$", why: "signal: killed"},
		{name: "no shell", body: `echo "$#" "$1" "$2"`, args: []string{"$HOME;`id`|*", "a b"}, lines: []string{"2 $HOME;`id`|* a b"}},
		{name: "environment", body: "env | grep -v -e ^PWD= -e ^SHLVL= -e ^_= | sort | cut -d= -f1 | tr '\\n' ' '", lines: []string{"LANG PACU_WHY PATH"}},
		{name: "fact", body: `echo "$PACU_WHY"`, lines: []string{"a b"}},
		{name: "folder", body: "pwd", lines: []string{"/"}},
		{name: "no input", body: "cat; echo end", lines: []string{"end"}},
		{name: "input", body: "cat", stdin: "{}\n", lines: []string{"{}"}},
		{name: "input not read", body: "exit 0", stdin: strings.Repeat("x", 1<<20)},
		{name: "much output", body: "yes | head -c 1000000; echo end; exit 1", why: "exit status 1: end", lines: []string{"y", "y", "y", "y", "y", "y", "y", "y", "y", "end"}},
		{name: "output not for a terminal", body: `printf 'a\033[1mb\001\377'`, lines: []string{"a [1mb ?"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := command{words: append(program(t, tt.body), tt.args...), env: []string{"PACU_WHY=a b"}, limit: enough}
			if tt.stdin != "" {
				c.stdin = []byte(tt.stdin)
			}
			o := c.run(t.Context())
			if o.why != tt.why || o.ok() != (tt.why == "") {
				t.Errorf("why %q, want %q", o.why, tt.why)
			}
			if diff := cmp.Diff(tt.lines, o.lines()); diff != "" {
				t.Errorf("output (-want +got):\n%s", diff)
			}
			if len(o.output) > outputKept+2 {
				t.Errorf("%d bytes of output kept", len(o.output))
			}
		})
	}
}

func TestCommandCannotStart(t *testing.T) {
	tests := []struct {
		words []string
		why   string
	}{
		{nil, "there is no command"},
		{[]string{"/no/such/program"}, "cannot be started: no such file or directory"},
		{[]string{"/etc/passwd"}, "cannot be started: permission denied"},
		{[]string{"no-such-program-anywhere"}, `cannot be started: exec: "no-such-program-anywhere": executable file not found in $PATH`},
	}
	for _, tt := range tests {
		if o := (command{words: tt.words, limit: enough}).run(t.Context()); o.why != tt.why {
			t.Errorf("%q: %q, want %q", tt.words, o.why, tt.why)
		}
	}
}

func TestCommandLate(t *testing.T) {
	c := command{words: []string{"/bin/sleep", "600"}, limit: time.Second}
	if o := c.run(t.Context()); o.why != "ended after its limit of 1s" {
		t.Errorf("why %q", o.why)
	}
}

// A grace is waited out, and no longer than what it is for takes.
func TestInGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for after, want := range map[time.Duration]bool{0: true, commandGrace - time.Millisecond: true, commandGrace + time.Millisecond: false} {
			began, done := time.Now(), make(chan struct{})
			time.AfterFunc(after, func() { close(done) })
			if got, took := inGrace(done, commandGrace), time.Since(began); got != want || took != min(after, commandGrace) {
				t.Errorf("done after %v: %v after %v", after, got, took)
			}
		}
	})
}

// A command is ended with all that it started, though it ignores SIGTERM.
func TestCommandEnded(t *testing.T) {
	for _, tt := range []struct{ name, trap, why string }{
		{"obeys", "", "ended before it was done"},
		{"ignores", "trap '' TERM\n", "ended before it was done"},
		{"says farewell", "trap 'echo bye; exit 0' TERM\n", "ended before it was done: bye"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			dir := t.TempDir()
			pids, pipe := filepath.Join(dir, "pids"), filepath.Join(dir, "pipe")
			if err := syscall.Mkfifo(pipe, 0o600); err != nil {
				t.Fatal(err)
			}
			body := tt.trap + "(trap '' TERM; exec sleep 600) & echo $$ $! >" + pids + "; echo >" + pipe + "; wait; wait"
			c := command{words: program(t, body), limit: enough}
			done := make(chan outcome, 1)
			go func() { done <- c.run(ctx) }()
			if _, err := os.ReadFile(pipe); err != nil { // it runs
				t.Fatal(err)
			}
			cancel()
			if o := <-done; o.why != tt.why {
				t.Errorf("why %q, want %q", o.why, tt.why)
			}
			gone(t, pids)
		})
	}
}

// gone waits for the end of the processes whose numbers the file has: a signal
// is sent before it works.
func gone(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range strings.Fields(string(text)) {
		pid, err := strconv.Atoi(word)
		if err != nil {
			t.Fatal(err)
		}
		fd, err := unix.PidfdOpen(pid, 0)
		if errors.Is(err, unix.ESRCH) || errors.Is(err, unix.EINVAL) {
			continue // EINVAL: it is about to be reaped
		}
		if err != nil {
			t.Fatal(err)
		}
		n, err := 0, error(unix.EINTR)
		for errors.Is(err, unix.EINTR) { // by a signal of the Go runtime's
			n, err = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(enough.Milliseconds()))
		}
		if n != 1 || err != nil {
			t.Errorf("process %d lives on: %d, %v", pid, n, err)
		}
		unix.Close(fd)
	}
}

// What a command leaves running is let be, and neither holds pulse up nor dies
// of its output.
func TestCommandLeavesService(t *testing.T) {
	dir := t.TempDir()
	pipe, heard := filepath.Join(dir, "pipe"), filepath.Join(dir, "heard")
	for _, name := range []string{pipe, heard} {
		if err := syscall.Mkfifo(name, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := command{words: program(t, fmt.Sprintf("(read x <%s; echo prints; echo still alive >%s) & echo started", pipe, heard)), limit: enough}
	o := c.run(t.Context())
	if !o.ok() || o.output != "started\n" {
		t.Errorf("%+v", o)
	}
	if err := os.WriteFile(pipe, []byte("go\n"), 0); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(heard)
	if err != nil || string(text) != "still alive\n" {
		t.Errorf("%q, %v", text, err)
	}
}

// A command gets none of our descriptors.
func TestCommandDescriptors(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	ours, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", r.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	o := command{words: []string{"/bin/ls", "-l", "/proc/self/fd"}, limit: enough}.run(t.Context())
	if !o.ok() || strings.Contains(o.output, ours) || strings.Contains(o.output, "socket:") {
		t.Errorf("%s it has %s:\n%s", o.why, ours, o.output)
	}
}
