package lab

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

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

// limit is how long what is sure to come may take.
const limit = 2 * time.Minute

// eventually waits until fn says true.
func eventually(t *testing.T, what string, fn func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
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

// get asks a web server from a host. A second is short for a test that waits for
// a failure; who wants an answer asks eventually.
func get(t *testing.T, a *Host, url string) (string, error) {
	t.Helper()
	return getWithin(t, time.Second, a, url)
}

func getWithin(t *testing.T, limit time.Duration, a *Host, url string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
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
	if _, err := getWithin(t, limit, a, "http://10.9.9.2"); !errors.Is(err, unix.ECONNREFUSED) {
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
	if _, err := getWithin(t, limit, a, "http://10.9.9.2"); err == nil || err.Error() != "status 503" {
		t.Fatalf("unwell server: %v, want status 503", err)
	}
}

func TestKernelTLSWeb(t *testing.T) {
	_, a, b := pair(t)
	if _, err := NewTLSWeb(b, ":443"); err != nil {
		t.Fatal(err)
	}
	if got, err := getWithin(t, limit, a, "https://10.9.9.2"); got != "b" || err != nil {
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
	if _, err := exec.LookPath("ping"); err != nil {
		t.Skip("no ping here: ", err)
	}
	out, err := a.Output(t.Context(), "ping", "-c", "2", "-W", "60", "10.9.9.2")
	if err != nil {
		t.Fatal(err)
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
	ctx, cancel := context.WithTimeout(t.Context(), limit)
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

// TestKernelProcessLastLines has a process end right after its last line while a
// child holds its output open: the line is there when it has ended, and what the
// child says comes later.
func TestKernelProcessLastLines(t *testing.T) {
	_, a, _ := pair(t)
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	for range 5 {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		defer w.Close()
		cmd := a.Command(ctx, "sh", "-c", `exec 3<&0; (read line <&3; echo child) & printf 'last\npart'; exit 3`)
		cmd.Stdin = r
		p, err := a.StartCmd(cmd, "sh")
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Wait(); err == nil {
			t.Fatal("it ended well")
		}
		if got := p.Output(); got != "last\npart\n" {
			t.Fatalf("it said %q", got)
		}
		if _, err := w.WriteString("go on\n"); err != nil {
			t.Fatal(err)
		}
		if _, err := p.WaitLine(ctx, time.Time{}, "child"); err != nil {
			t.Fatal(err)
		}
		if _, err := p.WaitLine(ctx, time.Time{}, "never said"); err == nil {
			t.Fatal("a line that was never said")
		}
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
