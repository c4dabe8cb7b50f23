package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
	"pacu/store"
	"pacu/web/templates"
)

// places of the fixture.
const (
	lvs03Service, lvs03Server = "fwmark 80", "10.8.8.33:80"
	mx1Service, mx1Server     = "tcp 10.10.1.40:25", "10.8.8.41:25"
	mx2Server, mx3Server      = "10.8.8.42:25", "10.8.8.43:25"
)

func deed(service, server string, do templates.Deed, more ...string) url.Values {
	f := url.Values{"service": {service}, "server": {server}, "do": {string(do)}}
	for i := 0; i+1 < len(more); i += 2 {
		f.Set(more[i], more[i+1])
	}
	return f
}

// A page before a deed names what it does, to whom, and who serves then.
func TestActPage(t *testing.T) {
	drain := func(s *control.Snapshot) {
		s.Services[1].Servers[0].Drain = &control.Drain{Since: time.Now(), As: "mail/10.8.8.41:25"}
	}
	up := func(s *control.Snapshot) {
		s.Services[1].Servers[1].Forced = &control.Forced{To: control.ForceUp, Since: time.Now(), As: "10.8.8.42"}
	}
	for _, tt := range []struct {
		name            string
		service, server string
		do              templates.Deed
		edit            func(*control.Snapshot)
		want            []string
		danger          bool
	}{
		{"drain", lvs03Service, lvs03Server, templates.DoDrain, nil, []string{
			"Drain lvs-03", "10.8.8.33:80", "HTTP answered", "Those it has, 13\u2009885 now, go on until they end",
			"until somebody ends it or this router boots", "on this router, lvs-01, alone", "http_server | 13\u2009885 | lvs-04",
			"never: wait until they end", "pulse drain http_server/10.8.8.33:80",
		}, false},
		{"drain the last", mx1Service, mx1Server, templates.DoDrain, nil, []string{
			"mx-1 is the last server that serves mail: after this, nobody does.", "mail | 15 | nobody: its clients are refused",
			"submission if in all | 0 | nobody", "only in mail", "in all 2 services of 10.8.8.41",
		}, true},
		{"drain with a sorry server", mx1Service, mx1Server, templates.DoDrain, func(s *control.Snapshot) { s.Services[1].Quorum = 1 },
			[]string{"mail | 15 | the sorry server"}, false},
		{"drain below the quorum", lvs03Service, lvs03Server, templates.DoDrain, func(s *control.Snapshot) { s.Services[0].Quorum = 2 },
			[]string{"the sorry server: 1 of a quorum of 2 are left"}, false},
		{"force up a server that is down", mx1Service, mx2Server, templates.DoUp, nil, []string{
			"Force mx-2 up", "by its weight, 8", "Its probes say that it is down: connect 10.8.8.42:25: connection refused. Clients that are sent to it may get no answer.",
			"pulse force mail/10.8.8.42:25 up",
		}, true},
		{"force up a server that is up", lvs03Service, lvs03Server, templates.DoUp, nil, []string{"nothing changes now"}, false},
		{"force down", lvs03Service, lvs03Server, templates.DoDown, nil, []string{"the connections it has, 13\u2009885 now, are cut"}, false},
		{"force down, quiesced", lvs03Service, lvs03Server, templates.DoDown, func(s *control.Snapshot) { s.Services[0].Servers[0].Quiesce = true },
			[]string{"It stays in the kernel's table with weight 0 (quiesce_server)"}, false},
		{"force down on the standby", lvs03Service, lvs03Server, templates.DoDown, func(s *control.Snapshot) { s.Router.State = control.Standby },
			[]string{"This router is on standby: clients notice nothing"}, false},
		{"end a drain", mx1Service, mx1Server, templates.DoUndrain, drain, []string{"End the drain of mx-1", "draining", "They say that it is up", "This ends what was asked for mail/10.8.8.41:25."}, false},
		{"end no drain", mx1Service, mx1Server, templates.DoUndrain, nil, []string{"It is not drained."}, false},
		{"force a drained one", mx1Service, mx1Server, templates.DoUp, drain, []string{"It is drained, which counts for more"}, false},
		{"end a force", mx1Service, mx2Server, templates.DoAuto, up, []string{"End the force of mx-2", "forced up", "They say that it is down: connect 10.8.8.42:25: connection refused.", "This ends what was asked for 10.8.8.42.", "pulse force 10.8.8.42 auto"}, false},
		{"end no force", mx1Service, mx2Server, templates.DoAuto, nil, []string{"It is not forced: its probes count."}, false},
		{"a server that is switched off", mx1Service, mx3Server, templates.DoDrain, nil, []string{"It is not an active real server of lvs.cf"}, false},
		{"what can be done", mx1Service, mx2Server, "", nil, []string{"Act on mx-2", "Drain", "Force up", "Force down", "Probe now", "It changes nothing."}, false},
		{"what can be done to a forced one", mx1Service, mx2Server, "", up, []string{"forced up", "End the force"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, p := newConsole(t, true)
			if tt.edit != nil {
				p.change(time.Now(), tt.edit)
			}
			v := visit(t, s.Handler())
			v.login()
			resp, body := v.get(templates.ActURL(tt.service, tt.server, tt.do, ""))
			if resp.StatusCode != http.StatusOK {
				t.Fatal(resp.Status)
			}
			want(t, words(body), tt.want...)
			if got := strings.Contains(body, `class="danger"`); got != tt.danger {
				t.Errorf("the button looks dangerous: %t, want %t", got, tt.danger)
			}
			if len(p.did) > 0 {
				t.Errorf("looking changed something: %v", p.did)
			}
		})
	}
}

