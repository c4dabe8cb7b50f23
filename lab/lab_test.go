package lab

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// newCluster returns an empty cluster that is closed with the test.
func newCluster(t *testing.T) *Cluster {
	t.Helper()
	if err := Check(); err != nil {
		t.Skip("no clusters here: ", err)
	}
	n := New(t.Name())
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error("close:", err)
		}
	})
	return n
}

// pair returns two hosts on a switch, 10.9.9.1 and 10.9.9.2.
func pair(t *testing.T) (n *Cluster, a, b *Host) {
	t.Helper()
	n = newCluster(t)
	s := n.Switch("s")
	a, b = n.Host("a"), n.Host("b")
	a.Plug(s, "eth0", "10.9.9.1/24", "fd09::1/64")
	b.Plug(s, "eth0", "10.9.9.2/24", "fd09::2/64")
	if err := n.Err(); err != nil {
		t.Fatal(err)
	}
	return n, a, b
}

// eventually waits until fn says true.
func eventually(t *testing.T, what string, fn func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !fn() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("never: ", what)
		}
	}
}

// get asks a web server from a host. A second is long for these, and short for
// a test that waits for a failure.
func get(t *testing.T, a *Host, url string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	return a.Get(ctx, netip.Addr{}, url)
}

func TestKernelPair(t *testing.T) {
	_, a, b := pair(t)
	a.Sysctl("net.ipv4.ip_forward", "1")
	if err := a.n.Err(); err != nil {
		t.Fatal(err)
	}
	web, err := NewWeb(b, ":80")
	if err != nil {
		t.Fatal(err)
	}
	for _, url := range []string{"http://10.9.9.2", "http://[fd09::2]"} {
		eventually(t, url+" answered", func() bool { got, err := get(t, a, url); return got == "b" && err == nil })
	}
	out, err := a.Output(t.Context(), "sh", "-c", "hostname; cat /proc/sys/net/ipv4/ip_forward; ls -d /sys/class/net/eth* | xargs basename")
	if err != nil {
		t.Fatal(err)
	}
	if want := "a\n1\neth0\n"; out != want {
		t.Fatalf("host shows %q, want %q", out, want)
	}
	if err := web.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := get(t, a, "http://10.9.9.2"); !errors.Is(err, unix.ECONNREFUSED) {
		t.Fatalf("stopped server: %v, want a refusal", err)
	}
	if err := web.Start(); err != nil {
		t.Fatal(err)
	}
	web.Hang(true)
	if _, err := get(t, a, "http://10.9.9.2"); err == nil || err.Error() != "timeout" {
		t.Fatalf("hanging server: %v, want a timeout", err)
	}
	web.Hang(false)
	web.Answer(503)
	if _, err := get(t, a, "http://10.9.9.2"); err == nil || err.Error() != "status 503" {
		t.Fatalf("unwell server: %v, want status 503", err)
	}
}

