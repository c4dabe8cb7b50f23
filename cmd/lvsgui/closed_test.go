package main

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"pacu/store"
	"pacu/web"
)

// console is an lvsgui that serves dir, until the test ends.
type console struct {
	t      *testing.T
	stderr *output
	done   chan int
	stop   context.CancelFunc
}

func startConsole(t *testing.T, dir string, more ...string) *console {
	t.Helper()
	was := tryEvery
	t.Cleanup(func() { tryEvery = was }) // after the console has ended
	tryEvery = 20 * time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	c := &console{t, &output{written: make(chan struct{}, 1)}, make(chan int, 1), cancel}
	args := append([]string{"--state", dir, "--listen", "127.0.0.1:0", "--config", filepath.Join(dir, "lvs.cf"), "--control", filepath.Join(dir, "sock")}, more...)
	go func() { c.done <- run(ctx, args, nil, io.Discard, c.stderr) }()
	t.Cleanup(func() {
		cancel()
		if code := <-c.done; code != 0 {
			t.Errorf("ended with %d: %s", code, c.stderr)
		}
	})
	return c
}

// says waits for words in the log, and returns all of it.
func (c *console) says(words string) string {
	c.t.Helper()
	for {
		if said := c.stderr.String(); strings.Contains(said, words) {
			return said
		}
		select {
		case <-c.stderr.written:
		case code := <-c.done:
			c.done <- code
			c.t.Fatalf("ended with %d before %q: %s", code, words, c.stderr)
		case <-time.After(time.Minute):
			c.t.Fatalf("no %q: %s", words, c.stderr)
		}
	}
}

// damage makes the database in dir one with a user, a copy, and garbage in it.
func damage(t *testing.T, dir string) (copied string) {
	t.Helper()
	path := web.DatabasePath(dir)
	st, err := store.Open(t.Context(), path)
	if err == nil {
		err = st.SetPassword(t.Context(), "piranha", "correct horse")
	}
	if err == nil {
		_, err = st.KeepCopy(t.Context())
	}
	if err = errors.Join(err, st.Close()); err == nil {
		err = os.WriteFile(path, []byte(strings.Repeat("no database ", 1000)), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return store.Copies(path)[0].Path
}

// TestDamagedDatabase has lvsgui start with one: it says how to restore the copy
// that it kept, and goes on by itself when that is done.
func TestDamagedDatabase(t *testing.T) {
	for _, scheme := range []string{"https", "http"} {
		t.Run(scheme, func(t *testing.T) {
			dir := t.TempDir()
			copied := damage(t, dir)
			var more []string
			if scheme == "http" {
				more = append(more, "--http")
			}
			c := startConsole(t, dir, more...)
			port := regexp.MustCompile(`the console is closed address=(\S+)`).FindStringSubmatch(c.says("the console is closed"))[1]
			client := &http.Client{
				Transport:     &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}},
				CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			}
			get := func() (int, string) {
				t.Helper()
				resp, err := client.Get(scheme + "://" + port + "/login")
				if err != nil {
					t.Fatal(err)
				}
				defer resp.Body.Close()
				b, err := io.ReadAll(resp.Body)
				if err != nil {
					t.Fatal(err)
				}
				return resp.StatusCode, string(b)
			}
			code, body := get()
			command := regexp.MustCompile(`lvsgui (restore --state \S+ \S+)`).FindStringSubmatch(body)
			if code != http.StatusServiceUnavailable || command == nil || !strings.HasSuffix(command[1], copied) {
				t.Fatalf("%d: %s", code, body)
			}
			var stderr strings.Builder
			if code := run(t.Context(), strings.Fields(command[1]), nil, io.Discard, &stderr); code != 0 {
				t.Fatalf("lvsgui %s: %s", command[1], &stderr)
			}
			c.says("console is ready")
			if code, body := get(); code != http.StatusOK || !strings.Contains(body, "password") {
				t.Errorf("%d: %s", code, body)
			}
		})
	}
}

// TestStopWhileClosed ends an lvsgui whose database cannot be used.
func TestStopWhileClosed(t *testing.T) {
	dir := t.TempDir()
	damage(t, dir)
	startConsole(t, dir).says("the console is closed")
}

// TestReadOnlyState starts lvsgui on a file system that is mounted read-only,
// which then is no more.
func TestReadOnlyState(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("mounting a file system needs root")
	}
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=8m"); err != nil {
		t.Skipf("cannot mount a small disk: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	st, err := store.Open(t.Context(), web.DatabasePath(dir))
	if err == nil {
		err = errors.Join(st.SetPassword(t.Context(), "piranha", "correct horse"), st.Close())
	}
	if err == nil {
		_, err = web.LoadCertificate(web.CertificatePath(dir))
	}
	if err == nil {
		err = unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT|unix.MS_RDONLY, "")
	}
	if err != nil {
		t.Fatal(err)
	}
	c := startConsole(t, dir)
	c.says("the database can only be read")
	c.says("console is ready")
	if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT, ""); err != nil {
		t.Fatal(err)
	}
	c.says("the database can be written to again")
}
