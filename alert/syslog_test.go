package alert

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestSyslog(t *testing.T) {
	config, roots := authority(t)
	want := regexp.MustCompile(`^<28>1 2026-11-22T03:00:00\.000000Z lvs-01 lvsgui \d+ server \[pacu@32473 id="abc-7" kind="server" severity="warning" state="problem" service="web"\] ` +
		"\ufeff" + `2 real servers down in web; problem: s1 \(10\.0\.0\.1\): connection refused; problem: s2 \(10\.0\.0\.2\): no answer$`)
	for _, network := range []string{UDP, TCP, TLS, Unix} {
		t.Run(network, func(t *testing.T) {
			got := make(chan string, 1)
			address := ""
			switch network {
			case UDP, Unix:
				var c net.PacketConn
				var err error
				if network == UDP {
					c, err = net.ListenPacket("udp", "127.0.0.1:0")
				} else {
					c, err = net.ListenPacket("unixgram", filepath.Join(t.TempDir(), "s"))
				}
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				address = c.LocalAddr().String()
				go func() {
					b := make([]byte, 4096)
					n, _, _ := c.ReadFrom(b)
					got <- string(b[:n])
				}()
			default:
				l, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					t.Fatal(err)
				}
				if network == TLS {
					l = tls.NewListener(l, config)
				}
				defer l.Close()
				address = l.Addr().String()
				go func() {
					c, err := l.Accept()
					if err != nil {
						return
					}
					defer c.Close()
					r := bufio.NewReader(c)
					count, _ := r.ReadString(' ')
					n, _ := strconv.Atoi(strings.TrimSpace(count))
					b := make([]byte, n)
					io.ReadFull(r, b)
					rest, _ := io.ReadAll(r)
					got <- string(b) + string(rest)
				}()
			}
			s := syslogger{Syslog{On: true, Network: network, Address: address}, roots}
			if err := s.send(t.Context(), sample); err != nil {
				t.Fatal(err)
			}
			if msg := <-got; !want.MatchString(msg) {
				t.Errorf("message %q", msg)
			}
		})
	}
	if err := (syslogger{Syslog{Network: Unix, Address: "/nonexistent"}, nil}).send(t.Context(), sample); err == nil {
		t.Error("nobody there, and no error")
	}
}

// grammar is RFC 5424's, as far as we use it.
var grammar = regexp.MustCompile(`(?s)^<\d{1,3}>1 \S+ [!-~]{1,255} lvsgui \d+ [!-~]{1,32} \[pacu@32473( [a-z]+="(\\["\\\]]|[^"\\\]])*")*\] ` + "\ufeff" + `[^\x00-\x1f\x7f]*$`)

// FuzzSyslog: a message is always one, whatever pulse passes on.
func FuzzSyslog(f *testing.F) {
	f.Add("web", `x"] <34>1 - evil`, "lvs 01\n", "\\")
	f.Add("\xff", "\u2028", "", strings.Repeat("中", 3000))
	f.Fuzz(func(t *testing.T, service, why, router, id string) {
		a := Alert{ID: id, Router: router, Kind: Server, Severity: Critical, State: Problem, Service: service}
		for range 40 {
			a.Changes = append(a.Changes, Change{Kind: Server, Service: service, Object: why, State: Problem, Why: why})
		}
		m := Message(a)
		if !grammar.Match(m) || len(m) > maxSyslog || !utf8.Valid(m) {
			t.Errorf("%d bytes: %q", len(m), m)
		}
	})
}

// TestSyslogHangs: one that takes the connection and says nothing of TLS.
func TestSyslogHangs(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	s := syslogger{Syslog{Network: TLS, Address: l.Addr().String()}, nil}
	if err := s.send(ctx, sample); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("send: %v", err)
	}
}
