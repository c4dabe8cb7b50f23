package alert

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/http/httptest"
	"net/mail"
	"strconv"
	"strings"
	"testing"
	"time"
)

// authority is a certificate for 127.0.0.1, and who trusts it.
func authority(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	s := httptest.NewUnstartedServer(nil)
	s.StartTLS()
	t.Cleanup(s.Close)
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return &tls.Config{Certificates: s.TLS.Certificates}, pool
}

func (s *smtpServer) settings(mode TLSMode) Mail {
	_, port, _ := net.SplitHostPort(s.Addr().String())
	n, _ := strconv.Atoi(port)
	return Mail{On: true, Host: "127.0.0.1", Port: n, TLS: mode, From: "pacu@example.com", To: []string{"ops@example.com", "noc@example.com"}}
}

var sample = Alert{
	ID: "abc-7", Time: time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC), Router: "lvs-01", Kind: Server, Severity: Warning, State: Problem, Service: "web",
	Title: "2 real servers down in web", Changes: []Change{
		{Kind: Server, Service: "web", Object: "s1 (10.0.0.1)", State: Problem, Why: "connection refused", Since: time.Date(2026, 11, 22, 2, 59, 55, 0, time.UTC), Count: 1},
		{Kind: Server, Service: "web", Object: "s2 (10.0.0.2)", State: Problem, Why: "no answer", Since: time.Date(2026, 11, 22, 2, 59, 56, 0, time.UTC), Count: 3},
	},
}

func TestMailTLS(t *testing.T) {
	config, roots := authority(t)
	for name, c := range map[string]struct {
		server *smtpServer
		mode   TLSMode
		user   string
		roots  *x509.CertPool
		fails  bool
		plain  bool
	}{
		"starttls":                    {&smtpServer{starttls: config}, StartTLS, "", roots, false, false},
		"starttls with a login":       {&smtpServer{starttls: config, user: "u"}, StartTLS, "u", roots, false, false},
		"starttls that is not there":  {&smtpServer{}, StartTLS, "", roots, true, false},
		"a certificate of nobody":     {&smtpServer{starttls: config}, StartTLS, "", x509.NewCertPool(), true, false},
		"from the first byte":         {&smtpServer{implicit: config}, Implicit, "", roots, false, false},
		"nobody's from the beginning": {&smtpServer{implicit: config}, Implicit, "", x509.NewCertPool(), true, false},
		"where it is offered":         {&smtpServer{starttls: config}, Opportunistic, "", roots, false, false},
		"where it is not":             {&smtpServer{}, Opportunistic, "", roots, false, true},
		"none":                        {&smtpServer{starttls: config}, Plain, "", roots, false, true},
		"refused":                     {&smtpServer{mode: "refuse"}, Plain, "", roots, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSMTP(t, c.server)
			m := mailer{s.settings(c.mode), English, c.roots}
			m.User, m.Password = c.user, "secret"
			err := m.send(t.Context(), sample)
			if (err != nil) != c.fails {
				t.Fatalf("send: %v", err)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the error has the password: %v", err)
			}
			if got := s.got(); len(got) == 0 != c.fails || !c.fails && s.plain != c.plain {
				t.Errorf("got %d mails, plain %t", len(got), s.plain)
			}
			if c.user != "" && (len(s.auths) != 1 || s.auths[0] != "\x00u\x00secret") {
				t.Errorf("logins %q", s.auths)
			}
		})
	}
}

// TestMailRefused: one recipient who is gone takes the alerts from nobody else.
func TestMailRefused(t *testing.T) {
	s := newSMTP(t, &smtpServer{never: "noc@"})
	m := mailer{s.settings(Plain), English, nil}
	err := m.send(t.Context(), sample)
	var partly partlyError
	if !errors.As(err, &partly) || !strings.Contains(err.Error(), "noc@example.com") {
		t.Errorf("send: %v", err)
	}
	if got := s.got(); len(got) != 1 || !strings.Contains(got[0], "<ops@example.com>") {
		t.Errorf("got %q", got)
	}
	m.To = []string{"noc@example.com", "noc@example.org"}
	if err := m.send(t.Context(), sample); err == nil || errors.As(err, &partly) {
		t.Errorf("nobody takes it, and send says %v", err)
	}
}

