package vm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestMain(m *testing.M) {
	Main()
	os.Exit(m.Run())
}

// messages collects progress lines.
type messages struct {
	mu    sync.Mutex
	lines []string
}

func (m *messages) say(format string, args ...any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lines = append(m.lines, fmt.Sprintf(format, args...))
}

// needMachine skips a test where no machine can be had. The test gets a cache of
// its own with the image that there is, and must leave nothing else in it, nor a
// process.
func needMachine(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("boots a machine")
	}
	if _, err := os.Stat(specFile); err == nil {
		t.Skip("this is a machine already")
	}
	var m messages
	img, err := prepare(t.Context(), m.say)
	if err != nil {
		t.Skip("no machine here: ", err)
	}
	made := filepath.Dir(img.kernel)
	cache, err := os.MkdirTemp(filepath.Dir(made), "test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(cache) })
	if err := os.Symlink(made, filepath.Join(cache, filepath.Base(made))); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PACU_CACHE", cache)
	t.Cleanup(func() {
		left, err := filepath.Glob(filepath.Join(cache, "*"))
		if err != nil {
			t.Fatal(err)
		}
		want := []string{filepath.Join(cache, "lock"), filepath.Join(cache, filepath.Base(made))}
		if diff := cmp.Diff(want, left); diff != "" {
			t.Errorf("what is left in the cache (-want +got):\n%s", diff)
		}
		if c := children(t); len(c) > 0 {
			t.Errorf("processes left behind: %q", c)
		}
	})
}

// children lists the names of this process's children.
func children(t *testing.T) []string {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, s := range stats {
		b, err := os.ReadFile(s)
		if err != nil {
			continue
		}
		name, rest, _ := strings.Cut(string(b), ") ")
		if f := strings.Fields(rest); len(f) > 1 && f[1] == fmt.Sprint(os.Getpid()) {
			out = append(out, name)
		}
	}
	return out
}

func command(m *messages, stdout, stderr io.Writer, args ...string) Command {
	return Command{Args: args, Env: []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "COLOUR=blue"}, Stdout: stdout, Stderr: stderr, Say: m.say}
}

// freePort returns a port that nothing listens on. It is below those that the
// kernel gives to connections: one of them, or one that is tried again and again
// and so connects to itself, would take it.
func freePort(t *testing.T) int {
	t.Helper()
	for port := 20000; port < 21000; port++ {
		if portFree(port) == nil {
			return port
		}
	}
	t.Fatal("no port is free")
	return 0
}

// TestMachineTruth runs a script that uses all a command gets, on an image that
// is there already.
func TestMachineTruth(t *testing.T) {
	needMachine(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "data"), []byte("brought\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	port := freePort(t)
	script := fmt.Sprintf(`
		read line; echo "in: $line"; read line || echo "in: end"
		echo "to stderr" >&2
		echo "$COLOUR $PWD $(id -un) $(hostname)"; cat data
		ip link add v0 type veth peer name v1 && ipvsadm -A -t 10.0.0.1:80 -s mh && ipvsadm -Sn
		nft add table ip t && nft list tables
		echo fetched >/tmp/out
		echo "from inside" | busybox nc -l -p %d >/dev/null
		sleep 1000 &
		exit 3`, port)
	var m messages
	var stdout, stderr bytes.Buffer
	c := command(&m, &stdout, &stderr, "bash", "-c", script)
	c.Dir = "/data"
	c.Files = map[string]string{"/data": dir}
	c.Fetch = map[string]string{"/tmp/out": filepath.Join(dir, "fetched"), "/tmp/none": filepath.Join(dir, "none")}
	c.Forward = []int{port}
	c.Stdin = strings.NewReader("hello\n")
	reached := make(chan string, 1)
	go func() { reached <- reach(t.Context(), port) }()
	exit, err := Run(t.Context(), c)
	if err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	if want := (Exit{Code: 3}); exit != want || exit.Status() != 3 {
		t.Errorf("exit %+v, want %+v", exit, want)
	}
	want := "in: hello\nin: end\nblue /data root lab\nbrought\n-A -t 10.0.0.1:80 -s mh\ntable ip t\n"
	if diff := cmp.Diff(want, stdout.String()); diff != "" {
		t.Errorf("stdout (-want +got):\n%s", diff)
	}
	if got := stderr.String(); got != "to stderr\n" {
		t.Errorf("stderr %q", got)
	}
	if got := <-reached; got != "from inside\n" {
		t.Errorf("the forwarded port said %q", got)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "fetched")); string(b) != "fetched\n" {
		t.Errorf("fetched %q, %v", b, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that was not there: %v", err)
	}
	for _, l := range m.lines {
		if strings.Contains(l, "fetching") {
			t.Errorf("a second run fetches: %s", l)
		}
	}
}

// reach reads all that a port says, as soon as it says something.
func reach(ctx context.Context, port int) string {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return "never"
		}
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			continue
		}
		// QEMU accepts before the machine does, and then closes.
		b, _ := io.ReadAll(c)
		c.Close()
		if len(b) > 0 {
			return string(b)
		}
	}
}

