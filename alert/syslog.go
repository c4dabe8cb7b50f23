package alert

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

const (
	// facility is "system daemons", RFC 5424, 6.2.1.
	facility = 3
	// maxSyslog bounds a message: every receiver takes 480 bytes, and should
	// take 2048 (RFC 5424, 6.1).
	maxSyslog = 2048
	// enterprise is the number of examples (RFC 5612): we have none of our own.
	enterprise = "32473"
)

// A syslogger sends messages of RFC 5424. None of its ways is answered, so that
// what is sent may yet be lost; of TCP and TLS, the connection at least stands.
type syslogger struct {
	Syslog
	roots *x509.CertPool // nil: the system's
}

func (s syslogger) send(ctx context.Context, a Alert) error {
	ctx, cancel := context.WithTimeout(ctx, sendLimit)
	defer cancel()
	c, err := s.dial(ctx)
	if err != nil {
		return fmt.Errorf("syslog: %w", err)
	}
	limit, _ := ctx.Deadline()
	err = c.SetDeadline(limit)
	if err == nil {
		_, err = c.Write(s.frame(Message(a)))
	}
	if e := c.Close(); err == nil {
		err = e
	}
	if err != nil {
		return fmt.Errorf("syslog %s: %w", s.Address, err)
	}
	return nil
}

func (s syslogger) dial(ctx context.Context) (net.Conn, error) {
	var d net.Dialer
	switch s.Network {
	case TLS:
		t := tls.Dialer{NetDialer: &d, Config: &tls.Config{RootCAs: s.roots, MinVersion: tls.VersionTLS12}}
		return t.DialContext(ctx, "tcp", s.Address)
	case Unix:
		return d.DialContext(ctx, "unixgram", s.Address)
	default:
		return d.DialContext(ctx, s.Network, s.Address)
	}
}

// frame is msg as its network carries it: counted in octets over streams (RFC
// 6587, 3.4.1; RFC 5425, 4.3), alone in a datagram.
func (s syslogger) frame(msg []byte) []byte {
	if s.Network == TCP || s.Network == TLS {
		return append([]byte(strconv.Itoa(len(msg))+" "), msg...)
	}
	return msg
}

// Message is a as a message of RFC 5424, of at most 2048 bytes.
func Message(a Alert) []byte {
	level := map[Severity]int{Critical: 2, Warning: 4, Info: 6}[a.Severity]
	var b strings.Builder
	fmt.Fprintf(&b, "<%d>1 %s %s lvsgui %d %s ", facility*8+level, a.Time.UTC().Format("2006-01-02T15:04:05.000000Z"),
		headerWord(a.Router, 255), os.Getpid(), headerWord(string(a.Kind), 32))
	fmt.Fprintf(&b, "[pacu@%s", enterprise)
	for _, p := range [][2]string{
		{"id", a.ID}, {"kind", string(a.Kind)}, {"severity", string(a.Severity)}, {"state", string(a.State)}, {"service", a.Service},
	} {
		if p[1] != "" {
			fmt.Fprintf(&b, ` %s="%s"`, p[0], paramValue(p[1], 200))
		}
	}
	b.WriteString("] \ufeff") // a BOM: what follows is UTF-8
	b.WriteString(oneLine(a.title(English, a.Changes), 400))
	for _, c := range a.Changes {
		if c.Why == "" && len(a.Changes) == 1 {
			break
		}
		part := "; " + string(c.State) + ": " + c.Object
		if c.Why != "" {
			part += ": " + c.Why
		}
		if part = oneLine(part, 300); b.Len()+len(part) > maxSyslog-40 {
			b.WriteString("; ...")
			break
		}
		b.WriteString(part)
	}
	return []byte(b.String())
}

// headerWord is s as a field of the header: visible ASCII, "-" for none.
func headerWord(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f {
			return r
		}
		return '_'
	}, s)
	if s == "" {
		return "-"
	}
	return s[:min(len(s), n)]
}

// paramValue is s within the quotes of structured data (RFC 5424, 6.3.3).
func paramValue(s string, n int) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, `]`, `\]`).Replace(oneLine(s, n))
}

// testAlert is what is sent when somebody asks for it.
func testAlert(id, router string, now time.Time) Alert {
	a := Alert{ID: id, Time: now, Router: router, Kind: Test, Severity: Info, State: Note, Changes: []Change{}}
	a.Title = a.title(English, nil)
	return a
}