// TestMailDropped: what the server took counts as sent, even where it hangs up
// without a word then: else it would come again and again.
func TestMailDropped(t *testing.T) {
	s := newSMTP(t, &smtpServer{mode: "drop"})
	if err := (mailer{s.settings(Plain), English, nil}).send(t.Context(), sample); err != nil || len(s.got()) != 1 {
		t.Errorf("send: %v, %d mails", err, len(s.got()))
	}
}

// TestMailHangs: lvsgui's end does not wait for a server that says nothing.
func TestMailHangs(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s := newSMTP(t, &smtpServer{mode: "hang", hung: cancel})
	if err := (mailer{s.settings(Plain), English, nil}).send(ctx, sample); !errors.Is(err, context.Canceled) {
		t.Errorf("send: %v", err)
	}
}

func read(t testing.TB, text string) (head mail.Header, body string) {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil {
		t.Fatal(err)
	}
	return m.Header, string(b)
}

func TestMailWords(t *testing.T) {
	for language, want := range map[Language][3]string{
		English: {"[WARNING] lvs-01: 2 real servers down in web", "- PROBLEM: s2 (10.0.0.2) (web): no answer (since 2026-11-22T02:59:56Z), changed 3 times", "What to do: pulse probe SERVER"},
		Chinese: {"[警告] lvs-01: web 有 2 台真实服务器下线", "- 故障: s2 (10.0.0.2) (web): no answer（自 2026-11-22T02:59:56Z），共变化 3 次", "处理：pulse probe SERVER"},
	} {
		s := newSMTP(t, &smtpServer{})
		if err := (mailer{s.settings(Plain), language, nil}).send(t.Context(), sample); err != nil {
			t.Fatal(err)
		}
		head, body := read(t, s.got()[0])
		subject, err := new(mime.WordDecoder).DecodeHeader(head.Get("Subject"))
		if err != nil || subject != want[0] {
			t.Errorf("subject %q, %v", subject, err)
		}
		if !strings.Contains(body, want[1]) || !strings.Contains(body, want[2]) {
			t.Errorf("body:\n%s", body)
		}
		if id := head.Get("Message-Id"); id != "<pacu-abc-7@lvs-01>" {
			t.Errorf("Message-ID %s", id)
		}
		if to := head.Get("To"); !strings.Contains(to, "ops@example.com") || !strings.Contains(to, "noc@example.com") {
			t.Errorf("to %s", to)
		}
	}
}

// FuzzMail: nothing that pulse passes on adds a header or a recipient.
func FuzzMail(f *testing.F) {
	f.Add("s1", "refused\r\nBcc: x@example.com\r\n\r\n.\r\nMAIL FROM:<x>", "lvs\r\n-01", "abc\n7")
	f.Add("\u2028", "\x00\x85", "", "=?utf-8?q?x?=")
	f.Fuzz(func(t *testing.T, object, why, router, id string) {
		a := Alert{ID: id, Router: router, Kind: Server, Service: why, Changes: []Change{{Kind: Server, Service: object, Object: object, State: Problem, Why: why}}}
		m := Mail{From: "a@example.com", To: []string{"b@example.com"}}
		msg, err := mailer{Mail: m, language: English}.message(a)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if _, err := msg.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		head, _ := read(t, b.String())
		for k := range head {
			switch k {
			case "From", "To", "Subject", "Message-Id", "Date", "Auto-Submitted", "X-Pacu-Alert", "Mime-Version", "User-Agent", "X-Mailer", "Content-Type", "Content-Transfer-Encoding":
			default:
				t.Errorf("header %q: %q", k, head[k])
			}
		}
		if to := head["To"]; len(to) != 1 || to[0] != "<b@example.com>" {
			t.Errorf("to %q", to)
		}
	})
}
