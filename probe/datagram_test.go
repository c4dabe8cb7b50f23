package probe

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// halfLost answers only the second of every two datagrams that are the same.
func halfLost(answer func([]byte) []byte) func([]byte) []byte {
	before := "no datagram"
	return func(b []byte) []byte {
		if string(b) != before {
			before = string(b)
			return nil
		}
		before = "no datagram"
		return answer(b)
	}
}

// late answers each datagram with what should have answered the one before.
func late(answer func([]byte) []byte) func([]byte) []byte {
	var before []byte
	return func(b []byte) []byte {
		a := before
		before = answer(b)
		return a
	}
}

// wordInquiry takes "good" and "bad" for answers.
func wordInquiry(limit, again time.Duration) inquiry {
	return inquiry{request: []byte("ask"), limit: limit, again: again, judge: func(b []byte) verdict {
		switch s := string(b); s {
		case "good", "bad":
			return verdict{decided: true, up: s == "good", why: "got " + s}
		}
		return stray("a stray " + quote(b))
	}}
}

func TestAsk(t *testing.T) {
	always := func(s string) func([]byte) []byte { return func([]byte) []byte { return []byte(s) } }
	tests := []struct {
		name         string
		server       func([]byte) []byte
		limit, again time.Duration
		up           bool
		why          string
	}{
		{"up", always("good"), long, long, true, "got good"},
		{"down", always("bad"), long, long, false, "got bad"},
		{"silence", always0, short, short / 2, false, "no answer in LIMIT"},
		{"stray", always("other"), short, short / 2, false, "no answer in LIMIT, but a stray \"other\""},
		{"empty stray", always(""), short, short / 2, false, "no answer in LIMIT, but a stray \"\""},
		{"first is lost", halfLost(always("good")), long, short, true, "got good"},
		{"again past the limit", always0, short, long, false, "no answer in LIMIT"},
		{"answer of before", late(always("good")), long, short, true, "got good"}, // to the second copy
		{"huge", func([]byte) []byte { return []byte(strings.Repeat("x", 60_000)) }, short, short / 2, false, "no answer in LIMIT, but a stray \"x{60}\"..."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			srv := udpServer(t, tt.server)
			r, want := within(tt.limit, tt.up, tt.why, func(limit time.Duration) Result {
				return Way{Timeout: limit}.ask(t.Context(), srv, wordInquiry(limit, tt.again))
			})
			wantResult(t, r, tt.up, want)
		})
	}
	t.Run("nobody listens", func(t *testing.T) {
		wantResult(t, Way{Timeout: long}.ask(t.Context(), refusing(t), wordInquiry(long, long)), false, "port unreachable")
	})
	t.Run("nobody listens, IPv6", func(t *testing.T) {
		to := refusing(t)
		to.Addr = netip.IPv6Loopback()
		wantResult(t, Way{Timeout: long}.ask(t.Context(), to, wordInquiry(long, long)), false, "port unreachable")
	})
	t.Run("another source", func(t *testing.T) {
		srv := udpServer(t, always("good"))
		w := Way{Timeout: long, Source: netip.MustParseAddr("127.0.0.77")}
		wantResult(t, w.ask(t.Context(), srv, wordInquiry(long, long)), true, "got good")
		w.Source = netip.MustParseAddr("198.51.100.1")
		wantResult(t, w.ask(t.Context(), srv, wordInquiry(long, long)), false, "cannot assign requested address.*")
	})
}

// always0 never answers.
func always0([]byte) []byte { return nil }

// What comes from another port of the server is nobody's answer.
func TestAskOtherPort(t *testing.T) {
	other, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	srv, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 64)
		for {
			_, from, err := srv.ReadFrom(buf)
			if errors.Is(err, net.ErrClosed) {
				return
			}
			_, _ = other.WriteTo([]byte("good"), from)
		}
	}()
	r := Way{Timeout: short}.ask(t.Context(), target(srv.LocalAddr()), wordInquiry(short, short/2))
	_ = srv.Close()
	<-done
	wantResult(t, r, false, "no answer in 30 ms")
}

