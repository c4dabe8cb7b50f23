package alert

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
)

// A smtpServer takes mail on loopback, or does not.
type smtpServer struct {
	net.Listener
	starttls *tls.Config // offered where it is not nil
	implicit *tls.Config
	user     string // asked for where it is not empty
	hung     func() // told of each client that waits for a server that hangs; nil: nobody

	mu    sync.Mutex
	mode  string // "" takes, "refuse" answers 451, "hang" says nothing, "drop" hangs up after a mail
	never string // what a mail has, or its recipient, that is refused for good
	mails []string
	auths []string
	plain bool // mail came without TLS
	conns map[net.Conn]bool
}

func newSMTP(t *testing.T, s *smtpServer) *smtpServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if s.implicit != nil {
		l = tls.NewListener(l, s.implicit)
	}
	s.Listener, s.conns = l, map[net.Conn]bool{}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns[c] = true
			s.mu.Unlock()
			all.Go(func() { defer c.Close(); s.serve(c) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		s.mu.Lock()
		for c := range s.conns {
			c.Close()
		}
		s.mu.Unlock()
		all.Wait()
	})
	return s
}

func (s *smtpServer) set(mode string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mode = mode
}

func (s *smtpServer) got() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.mails...)
}

func (s *smtpServer) serve(c net.Conn) {
	s.mu.Lock()
	mode := s.mode
	s.mu.Unlock()
	in := bufio.NewReader(c)
	say := func(line string) { fmt.Fprintf(c, "%s\r\n", line) }
	switch mode {
	case "hang":
		if s.hung != nil {
			s.hung()
		}
		in.ReadByte() // until it is closed
		return
	case "refuse":
		say("451 4.3.0 not now")
		return
	}
	say("220 test ESMTP")
	secret := s.implicit != nil
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		switch word, rest, _ := strings.Cut(strings.TrimSpace(line), " "); strings.ToUpper(word) {
		case "EHLO":
			say("250-test")
			if s.user != "" {
				say("250-AUTH PLAIN")
			}
			if s.starttls != nil && !secret {
				say("250-STARTTLS")
			}
			say("250 8BITMIME")
		case "STARTTLS":
			say("220 go")
			t := tls.Server(c, s.starttls)
			if t.Handshake() != nil {
				return
			}
			c, in, secret = t, bufio.NewReader(t), true
		case "AUTH":
			b, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(rest, "PLAIN "))
			s.mu.Lock()
			s.auths = append(s.auths, string(b))
			s.mu.Unlock()
			say("235 welcome")
		case "DATA":
			say("354 go")
			var b strings.Builder
			for {
				line, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if line == ".\r\n" {
					break
				}
				b.WriteString(line)
			}
			if s.never != "" && strings.Contains(b.String(), s.never) {
				say("554 5.7.1 I do not like this")
				continue
			}
			s.mu.Lock()
			s.mails, s.plain = append(s.mails, b.String()), !secret
			s.mu.Unlock()
			say("250 taken")
			if mode == "drop" {
				return
			}
		case "RCPT":
			if s.never != "" && strings.Contains(rest, s.never) {
				say("550 5.1.1 nobody of that name")
				continue
			}
			say("250 well")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 well")
		}
	}
}