func TestKernelTLSWeb(t *testing.T) {
	_, a, b := pair(t)
	if _, err := NewTLSWeb(b, ":443"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if got, err := a.Get(ctx, netip.Addr{}, "https://10.9.9.2"); got != "b" || err != nil {
		t.Fatalf("answered by %q, %v", got, err)
	}
}

func TestKernelCut(t *testing.T) {
	_, a, b := pair(t)
	if _, err := NewWeb(b, ":80"); err != nil {
		t.Fatal(err)
	}
	carrier := func(want string) func() bool {
		return func() bool {
			out, err := b.Output(t.Context(), "cat", "/sys/class/net/eth0/carrier")
			return err == nil && out == want+"\n"
		}
	}
	tests := []struct {
		name, carrier string
		cut, mend     func(string) error
	}{
		{"cut", "0", b.Cut, b.Mend},
		{"muted", "1", b.Mute, b.Unmute},
		{"all lost", "1", func(i string) error { return b.Loss(i, 100) }, func(i string) error { return b.Loss(i, 0) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			eventually(t, "answered before", func() bool { _, err := get(t, a, "http://10.9.9.2"); return err == nil })
			if err := tt.cut("eth0"); err != nil {
				skipWithoutNetem(t, err)
				t.Fatal(err)
			}
			eventually(t, "carrier "+tt.carrier, carrier(tt.carrier))
			if got, err := get(t, a, "http://10.9.9.2"); err == nil {
				t.Fatalf("still answered by %q", got)
			}
			if err := tt.mend("eth0"); err != nil {
				t.Fatal(err)
			}
			eventually(t, "carrier", carrier("1"))
			eventually(t, "answered again", func() bool { _, err := get(t, a, "http://10.9.9.2"); return err == nil })
		})
	}
	if err := a.Cut("eth7"); err == nil || !strings.Contains(err.Error(), "nothing is plugged into eth7") {
		t.Fatalf("cut of no cable: %v", err)
	}
}

func skipWithoutNetem(t *testing.T, err error) {
	t.Helper()
	if strings.Contains(err.Error(), "qdisc kind is unknown") {
		t.Skip("kernel without netem: ", err)
	}
}

func TestKernelDelay(t *testing.T) {
	_, a, b := pair(t)
	if err := b.Delay("eth0", 50*time.Millisecond); err != nil {
		skipWithoutNetem(t, err)
		t.Fatal(err)
	}
	out, err := a.Output(t.Context(), "ping", "-c", "2", "-W", "5", "10.9.9.2")
	if err != nil {
		t.Skip("no ping here: ", err)
	}
	// One delay each way: no packet can be there and back in less than 100 ms.
	_, rest, ok := strings.Cut(out, "time=")
	var ms float64
	if _, err := fmt.Sscanf(rest, "%f", &ms); !ok || err != nil || ms < 100 {
		t.Fatalf("ping took %v ms: %s", ms, out)
	}
}

func TestKernelProcess(t *testing.T) {
	n, a, _ := pair(t)
	heard := make(chan Line, 10)
	n.OnLine = func(l Line) { heard <- l }
	p, err := a.Start("sh", "-c", "echo out; echo err >&2; exec sleep 1000")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if l, err := p.WaitLine(ctx, time.Time{}, "err"); err != nil || !l.Stderr || l.Host != "a" || l.Process != "sh" {
		t.Fatalf("line %+v, %v", l, err)
	}
	<-heard
	if err := p.Signal(unix.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.Wait(); err == nil || !strings.Contains(err.Error(), "a: sh: signal: terminated") {
		t.Fatalf("ended with %v", err)
	}
	if err := p.Signal(unix.SIGTERM); !errors.Is(err, os.ErrProcessDone) {
		t.Fatalf("signal after the end: %v", err)
	}
	if _, err := p.WaitLine(ctx, time.Time{}, "never said"); err == nil {
		t.Fatal("a line that was never said")
	}
	p, err = a.Start("sh", "-c", "exit 3")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Wait(); err == nil || !strings.Contains(err.Error(), "exit status 3") {
		t.Fatalf("ended with %v", err)
	}
}

func TestKernelPower(t *testing.T) {
	_, a, b := pair(t)
	b.Private("/etc/labtest/deep")
	b.Setup("ip", "addr", "add", "10.9.9.3/32", "dev", "lo")
	if err := b.n.Err(); err != nil {
		t.Fatal(err)
	}
	if _, err := NewWeb(b, ":80"); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{"/etc/labtest/deep/kept", "/run/lost"} {
		if err := b.WriteFile(f, []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := b.Run("test", "-f", f); err != nil {
			t.Fatal(err)
		}
	}
	// A daemon that left its parent and its process group behind.
	if err := b.Run("sh", "-c", "setsid sleep 1000 >/dev/null 2>&1 </dev/null &"); err != nil {
		t.Fatal(err)
	}
	if err := b.Run("ip", "addr", "add", "10.9.9.30/32", "dev", "eth0"); err != nil {
		t.Fatal(err)
	}
	inode := nsInode(t, b)
	if err := b.PowerOff(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "namespace is left", func() bool { return !inhabited(t, inode) })
	if _, err := get(t, a, "http://10.9.9.2"); err == nil {
		t.Fatal("answers without power")
	}
	if err := b.Run("true"); !errors.Is(err, errOff) {
		t.Fatalf("run without power: %v", err)
	}
	if err := b.PowerOn(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "answers again", func() bool { _, err := get(t, a, "http://10.9.9.2"); return err == nil })
	if err := b.Run("sh", "-c", "test -f /etc/labtest/deep/kept && ! test -e /run/lost"); err != nil {
		t.Fatal(err)
	}
	got, err := b.Addresses()
	if err != nil {
		t.Fatal(err)
	}
	var text []string
	for _, h := range got {
		if !h.Prefix.Addr().IsLinkLocalUnicast() {
			text = append(text, h.Label+" "+h.Prefix.String())
		}
	}
	want := []string{"lo 127.0.0.1/8", "lo 10.9.9.3/32", "eth0 10.9.9.2/24", "lo ::1/128", "eth0 fd09::2/64"}
	if diff := cmp.Diff(want, text); diff != "" {
		t.Fatalf("addresses (-want +got):\n%s", diff)
	}
}

func TestKernelClose(t *testing.T) {
	n, a, b := pair(t)
	b.Private("/etc/labtest/deep")
	for _, h := range []*Host{a, b} {
		if _, err := h.Start("sleep", "1000"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := NewWeb(b, ":80"); err != nil {
		t.Fatal(err)
	}
	if err := a.Expose("127.0.0.1:0", "10.9.9.2:80"); err != nil {
		t.Fatal(err)
	}
	inodes := []uint64{nsInode(t, a), nsInode(t, b)}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	for _, i := range inodes {
		eventually(t, "namespace is left", func() bool { return !inhabited(t, i) })
	}
	for _, p := range []string{n.dir, "/etc/labtest"} {
		if _, err := os.Stat(p); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: %v, want it gone", p, err)
		}
	}
	if err := a.Do(func() error { return nil }); !errors.Is(err, errOff) {
		t.Fatalf("after close: %v", err)
	}
}

func TestKernelSetupErrorSticks(t *testing.T) {
	n := newCluster(t)
	h := n.Host("h")
	h.Plug(n.Switch("s"), "eth0", "10.9.9.1/240")
	h.Route("default", "10.9.9.254")
	err := n.Err()
	if err == nil || !strings.Contains(err.Error(), "h: ip addr add 10.9.9.1/240") {
		t.Fatalf("set-up error: %v", err)
	}
}

// nsInode identifies a host's network namespace.
func nsInode(t *testing.T, h *Host) uint64 {
	t.Helper()
	var st unix.Stat_t
	if err := h.NetNS(func(fd int) error { return unix.Fstat(fd, &st) }); err != nil {
		t.Fatal(err)
	}
	return st.Ino
}

// inhabited tells whether any thread of any process is in a network namespace.
func inhabited(t *testing.T, inode uint64) bool {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/task/[0-9]*/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range links {
		var st unix.Stat_t
		if unix.Stat(l, &st) == nil && st.Ino == inode {
			return true
		}
	}
	return false
}