// A server that floods is looked at for so long.
func TestAskFlood(t *testing.T) {
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var stop atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, from, err := c.ReadFrom(make([]byte, 64))
		for err == nil && !stop.Load() {
			_, _ = c.WriteTo([]byte("flood"), from)
		}
	}()
	r := Way{Timeout: long}.ask(t.Context(), target(c.LocalAddr()), wordInquiry(long, long))
	stop.Store(true)
	<-done
	_ = c.Close()
	wantResult(t, r, false, "1000 datagrams, no answer among them, the last a stray \"flood\"")
}

func TestAskCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	srv := udpServer(t, func([]byte) []byte { cancel(); return nil })
	wantResult(t, Way{Timeout: long}.ask(ctx, srv, wordInquiry(long, long)), false, "given up")
	wantResult(t, Way{Timeout: long}.ask(ctx, srv, wordInquiry(long, long)), false, "given up|.*operation was canceled")
}

func TestAskSteps(t *testing.T) {
	var steps []string
	ctx := WithSteps(t.Context(), func(s string) { steps = append(steps, s) })
	srv := udpServer(t, halfLost(func([]byte) []byte { return []byte("good") }))
	Way{Timeout: long}.ask(ctx, srv, wordInquiry(long, short))
	Way{Timeout: long}.ask(ctx, refusing(t), wordInquiry(long, short))
	if len(steps) != 5 || steps[0] != "sent: 3 bytes" || steps[1] != "sent once more: 3 bytes" || !strings.HasPrefix(steps[2], "4 bytes came after ") ||
		steps[4] != "port unreachable" {
		t.Errorf("steps %q", steps)
	}
}

// UDP and SendExpect bear the loss of a datagram.
func TestUDPLoss(t *testing.T) {
	const limit = 300 * time.Millisecond
	srv := udpServer(t, halfLost(func([]byte) []byte { return []byte("pong") }))
	wantProbe(t, SendExpect{UDP: true, Send: "ping", Expect: prefix("pong"), Way: Way{Timeout: limit}}, srv, true, `got "pong"`)
	srv = udpServer(t, halfLost(func([]byte) []byte { return []byte{} }))
	wantProbe(t, UDP{Way{Timeout: limit}}, srv, true, `answered in .*`)
}

// Nothing of a probe is left behind.
func TestAskLeaks(t *testing.T) {
	leaks(t)
	ok, no := udpServer(t, func([]byte) []byte { return []byte("good") }), refusing(t)
	for range 1000 {
		Way{Timeout: long}.ask(t.Context(), ok, wordInquiry(long, long))
		Way{Timeout: long}.ask(t.Context(), no, wordInquiry(long, long))
	}
	if r := (Way{Timeout: time.Millisecond}).ask(t.Context(), udpServer(t, always0), wordInquiry(time.Millisecond, 0)); r.Up {
		t.Errorf("silence is up: %+v", r)
	}
}

func BenchmarkAsk(b *testing.B) {
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	go func() {
		buf := make([]byte, 64)
		for {
			_, from, err := c.ReadFrom(buf)
			if err != nil {
				return
			}
			_, _ = c.WriteTo([]byte("good"), from)
		}
	}()
	b.ReportAllocs()
	to, q := target(c.LocalAddr()), wordInquiry(long, long)
	for b.Loop() {
		if r := (Way{Timeout: long}).ask(b.Context(), to, q); !r.Up {
			b.Fatal(r.Why)
		}
	}
}

// The errors of sockets end what waits for them, whatever they are.
func TestReasonOfAsk(t *testing.T) {
	q := inquiry{limit: time.Second}
	for want, err := range map[string]error{
		"no answer in 1 s": os.ErrDeadlineExceeded,
		`network is unreachable \(no route to it, from this router or one on the way\)`: os.NewSyscallError("connect", unix.ENETUNREACH),
		"port unreachable": refusal{kind: 3, code: 3},
	} {
		wantResult(t, q.result(verdict{}, err, 0), false, want)
	}
	wantResult(t, q.result(stray("noise"), os.ErrDeadlineExceeded, 0), false, "no answer in 1 s, but noise")
}
