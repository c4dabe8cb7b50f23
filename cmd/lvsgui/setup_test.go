package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

var setupToken = regexp.MustCompile(`\b([0-9a-z]{4}-){3}[0-9a-z]{4}\b`)

func TestSetup(t *testing.T) {
	state := t.TempDir()
	out := said(t, 0, "setup", "--state", state)
	token := setupToken.FindString(out)
	if token == "" || !strings.Contains(out, "https://"+hostname()+":3636/setup") {
		t.Fatalf("said %q", out)
	}
	second := setupToken.FindString(said(t, 0, "setup", "--state", state))
	st := opened(t, state)
	if err := st.UseSetup(t.Context(), token, "piranha", "correct horse"); err == nil {
		t.Error("the token before is not void")
	}
	if err := st.SetSetting(t.Context(), urlSetting, "http://127.0.0.1:80"); err != nil {
		t.Fatal(err)
	}
	if out := said(t, 0, "setup", "--state", state); !strings.Contains(out, "http://127.0.0.1:80/setup") {
		t.Errorf("says not where the console was: %q", out)
	} else {
		second = setupToken.FindString(out)
	}
	if err := st.UseSetup(t.Context(), second, "piranha", "correct horse"); err != nil {
		t.Error(err)
	}
	if out := said(t, 1, "setup", "--state", state); !strings.Contains(out, "can log in already") || !strings.Contains(out, "lvsgui passwd USER") {
		t.Errorf("with a user it said %q", out)
	}
	if out := said(t, 0, "setup", "--help"); !strings.Contains(out, "Usage: lvsgui setup") {
		t.Errorf("help: %s", out)
	}
}

func TestConsoleURL(t *testing.T) {
	for _, tt := range []struct{ address, want string }{
		{"[::]:3636", "https://" + hostname() + ":3636"},
		{"0.0.0.0:80", "https://" + hostname() + ":80"},
		{"192.0.2.1:3636", "https://192.0.2.1:3636"},
		{"[2001:db8::1]:3636", "https://[2001:db8::1]:3636"},
	} {
		a, err := net.ResolveTCPAddr("tcp", tt.address)
		if err != nil {
			t.Fatal(err)
		}
		if got := consoleURL("https", a); got != tt.want {
			t.Errorf("%s is at %s, want %s", tt.address, got, tt.want)
		}
	}
}

// terminal is a terminal to write to, and what has been written.
func terminal(t *testing.T) (tty, seen *os.File) {
	t.Helper()
	seen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no terminals here: %v", err)
	}
	t.Cleanup(func() { seen.Close() })
	if err := unix.IoctlSetPointerInt(int(seen.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(seen.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	tty, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no terminals here: %v", err)
	}
	t.Cleanup(func() { tty.Close() })
	return tty, seen
}

// TestServeOnATerminal prints the token there, and TestServe has it in no log.
func TestServeOnATerminal(t *testing.T) {
	tty, seen := terminal(t)
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan int)
	go func() {
		code := run(ctx, []string{"--http", "--state", dir, "--listen", "127.0.0.1:0", "--config", filepath.Join(dir, "lvs.cf"), "--control", filepath.Join(dir, "sock")}, nil, io.Discard, tty)
		tty.Close() // ends the reading below where nothing comes
		done <- code
	}()
	var text strings.Builder
	buf := make([]byte, 4096)
	for !strings.Contains(text.String(), "lvsgui setup makes another") {
		n, err := seen.Read(buf)
		if err != nil {
			t.Fatalf("%v after %q", err, text.String())
		}
		text.Write(buf[:n])
	}
	token := setupToken.FindString(text.String())
	if err := opened(t, dir).UseSetup(t.Context(), token, "piranha", "correct horse"); err != nil {
		t.Errorf("token %q: %v", token, err)
	}
	if !regexp.MustCompile(`http://127\.0\.0\.1:\d+/setup`).MatchString(text.String()) {
		t.Errorf("says not where: %q", text.String())
	}
	cancel()
	if code := <-done; code != 0 {
		t.Errorf("ended with %d: %q", code, text.String())
	}
}
