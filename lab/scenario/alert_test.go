package scenario

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
)

// A mailbox takes mail for a machine, without asking who brings it.
type mailbox struct {
	mu    sync.Mutex
	mails []string
}

func newMailbox(s *site, l net.Listener) *mailbox {
	m := &mailbox{}
	s.t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go m.serve(c)
		}
	}()
	return m
}

// serve speaks as much of RFC 5321 as a client needs.
func (m *mailbox) serve(c net.Conn) {
	defer c.Close()
	in := bufio.NewScanner(c)
	fmt.Fprint(c, "220 mailbox ESMTP\r\n")
	for in.Scan() {
		switch word, _, _ := strings.Cut(strings.ToUpper(in.Text()), " "); word {
		case "DATA":
			fmt.Fprint(c, "354 go on\r\n")
			var text strings.Builder
			for in.Scan() && in.Text() != "." {
				fmt.Fprintln(&text, in.Text())
			}
			m.mu.Lock()
			m.mails = append(m.mails, text.String())
			m.mu.Unlock()
			fmt.Fprint(c, "250 taken\r\n")
		case "QUIT":
			fmt.Fprint(c, "221 bye\r\n")
			return
		default:
			fmt.Fprint(c, "250 well\r\n")
		}
	}
}

// subjects are those of the mails that came, in their order.
func (m *mailbox) subjects() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []string
	for _, mail := range m.mails {
		for line := range strings.Lines(mail) {
			if subject, ok := strings.CutPrefix(line, "Subject: "); ok {
				out = append(out, strings.TrimSpace(subject))
				break
			}
		}
	}
	return out
}

// receive waits for more mails than had, with these subjects in any order.
func (m *mailbox) receive(s *site, had int, subjects ...string) {
	s.t.Helper()
	n := had + len(subjects)
	s.until(func(context.Context) error {
		if got := m.subjects(); len(got) < n {
			return fmt.Errorf("mails %q, want %d", got, n)
		}
		return nil
	})
	slices.Sort(subjects)
	if diff := cmp.Diff(subjects, slices.Sorted(slices.Values(m.subjects()[had:n]))); diff != "" {
		s.t.Errorf("mails %d to %d (- wanted, + got):\n%s", had+1, n, diff)
	}
}

// receives waits for a mail with a subject, so many mails in all.
func (m *mailbox) receives(s *site, n int, subject string) {
	s.t.Helper()
	s.until(func(context.Context) error {
		if got := m.subjects(); len(got) < n || got[n-1] != subject {
			return fmt.Errorf("mails %q, want the %dth %q", got, n, subject)
		}
		return nil
	})
}

// console starts lvsgui, which then is told by its own page to mail to to.
func (r *router) console(to string) {
	s := r.site
	s.t.Helper()
	cmd := r.Command(s.t.Context(), "lvsgui", "passwd")
	cmd.Stdin = strings.NewReader("correct horse\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		s.t.Fatalf("lvsgui passwd: %v: %s", err, out)
	}
	gui, err := r.Host.Start("lvsgui", "--http")
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := awake(s.t.Context(), patience)
	defer cancel()
	if _, err := gui.WaitLine(ctx, time.Time{}, "console is ready"); err != nil {
		s.t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	browser := &http.Client{
		Jar: jar, Transport: &http.Transport{DialContext: r.DialContext},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	for _, form := range []struct {
		path   string
		values url.Values
	}{
		{"/login", url.Values{"user": {"piranha"}, "password": {"correct horse"}}},
		{"/alerts", url.Values{
			"kind": {"server", "no_server", "pulse"}, "through": {"1"}, "per_minute": {"20"}, "language": {"en"}, "syslog.network": {"udp"},
			"mail.on": {"1"}, "mail.host": {to}, "mail.port": {"25"}, "mail.tls": {"opportunistic"},
			"mail.from": {"pacu@lvs-1.example"}, "mail.to": {"ops@example.com"},
		}},
	} {
		resp, err := browser.PostForm("http://127.0.0.1:3636"+form.path, form.values)
		if err != nil {
			s.t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusSeeOther {
			s.t.Fatalf("%s: %s", form.path, resp.Status)
		}
	}
}

// TestKernelAlerts: real servers die on a router with a console, and mail comes
// to another machine: for those that are down together one, then that none is
// left, that they are back, and that pulse is gone.
func TestKernelAlerts(t *testing.T) {
	if _, err := exec.LookPath("lvsgui"); err != nil {
		t.Skip(err)
	}
	s := newLAN(t, v4, 1, 3)
	r := s.routers[0]
	// All of them are tried within much less time than what is told together.
	lvs := s.direct().and(s.virtual("web", "timeout = 500ms", "reentry = 1", "check_timeout = 5"))
	s.setUp(lvs)
	s.start(lvs)
	s.healthy("web-1", "web-2", "web-3")
	l, err := s.client.Listen("tcp", ":25")
	if err != nil {
		t.Fatal(err)
	}
	box := newMailbox(s, l)
	out, err := r.Output(t.Context(), "pulse", "alert", "test")
	if err == nil || !strings.Contains(out+err.Error(), "no lvsgui listens") {
		t.Errorf("a test without lvsgui: %v: %s", err, out)
	}
	r.console(v4.addr(public, client))

	out = r.run("pulse", "alert", "test")
	if !strings.HasPrefix(out, "mail     ops@example.com: sent in ") {
		t.Errorf("pulse alert test: %s", out)
	}
	box.receives(s, 1, "[info] lvs-1: test: alerts arrive")
	s.servers[0].web.stop()
	s.servers[1].web.stop()
	box.receives(s, 2, "[WARNING] lvs-1: 2 real servers down in web")
	s.servers[2].web.stop()
	// Which is told first depends on when lvsgui looks at pulse next.
	box.receive(s, 2, "[CRITICAL] lvs-1: no real server is left in web", "[WARNING] lvs-1: web-3 (10.1.0.13) of web is down")
	for _, rs := range s.servers {
		rs.web.start()
	}
	s.healthy("web-1", "web-2", "web-3")
	box.receive(s, 4, "[info] lvs-1: 3 real servers up in web", "[info] lvs-1: web has real servers again")
	r.stop()
	box.receives(s, 7, "[CRITICAL] lvs-1: pulse is not running")
	r.start()
	r.is(control.Active)
	box.receives(s, 8, "[info] lvs-1: pulse is running again")
}
