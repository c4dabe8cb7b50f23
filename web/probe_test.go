package web

import (
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"pacu/control"
	"pacu/store"
	"pacu/web/templates"
)

// probedMX1 is what a probe of mx-1 found in its two services.
func probedMX1() []control.Probed {
	at := netip.MustParseAddr("10.8.8.41")
	after := func(ms float64) control.Duration { return control.Duration(ms * float64(time.Millisecond)) }
	return []control.Probed{
		{
			Server: at, RealPort: 25, Service: mx1Service, Virtual: "mail", Name: "mx-1", Check: `smtp`, Health: control.Up, Why: `220 answered`, Took: after(2.3),
			Steps: []control.ProbeStep{{After: after(0.4), Text: "connected"}, {After: after(1.1), Text: `the server says "220 mx-1 <ready>"`}, {After: after(2.2), Text: `the server says "221 bye"`}},
		},
		{
			Server: at, RealPort: 587, Service: "tcp 10.10.1.40:587", Virtual: "submission", Name: "mx-1", Check: `smtp with tls`, Health: control.Down,
			Why: "tls: certificate expired on 2026-11-20", Took: after(7.9), Steps: []control.ProbeStep{{After: after(0.5), Text: "connected"}},
		},
	}
}

// A probe is done by the button, and its steps are shown on a page of their own
// that can be loaded again.
func TestProbeNow(t *testing.T) {
	s, p := newConsole(t, true)
	p.probed = probedMX1()
	v := visit(t, s.Handler())
	v.login()
	ask := func(form url.Values, to string) {
		t.Helper()
		resp, body := v.do("POST", "/act", form)
		if resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != to {
			t.Fatalf("%s to %q\n%s", resp.Status, resp.Header.Get("Location"), body)
		}
	}
	page := templates.ProbeURL(mx1Service, mx1Server, "")
	_, body := v.get(page)
	want(t, words(body), "Nothing was probed here lately.", "PROBE AGAIN")

	ask(deed(mx1Service, mx1Server, templates.DoProbe, "scope", "all"), page)
	for range 2 {
		_, body = v.get(page)
		want(t, words(body), "Probe of mx-1", "Up in 1 of the 2 services probed.", "by piranha",
			`0.4 ms | connected`, `1.1 ms | the server says "220 mx-1 <ready>"`, "down mx-1 10.8.8.41:587 submission", "tls: certificate expired on 2026-11-20")
	}
	if strings.Contains(body, "<ready>") {
		t.Error("what the server said is no text")
	}
	p.mu.Lock()
	p.probed, p.did = p.probed[:1], nil
	p.mu.Unlock()
	ask(deed(mx1Service, mx1Server, templates.DoProbe), page)
	_, body = v.get(page)
	want(t, words(body), "It is up.")
	if len(p.did) != 1 || p.did[0] != "probe mail/10.8.8.41:25" {
		t.Errorf("did %q", p.did)
	}

	p.mu.Lock()
	p.refuse = errors.New("3 real servers are being probed just now")
	p.mu.Unlock()
	ask(deed(mx1Service, mx1Server, templates.DoProbe), page)
	_, body = v.get(page)
	want(t, words(body), "pulse could not: 3 real servers are being probed just now")

	// It is nobody else's business.
	other := visit(t, s.Handler())
	other.login()
	_, body = other.get(page)
	want(t, words(body), "Nothing was probed here lately.")

	entries, err := s.Store.Audit(t.Context(), store.AuditQuery{What: "probe", N: 9})
	if err != nil || len(entries) != 3 {
		t.Fatalf("audit %v, %v", entries, err)
	}
	if e := entries[2]; e.Object != "10.8.8.41" || e.After != "tcp 10.10.1.40:25: up: 220 answered\ntcp 10.10.1.40:587: down: tls: certificate expired on 2026-11-20\n" {
		t.Errorf("audit %+v", e)
	}
}