func TestAct(t *testing.T) {
	s, p := newConsole(t, true)
	p.change(time.Now(), func(s *control.Snapshot) {
		s.Services[1].Servers[1].Forced = &control.Forced{To: control.ForceUp, As: "10.8.8.42"}
		s.Services[0].Servers[1].Drain = &control.Drain{As: "http_server/10.8.8.34"}
	})
	v := visit(t, s.Handler())
	v.login()
	for _, tt := range []struct {
		form     url.Values
		did, to  string
		refusing error
		says     string
	}{
		{deed(lvs03Service, lvs03Server, templates.DoDrain, "timeout", "10m0s"), "drain http_server/10.8.8.33:80 10m0s", "/monitoring", nil, "pulse: done"},
		{deed(mx1Service, mx1Server, templates.DoDrain, "scope", "all", "timeout", "0s", "back", "/configuration?x=1"), "drain 10.8.8.41 0s", "/configuration?x=1", nil, "pulse: done"},
		{deed(mx1Service, mx1Server, templates.DoDown, "back", "https://elsewhere.example/"), "force mail/10.8.8.41:25 down", "/monitoring", nil, "pulse: done"},
		{deed(mx1Service, mx2Server, templates.DoUp, "scope", "here", "back", "//elsewhere.example"), "force mail/10.8.8.42:25 up", "/monitoring", nil, "pulse: done"},
		{deed(mx1Service, mx2Server, templates.DoAuto), "force 10.8.8.42 auto", "/monitoring", nil, "pulse: done"},
		{deed(lvs03Service, "10.8.8.34:80", templates.DoUndrain), "undrain http_server/10.8.8.34", "/monitoring", errors.New("it <is> not drained"), "pulse could not: it &lt;is&gt; not drained"},
	} {
		s.hub.look(t.Context(), 0)
		p.mu.Lock()
		p.refuse, p.did = tt.refusing, nil
		p.mu.Unlock()
		resp, body := v.do("POST", "/act", tt.form)
		if resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != tt.to {
			t.Errorf("%v: %s to %q\n%s", tt.form, resp.Status, resp.Header.Get("Location"), body)
		}
		if diff := cmp.Diff([]string{tt.did}, p.did); diff != "" {
			t.Errorf("did (-want +got):\n%s", diff)
		}
		_, body = v.get("/configuration")
		want(t, body, tt.says)
	}
	entries, err := s.Store.Audit(t.Context(), store.AuditQuery{N: 20})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range slices.Backward(entries) {
		if e.Object != "" {
			got = append(got, fmt.Sprintf("%s %s %s %s|%s|%s", e.Who, e.What, e.Object, e.Note, e.Before, e.After))
		}
	}
	wanted := []string{
		"piranha drain http_server/10.8.8.33:80 timeout 10m0s|lvs-03 (10.8.8.33:80): probes say up, weight 1, in the kernel 1, 13885 connections|done",
		"piranha drain 10.8.8.41 |mx-1 (10.8.8.41:25): probes say up, weight 8, in the kernel 4, 15 connections|done",
		"piranha force down mail/10.8.8.41:25 |mx-1 (10.8.8.41:25): probes say up, weight 8, in the kernel 4, 15 connections|done",
		"piranha force up mail/10.8.8.42:25 |mx-2 (10.8.8.42:25): probes say down, weight 8, not in the kernel, forced up|done",
		"piranha force auto 10.8.8.42 |mx-2 (10.8.8.42:25): probes say down, weight 8, not in the kernel, forced up|done",
		"piranha undrain http_server/10.8.8.34 |lvs-04 (10.8.8.34:80): probes say up, weight 1, in the kernel 1, 13100 connections, drained|refused: it <is> not drained",
	}
	if diff := cmp.Diff(wanted, got); diff != "" {
		t.Errorf("audit (-want +got):\n%s", diff)
	}
}

