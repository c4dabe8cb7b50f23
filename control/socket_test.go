package control

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// fakePulse is a Handler; the log makes its Events.
type fakePulse struct {
	*Log
	snapshot *Snapshot
	reload   func(context.Context) (string, error)
	plan     func(text []byte) (*Plan, error)
	drained  []string // what Drain and Undrain were asked
	asked    []string // what SwitchOver and Hold were asked
	refuse   error    // what they and Explain answer, if anything
}

func (p *fakePulse) Snapshot(context.Context) (*Snapshot, error) {
	if p.snapshot == nil {
		return nil, errors.New("kernel table: no answer")
	}
	return p.snapshot, nil
}

func (p *fakePulse) Reload(ctx context.Context) (string, error) { return p.reload(ctx) }

func (p *fakePulse) Plan(_ context.Context, text []byte) (*Plan, error) { return p.plan(text) }

func (p *fakePulse) Drain(_ context.Context, server string, timeout time.Duration) (string, error) {
	p.drained = append(p.drained, fmt.Sprint("drain ", server, " ", timeout))
	return "3 connections left", nil
}

func (p *fakePulse) Undrain(_ context.Context, server string) (string, error) {
	p.drained = append(p.drained, "undrain "+server)
	return "", errors.New(server + " is not drained")
}

// socketPath is short, for a unix socket's name holds 107 bytes.
func socketPath(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "control")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return filepath.Join(dir, "s")
}

// serve runs a server until the test ends, or stop is called.
func serve(t *testing.T, h Handler) (path string, stop func()) {
	t.Helper()
	path = socketPath(t)
	l, err := Listen(path, "")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := Serve(ctx, l, h); err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	stop = func() { cancel(); wg.Wait() }
	t.Cleanup(stop)
	return path, stop
}

func TestSnapshot(t *testing.T) {
	want := &Snapshot{Version: "1", Pid: 7, Trouble: []string{"no partner"}}
	for i := range 200 { // more than the socket's buffers hold
		want.Trouble = append(want.Trouble, fmt.Sprint(i, strings.Repeat(" trouble", 500)))
	}
	path, _ := serve(t, &fakePulse{Log: NewLog(1), snapshot: want})
	got, err := NewClient(path).Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpAddr); diff != "" {
		t.Errorf("snapshot (-want +got):\n%s", diff)
	}
}

func TestRefusals(t *testing.T) {
	path, _ := serve(t, &fakePulse{Log: NewLog(1), reload: func(context.Context) (string, error) {
		return "half a message", errors.New("lvs.cf:14: port 99999 out of range")
	}})
	c := NewClient(path)
	msg, err := c.Reload(t.Context())
	if want := ReplyError("lvs.cf:14: port 99999 out of range"); !errors.Is(err, want) || msg != "" {
		t.Errorf("reload: %q, %v; want %v", msg, err, want)
	}
	if _, err := c.Snapshot(t.Context()); !errors.Is(err, ReplyError("kernel table: no answer")) {
		t.Errorf("snapshot: %v", err)
	}
}

func TestPeer(t *testing.T) {
	path, _ := serve(t, &fakePulse{Log: NewLog(1), reload: func(ctx context.Context) (string, error) {
		p, ok := PeerFrom(ctx)
		return fmt.Sprint(p, " ", ok), nil
	}})
	got, err := NewClient(path).Reload(t.Context())
	if want := fmt.Sprintf("pid %d of user %d true", os.Getpid(), os.Getuid()); err != nil || got != want {
		t.Errorf("peer %q, %v; want %q", got, err, want)
	}
}

func TestFollow(t *testing.T) {
	p := &fakePulse{Log: NewLog(10)}
	p.Add(Event{Message: "one"})
	p.Add(Event{Message: "two"})
	path, stop := serve(t, p)
	c := NewClient(path)

	enough := errors.New("enough")
	var got []string
	err := c.Follow(t.Context(), 1, func(e Event) error {
		got = append(got, fmt.Sprint(e.Seq, e.Message))
		if len(got) == 3 {
			return enough
		}
		p.Add(Event{Message: "more"})
		return nil
	})
	if !errors.Is(err, enough) {
		t.Errorf("follow: %v", err)
	}
	if diff := cmp.Diff([]string{"2two", "3more", "4more"}, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}

	ctx, cancel := context.WithCancel(t.Context())
	err = c.Follow(ctx, 3, func(Event) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("follow after cancel: %v", err)
	}

	err = c.Follow(t.Context(), 3, func(Event) error { go stop(); return nil })
	if !errors.Is(err, ErrNotRunning) {
		t.Errorf("follow when pulse ends: %v", err)
	}
}

