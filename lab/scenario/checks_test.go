package scenario

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pacu/control"
)

// TestKernelChecks has one real server checked in many ways, of which all must
// pass: each one that fails takes it out and says so, in pulse's status and in
// what pulse nanny and pulse probe print.
func TestKernelChecks(t *testing.T) {
	s := newLAN(t, v4, 1, 1)
	r, rs := s.routers[0], s.servers[0]
	lvs := s.direct().and(s.virtual("web",
		"timeout = 400ms", "retry = 150ms", "rise = 2", "fall = 2",
		"check = http", "check_path = /health?deep=1", "check_status = 200,204", `check_body = "all well"`, "check_timeout = 5",
		"probe secure {", "check = https", "check_port = 443", "check_name = www.example.com", "check_expiry = 30", "check_timeout = 5", "}",
		"probe admin {", "check = tcp", "check_port = 8000", "check_timeout = 5", "}",
		"probe host {", "check = ping", "check_timeout = 3", "}",
	))
	s.setUp(lvs)
	rs.web.stop()
	p := newPage("all well")
	rs.serve(":80", p, nil)
	secure := rs.serve(":443", p, certificate(t, "www.example.com"))
	admin := rs.serve(":8000", p, nil)
	s.start(lvs)
	s.healthy("web-1")
	service, web := v4.at(public, vip, 80), v4.at(public, 11, 80)
	head, row := "-A -t "+service+" -s rr", "-a -t "+service+" -r "+web+" -g -w 1"
	r.holds(head, row)
	r.blames(service, control.Up, "certificate of www.example.com expires in 9 days")
	for _, text := range []string{web, " ms", "in ", "up", "ping: answered in"} {
		if out := r.run("pulse", "nanny", "web-1"); !strings.Contains(out, text) {
			t.Errorf("pulse nanny does not tell of %q:\n%s", text, out)
		}
	}

	t.Log("one failure is one too few")
	began := time.Now()
	p.fail(1)
	// It has acted on an answer when it asks for the next but one.
	enough := p.asked.Load() + 3
	s.until(func(context.Context) error {
		if n := p.asked.Load(); p.bad.Load() > 0 || n < enough {
			return fmt.Errorf("the page was asked for %d times, want %d", n, enough)
		}
		return nil
	})
	r.blames(service, control.Up, "ping: answered in")
	for _, l := range r.pulse.Lines() {
		if l.At.After(began) && strings.Contains(l.Text, "[inactive]") {
			t.Errorf("one failure took it out: %s", l.Text)
		}
	}

	for _, tt := range []struct {
		name          string
		breaks, mends func()
		why           string
	}{
		{
			"the page says 503", func() { p.fail(always) }, func() { p.fail(0) },
			`http GET /health?deep=1, status 200,204, with "all well": connected in `,
		},
		{
			"the page says something else", func() { p.text.Store("all ill") }, func() { p.text.Store("all well") },
			`expected "all well" in its content`,
		},
		{
			"TLS is gone", func() { secure(); secure = rs.serve(":443", p, nil) },
			func() { secure(); secure = rs.serve(":443", p, certificate(t, "www.example.com")) },
			"port 443: connected in ",
		},
		{
			"a port is closed", func() { admin() }, func() { admin = rs.serve(":8000", p, nil) },
			"connection refused",
		},
		{
			"it hears no ping", func() { rs.Setup("sysctl", "-qw", "net.ipv4.icmp_echo_ignore_all=1") },
			func() { rs.Setup("sysctl", "-qw", "net.ipv4.icmp_echo_ignore_all=0") },
			"ping: no answer",
		},
	} {
		t.Log(tt.name)
		began := time.Now()
		tt.breaks()
		s.built()
		r.holds(head)
		r.blames(service, control.Down, tt.why)
		r.says(began, "[inactive] shutting down "+web)
		out, up := r.shows("probe", "web-1")
		if up || !strings.Contains(out, tt.why) {
			t.Errorf("%s: pulse probe says up: %v\n%s", tt.name, up, out)
		}
		tt.mends()
		s.built()
		r.holds(head, row)
	}
	if out, up := r.shows("probe", "web-1"); !up {
		t.Errorf("pulse probe says that it is not up:\n%s", out)
	}
}

// blames waits until some real server of a service is up or down, and has a
// reason for it.
func (r *router) blames(service string, h control.Health, why string) {
	r.site.t.Helper()
	r.status(func(s *control.Snapshot) error {
		seen := ""
		for i := range s.Services {
			if svc := &s.Services[i]; strings.HasSuffix(svc.Key(), " "+service) {
				for _, rs := range svc.Servers {
					if rs.Health == h && strings.Contains(rs.Why, why) {
						return nil
					}
					seen += fmt.Sprintf("\n%s is %s: %s", rs.Name, rs.Health, rs.Why)
				}
			}
		}
		return fmt.Errorf("no real server of %s is %s for %q:%s", service, h, why, seen)
	})
}

// shows is what a command of pulse prints, and whether it found all well.
func (r *router) shows(args ...string) (out string, well bool) {
	r.site.t.Helper()
	ctx, cancel := awake(r.site.t.Context(), patience)
	defer cancel()
	out, err := r.Output(ctx, "pulse", args...)
	if exit := new(exec.ExitError); err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		r.site.t.Fatalf("%v %s", err, out)
	}
	return out, err == nil
}

// A page answers with a text, and says 503 where it was told to.
type page struct {
	text  atomic.Value
	bad   atomic.Int32 // answers still to fail
	every atomic.Int32 // one answer of so many fails too; 0: none

	asked, passed atomic.Int32 // answers so far, and those that did not fail
}

func newPage(text string) *page {
	p := &page{}
	p.text.Store(text)
	return p
}

// always is more often than any test asks.
const always = 1 << 30

// fail has the next n answers fail.
func (p *page) fail(n int32) { p.bad.Store(n) }

// ServeHTTP implements http.Handler.
func (p *page) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	n, every := p.asked.Add(1), p.every.Load()
	switch {
	case p.bad.Load() > 0:
		p.bad.Add(-1)
		fallthrough
	case every > 0 && n%every == 0:
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	p.passed.Add(1)
	fmt.Fprintln(w, p.text.Load())
}

// serve has the server answer at an address, over TLS where it has a
// certificate, until the test ends or stop is called.
func (rs *server) serve(address string, h http.Handler, c *tls.Certificate) (stop func()) {
	rs.site.t.Helper()
	l, err := rs.Listen("tcp", address)
	if err != nil {
		rs.site.t.Fatal(err)
	}
	if c != nil {
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{*c}})
	}
	running := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	go func() { _ = running.Serve(l) }() // ends when it is closed, and only then
	stop = func() { _ = running.Close() }
	rs.site.t.Cleanup(stop)
	return stop
}

// certificate makes one for a name, by itself, that is valid for nine days and
// a half.
func certificate(t *testing.T, name string) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	of := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(228 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, of, of, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