// firstWrite closes itself at the first write.
type firstWrite struct {
	once sync.Once
	seen chan struct{}
}

func (f *firstWrite) Write(p []byte) (int, error) {
	f.once.Do(func() { close(f.seen) })
	return len(p), nil
}

func TestMachineSignal(t *testing.T) {
	needMachine(t)
	up, signals := &firstWrite{seen: make(chan struct{})}, make(chan os.Signal, 1)
	var m messages
	c := command(&m, up, io.Discard, "bash", "-c", "echo up; exec sleep 1000")
	c.Signals = signals
	go func() {
		<-up.seen
		signals <- syscall.SIGUSR1
	}()
	exit, err := Run(t.Context(), c)
	if want := (Exit{Signal: int(syscall.SIGUSR1)}); err != nil || exit != want || exit.Status() != 138 {
		t.Fatalf("exit %+v (%d), %v, want %+v", exit, exit.Status(), err, want)
	}
}

func TestMachineTimeout(t *testing.T) {
	needMachine(t)
	up := &firstWrite{seen: make(chan struct{})}
	var m messages
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-up.seen
		cancel()
	}()
	// It does not heed SIGTERM.
	_, err := Run(ctx, command(&m, up, io.Discard, "bash", "-c", "trap '' TERM; echo up; while :; do sleep 1; done"))
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("ended with %v", err)
	}
}

func TestMachinePanic(t *testing.T) {
	needMachine(t)
	var m messages
	_, err := Run(t.Context(), command(&m, io.Discard, io.Discard, "bash", "-c", "echo c >/proc/sysrq-trigger"))
	if err == nil || !strings.Contains(err.Error(), "the machine died") || !strings.Contains(err.Error(), "panic") {
		t.Fatalf("ended with %v", err)
	}
}

// TestSilentMachine gives bootUp a QEMU that never says a word.
func TestSilentMachine(t *testing.T) {
	patience := speakWithin
	speakWithin = 50 * time.Millisecond
	t.Cleanup(func() { speakWithin = patience })
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "qemu-system-x86_64"), []byte("#!/bin/sh\nexec sleep 1000\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	initrd, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer initrd.Close()
	var m messages
	_, err = (&Command{Say: m.say}).bootUp(t.Context(), image{}, initrd)
	if !errors.Is(err, errSilent) {
		t.Fatalf("ended with %v", err)
	}
	want := []string{
		"the machine said nothing for 50ms; starting it again (2 of 5)",
		"the machine said nothing for 100ms; starting it again (3 of 5)",
		"the machine said nothing for 200ms; starting it again (4 of 5)",
		"the machine said nothing for 400ms; starting it again (5 of 5)",
	}
	if diff := cmp.Diff(want, m.lines); diff != "" {
		t.Fatalf("messages (-want +got):\n%s", diff)
	}
	if c := children(t); slices.Contains(c, "sleep") {
		t.Fatalf("left behind: %q", c)
	}
}

func TestForwardTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port
	if err := portFree(port); !errors.Is(err, syscall.EADDRINUSE) || !strings.Contains(err.Error(), fmt.Sprint("forward port ", port)) {
		t.Fatalf("taken port: %v", err)
	}
}