func TestNotRunning(t *testing.T) {
	path := socketPath(t)
	c := NewClient(path)
	if _, err := c.Snapshot(t.Context()); !errors.Is(err, ErrNotRunning) || !strings.Contains(err.Error(), path) {
		t.Errorf("no socket: %v", err)
	}
	leaveSocket(t, path)
	if _, err := c.Reload(t.Context()); !errors.Is(err, ErrNotRunning) {
		t.Errorf("stale socket: %v", err)
	}
}

func leaveSocket(t *testing.T, path string) {
	t.Helper()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	_ = l.Close()
}

func TestBadRequests(t *testing.T) {
	path, _ := serve(t, &fakePulse{Log: NewLog(1)})
	for in, want := range map[string]string{
		"{\"do\":\"format\"}\n":              `unknown verb "format"`,
		"{\"do\":\"drain\"}\n":               "no server is named",
		"hello\n":                            "invalid character",
		"\n":                                 "unexpected end of JSON",
		`{"do":"snap`:                        "unexpected EOF",
		"":                                   "EOF",
		strings.Repeat("x", 2*MaxRequest):    "line too long",
		"[1]\n":                              "cannot unmarshal",
		"{\"do\":\"events\",\"after\":-1}\n": "cannot unmarshal",
	} {
		c, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: path, Net: "unix"})
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(c, in)
		_ = c.CloseWrite()
		_, err = readReply(bufio.NewReader(c))
		_ = c.Close()
		if !errors.As(err, new(ReplyError)) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want %q", in, err, want)
		}
	}
}

func TestTooManyClients(t *testing.T) {
	path, _ := serve(t, &fakePulse{Log: NewLog(1), snapshot: &Snapshot{}})
	for range maxClients {
		c, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		// Who follows stays; who says nothing is sent away after ioLimit.
		if _, err := io.WriteString(c, "{\"do\":\"events\"}\n"); err != nil {
			t.Fatal(err)
		}
	}
	_, err := NewClient(path).Snapshot(t.Context())
	if !errors.Is(err, ReplyError("too many clients, at most 64")) {
		t.Errorf("client 65: %v", err)
	}
}

// A reload that runs when the server stops is finished and answered.
func TestStopFinishes(t *testing.T) {
	var stop func()
	started, release := make(chan struct{}), make(chan struct{})
	path, stop := serve(t, &fakePulse{Log: NewLog(1), reload: func(context.Context) (string, error) {
		close(started)
		<-release
		return "done", nil
	}})
	go func() {
		<-started
		go stop()
		for { // the socket goes first
			if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
				close(release)
				return
			}
		}
	}()
	if msg, err := NewClient(path).Reload(t.Context()); err != nil || msg != "done" {
		t.Errorf("reload: %q, %v", msg, err)
	}
}

func TestListen(t *testing.T) {
	path := socketPath(t)
	leaveSocket(t, path) // of a dead process
	group := ""          // the own, which may have no name
	if g, err := user.LookupGroupId(fmt.Sprint(os.Getegid())); err == nil {
		group = g.Name
	}
	l, err := Listen(path, group)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode() != fs.ModeSocket|0o660 {
		t.Errorf("socket's mode %v, %v", info.Mode(), err)
	}
	if _, err := Listen(path, ""); !errors.Is(err, ErrInUse) {
		t.Errorf("second listener: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Dir(path) + "/*"); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}

	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, path, group, want string
		mode                    fs.FileMode
	}{
		{"a file is there", path, "", "not a socket", 0o755},
		{"no such group", path + "2", "no-such-group", "no-such-group", 0o755},
		{"folder open to all", path + "3", "", "everyone may write", 0o757},
		{"sticky folder", path + "4", "", "everyone may write", fs.ModeSticky | 0o777},
		{"no folder", path + "5/s", "", "no such file", 0o755},
	} {
		if err := os.Chmod(filepath.Dir(path), tt.mode); err != nil {
			t.Fatal(err)
		}
		if _, err := Listen(tt.path, tt.group); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
	if b, err := os.ReadFile(path); string(b) != "precious" {
		t.Errorf("the file now holds %q, %v", b, err)
	}
}