// What makes no sense is refused, and nothing is done.
func TestActRefuses(t *testing.T) {
	s, p := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	for _, tt := range []struct {
		name   string
		form   url.Values
		status int
		says   string
	}{
		{"no deed", deed(mx1Service, mx1Server, ""), http.StatusUnprocessableEntity, "does not take that request"},
		{"an unknown deed", deed(mx1Service, mx1Server, "explode"), http.StatusUnprocessableEntity, "does not take that request"},
		{"no such time", deed(mx1Service, mx1Server, templates.DoDrain, "timeout", "7m", "scope", "all"), http.StatusUnprocessableEntity, "Choose one of these times."},
		{"no time at all", deed(mx1Service, mx1Server, templates.DoDrain, "timeout", "<b>"), http.StatusUnprocessableEntity, "Choose one of these times."},
		{"a server that is gone", deed(mx1Service, "10.8.8.99:25", templates.DoDrain), http.StatusNotFound, "There is no real server 10.8.8.99:25 in tcp 10.10.1.40:25 any more."},
		{"a service that is gone", deed("tcp <b>", mx1Server, templates.DoProbe), http.StatusNotFound, "There is no real server"},
		{"one that is switched off", deed(mx1Service, mx3Server, templates.DoUp), http.StatusUnprocessableEntity, "It is not an active real server"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			resp, body := v.do("POST", "/act", tt.form)
			if resp.StatusCode != tt.status {
				t.Error(resp.Status)
			}
			want(t, words(body), tt.says)
			if strings.Contains(body, "<b>") {
				t.Errorf("not as text:\n%s", body)
			}
		})
	}
	_, body := v.do("POST", "/act", deed(mx1Service, mx1Server, templates.DoDrain, "timeout", "7m", "scope", "all"))
	want(t, body, `value="all" checked`, `aria-invalid="true"`)
	for _, path := range []string{"/act?do=explode", "/act?do=probe", "/act?service=x&server=y&do=drain"} {
		if resp, _ := v.get(path); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
	p.fail(control.ErrNotRunning)
	s.hub.look(t.Context(), 0)
	resp, body := v.get(templates.ActURL(mx1Service, mx1Server, templates.DoDrain, ""))
	if resp.StatusCode != http.StatusBadGateway {
		t.Errorf("without pulse: %s", resp.Status)
	}
	want(t, words(body), "pulse could not: pulse is not running")
	if len(p.did) > 0 {
		t.Errorf("pulse was asked: %v", p.did)
	}
}

// Operators act, viewers do not.
func TestActIsForOperators(t *testing.T) {
	s, p := newConsole(t, true)
	if err := s.Store.AddUser(t.Context(), "vera", store.Viewer, password); err != nil {
		t.Fatal(err)
	}
	v := visit(t, s.Handler())
	v.loginAs("vera", password)
	for _, path := range []string{"/act?do=drain", "/probe"} {
		if resp, _ := v.get(path); resp.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
	if resp, _ := v.do("POST", "/act", deed(mx1Service, mx1Server, templates.DoDrain)); resp.StatusCode != http.StatusForbidden {
		t.Errorf("act: %s", resp.Status)
	}
	if resp, _ := v.get(templates.HelpPath); resp.StatusCode != http.StatusOK {
		t.Errorf("help: %s", resp.Status)
	}
	if len(p.did) > 0 {
		t.Errorf("pulse was asked: %v", p.did)
	}
}

// A leaver is a pulse whose asker hangs up while it works.
type leaver struct {
	*fakePulse
	hangUp func()
}

func (p leaver) Drain(ctx context.Context, server string, timeout time.Duration) (string, error) {
	p.hangUp()
	if err := ctx.Err(); err != nil {
		return "", err
	}
	return p.fakePulse.Drain(ctx, server, timeout)
}

// TestActIsRecordedWhoeverLeaves holds that nobody escapes the audit by hanging
// up.
func TestActIsRecordedWhoeverLeaves(t *testing.T) {
	s, p := newConsole(t, true)
	ctx, cancel := context.WithCancel(t.Context())
	s.Pulse = leaver{p, cancel}
	ctx, err := s.sessions.Load(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	s.sessions.Put(ctx, store.UserKey, "piranha")
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/act", nil)
	snap, err := s.moment(ctx)
	if err != nil {
		t.Fatal(err)
	}
	a := templates.ActPage{Do: templates.DoDrain}
	a.Place, _ = templates.FindPlace(snap, lvs03Service, lvs03Server)
	s.carryOut(r, &a)
	log, err := s.Store.Audit(t.Context(), store.AuditQuery{What: "drain"})
	if err != nil || len(log) != 1 || log[0].After != "done" {
		t.Errorf("audit = %+v, %v", log, err)
	}
}
