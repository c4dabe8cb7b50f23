package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
	"pacu/web/templates"
)

var (
	warning  = control.Finding{Text: "path private is silent: switch over once it is back"}
	obstacle = control.Finding{Stops: true, Text: "the partner is on hold: pulse hold off, there"}
)

func TestPreflight(t *testing.T) {
	for _, tt := range []struct {
		name     string
		findings []control.Finding
		edit     func(*control.Snapshot)
		want     []string
		force    bool
	}{
		{"clear", nil, nil, []string{"This router serves. After the switchover the partner 10.10.1.32 does.", "Nothing speaks against it."}, false},
		{"from the standby", nil, func(s *control.Snapshot) {
			s.Router.State, s.Partner.State = control.Standby, control.Active
		}, []string{"The partner 10.10.1.32 serves. After the switchover this router does."}, false},
		{"warned", []control.Finding{warning}, nil, []string{"It can be done. Mind this:\nwarning path private is silent"}, false},
		{"stopped", []control.Finding{obstacle, warning}, nil, []string{
			"It would go wrong:\nstops it the partner is on hold", "warning path private is silent", "SWITCH OVER ALL THE SAME",
		}, true},
		{"nobody else", []control.Finding{{Stops: true, Text: "there is no backup router"}}, func(s *control.Snapshot) { s.Partner = nil },
			[]string{"there is no backup router"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, p := newConsole(t, true)
			if p.findings = tt.findings; tt.edit != nil {
				p.change(time.Now(), tt.edit)
			}
			v := visit(t, s.Handler())
			v.login()
			resp, body := v.get("/switchover")
			if resp.StatusCode != http.StatusOK {
				t.Fatal(resp.Status)
			}
			want(t, words(body), tt.want...)
			if got := strings.Contains(body, `name="force"`); got != tt.force {
				t.Errorf("the page offers force: %t, want %t", got, tt.force)
			}
			if len(p.overs) > 0 {
				t.Errorf("looking changed something: %v", p.overs)
			}
		})
	}
}

func TestPreflightWithoutPulse(t *testing.T) {
	s, p := newConsole(t, true)
	p.fail(control.ErrNotRunning)
	v := visit(t, s.Handler())
	v.login()
	for _, page := range []string{"/switchover", "/hold"} {
		resp, body := v.get(page)
		if resp.StatusCode != http.StatusBadGateway || strings.Contains(body, `action="`+page+`"`) {
			t.Errorf("%s: %s", page, resp.Status)
		}
		want(t, words(body), "pulse could not: pulse is not running")
	}
}

// awaitPage reads the stream until a message holds all of parts.
func awaitPage(t *testing.T, v *visitor, parts ...string) {
	t.Helper()
	c, leave := v.listen("/monitoring/stream?after=0")
	defer leave()
	for m := range c {
		if !slices.ContainsFunc(parts, func(p string) bool { return !strings.Contains(m.data, p) }) {
			return
		}
	}
	t.Fatalf("the stream ended before it said %q", parts)
}

func TestSwitchOver(t *testing.T) {
	s, p := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	ask := func(form url.Values) {
		t.Helper()
		if resp, _ := v.do("POST", "/switchover", form); resp.Header.Get("Location") != "/monitoring" {
			t.Fatalf("switchover: %s", resp.Status)
		}
	}
	ask(url.Values{})
	_, body := v.get("/monitoring")
	want(t, body, "Switching over, as piranha asked.")
	ask(url.Values{}) // once more, while it is under way
	_, body = v.get("/monitoring")
	want(t, body, "A switchover is under way already.")
	p.over <- nil
	awaitPage(t, v, "Switched over: the partner serves")

	// Something stops it; the page says what, and force does it all the same.
	p.change(time.Now(), func(*control.Snapshot) { p.findings = []control.Finding{obstacle} })
	ask(url.Values{})
	awaitPage(t, v, "Not switched over", "the partner is on hold")
	ask(url.Values{"force": {"1"}})
	p.over <- errors.New("deadtime has passed")
	awaitPage(t, v, "The switchover failed: deadtime has passed")

	if diff := cmp.Diff([]string{"switchover force false", "switchover force false", "switchover force true"}, p.overs); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	for _, line := range []string{`msg=switchover user=piranha note="whatever stops it"`, `msg="switchover ended" user=piranha done="the partner serves"`} {
		if !strings.Contains(logged(s), line) {
			t.Errorf("the log lacks %s:\n%s", line, logged(s))
		}
	}
}

// What another site, or nobody in particular, may not do.
func TestRoleIsGuarded(t *testing.T) {
	s, p := newConsole(t, true)
	v := visit(t, s.Handler())
	for _, path := range []string{"/switchover", "/hold"} {
		if resp, _ := v.get(path); !strings.HasPrefix(resp.Header.Get("Location"), "/login?next=") {
			t.Errorf("%s without a session: %s", path, resp.Status)
		}
		if resp, _ := v.do("POST", path, url.Values{"on": {"1"}}); resp.StatusCode != http.StatusUnauthorized {
			t.Errorf("POST %s without a session: %s", path, resp.Status)
		}
	}
	v.login()
	for _, path := range []string{"/switchover", "/hold"} {
		if resp, _ := v.do("POST", path, url.Values{"on": {"1"}}, "Sec-Fetch-Site", "cross-site"); resp.StatusCode != http.StatusForbidden {
			t.Errorf("POST %s from another site: %s", path, resp.Status)
		}
		if resp, _ := v.do("POST", path, url.Values{"x": {strings.Repeat("x", maxForm)}}); resp.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("POST %s of a long form: %s", path, resp.Status)
		}
	}
	if len(p.overs) > 0 {
		t.Errorf("pulse was asked: %v", p.overs)
	}
}

func TestSwitcher(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var o switcher
		if o.last() != nil {
			t.Error("a switchover before the first")
		}
		if !o.begin("anna") || o.begin("bert") {
			t.Error("want one switchover at a time")
		}
		began := time.Now()
		time.Sleep(2 * overShown) // one that hangs is not forgotten
		if l := o.last(); l == nil || !l.Running() || l.By != "anna" {
			t.Errorf("under way: %+v", l)
		}
		o.end(templates.Switchover{Failed: "no"})
		if l := o.last(); l.Running() || l.By != "anna" || !l.Began.Equal(began) || l.Failed != "no" {
			t.Errorf("ended: %+v", l)
		}
		time.Sleep(overShown + time.Second)
		if o.last() != nil {
			t.Error("an old one is still told of")
		}
		if !o.begin("bert") {
			t.Error("no second switchover")
		}
	})
}
