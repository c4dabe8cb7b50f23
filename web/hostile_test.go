package web

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"pacu/control"
	"pacu/store"
)

// hostile are what must come back as text alone. Their element and attribute
// exist nowhere else, so that a page that has one was broken out of.
var hostile = []string{
	`"'></textarea></title><hostile evil=1><script>evil()</script>` + "`",
	"' evil=1 onfocus=evil() autofocus x='",
	"; touch /tmp/evil `touch /tmp/evil` $(touch /tmp/evil) | touch /tmp/evil & # \\",
	"%s%d%n%!x {{7*7}} ${7*7} <%= 7*7 %>",
	"a\x00b\x01\x1b[31m\u202e\u2066 \xff\xfe",
	"x\r\nSet-Cookie: evil=1\r\n\r\nactive = 1\n}\nvirtual evil {",
	"../../../../../../etc/passwd",
	"javascript:evil()",
	"https://evil.example/",
	"//evil.example/",
	"' OR '1'='1' --",
	strings.Repeat("长", 3000),
}

// TestHostileText finds every form of every page by itself, and types into
// every field what must come back as text or not at all.
func TestHostileText(t *testing.T) {
	s, p := newConsole(t, true)
	close(p.over) // switchovers end at once
	ctx := t.Context()
	if err := s.Store.AddUser(ctx, "anna", store.Operator, password); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Store.NewToken(ctx, "anna", hostile[0][:60], store.Viewer, time.Time{}); err != nil {
		t.Fatal(err)
	}
	for _, h := range hostile {
		if err := s.Store.Record(ctx, store.Entry{Who: h, What: h, Object: h, Note: h, Client: h, Before: h, After: h + "\n" + h}); err != nil {
			t.Fatal(err)
		}
	}
	i := &inspector{t: t, s: s, v: visit(t, s.Handler()), seen: map[string]bool{}, forms: map[string]hostileForm{}}
	other := visit(t, s.Handler())
	other.do("POST", "/login", url.Values{"user": {"anna"}, "password": {password}}, "User-Agent", strings.ReplaceAll(hostile[0], "\n", " "))
	i.v.login()
	// One-time codes that wait, and a user with them, so that those forms are
	// found.
	i.v.do("POST", "/account/totp", url.Values{"now": {password}, "do": {"start"}})
	if err := s.Store.SetTOTP(ctx, "anna", store.NewTOTPSecret()); err != nil {
		t.Fatal(err)
	}
	i.routes()
	i.crawl()
	if len(i.forms) < 30 || len(i.seen) < 50 {
		t.Fatalf("only %d forms on %d pages were found", len(i.forms), len(i.seen))
	}

	// What pulse says comes from the network.
	p.change(time.Now(), func(snap *control.Snapshot) {
		h := hostile[0]
		snap.Hostname, snap.Router.Why, snap.Trouble = h, h, append(snap.Trouble, hostile...)
		snap.Services[0].Name, snap.Services[0].Servers[0].Name, snap.Services[0].Servers[0].Why = h, h, h
		for n := range snap.Events {
			snap.Events[n].Message, snap.Events[n].Object, snap.Events[n].Kind = hostile[n], hostile[n], hostile[n]
		}
		snap.Takeovers[0].Why, snap.Takeovers[0].Steps[0].What = h, h
	})
	for _, key := range slices.Sorted(maps.Keys(i.forms)) {
		f := i.forms[key]
		path, _, _ := strings.Cut(f.action, "?")
		if path == "/logout" {
			continue // it has no field
		}
		for n, h := range hostile {
			all := url.Values{}
			for name := range f.fields {
				all.Set(name, h)
			}
			i.try(f, all, h)
			if n > 1 {
				continue // one field at a time for what breaks out of elements and attributes
			}
			for name := range f.fields {
				one := maps.Clone(f.fields)
				one[name] = []string{h}
				i.try(f, one, h)
			}
		}
	}
	// And into what addresses say.
	params := map[string]map[string]bool{}
	for link := range i.seen {
		u, err := url.Parse(link)
		if err != nil {
			t.Fatal(err)
		}
		for name := range u.Query() {
			if params[u.Path] == nil {
				params[u.Path] = map[string]bool{}
			}
			params[u.Path][name] = true
		}
	}
	for _, path := range slices.Sorted(maps.Keys(params)) {
		for _, h := range hostile {
			q := url.Values{}
			for name := range params[path] {
				q.Set(name, h)
			}
			i.look("GET", path+"?"+q.Encode(), nil, fmt.Sprintf("GET %s with %.40q", path, h))
		}
	}
	// What was stored is on other pages now.
	for link := range i.seen {
		i.seen[link] = false
	}
	i.crawl()
	if log := logged(s); strings.Contains(log, "panicked") {
		n := strings.Index(log, "handler panicked")
		t.Errorf("the log has a panic: %s", log[n:min(len(log), n+4000)])
	}
	t.Logf("%d requests by %d forms on %d pages", i.sent, len(i.forms), len(i.seen))
}

// TestViewersSeeNoSecrets: whatever link a viewer follows, the passwords of
// checks are not there.
func TestViewersSeeNoSecrets(t *testing.T) {
	s, _ := newConsole(t, true)
	withSecret(t, s)
	if err := s.Store.AddUser(t.Context(), "vera", store.Viewer, password); err != nil {
		t.Fatal(err)
	}
	i := &inspector{t: t, s: s, v: visit(t, s.Handler()), seen: map[string]bool{}, forms: map[string]hostileForm{}, never: "hunter2"}
	i.v.loginAs("vera", password)
	i.routes()
	i.crawl()
	if i.sent < 30 {
		t.Errorf("only %d pages were found", i.sent)
	}
}

// TestHostileTextOfStrangers does it with the forms of those who are not
// logged in, and with what a browser says of itself.
func TestHostileTextOfStrangers(t *testing.T) {
	fresh, _ := newConsoleWithoutUsers(t, true)
	s, _ := newConsole(t, true)
	for name, s := range map[string]*Server{"/setup": fresh, "/login": s} {
		i := &inspector{t: t, s: s, v: visit(t, s.Handler()), seen: map[string]bool{}, forms: map[string]hostileForm{}}
		for _, h := range hostile {
			header := strings.Map(func(r rune) rune {
				if r < ' ' || r > '~' {
					return -1
				}
				return r
			}, h)
			what := fmt.Sprintf("POST %s with %.40q", name, h)
			resp, body := i.v.do("POST", name, url.Values{"user": {h}, "password": {h}, "next": {h}, "token": {h}, "new": {h}, "again": {h}},
				"User-Agent", header, "Accept-Language", header, "Referer", header, "Cookie", languageCookie+"="+url.QueryEscape(h))
			i.inspect(what, name, resp, body)
			resp, body = i.v.get(name + "?" + url.Values{"next": {h}, "lang": {h}, "user": {h}}.Encode())
			i.inspect(what, name, resp, body)
			resp, body = i.v.get("/" + url.PathEscape(h))
			i.inspect(what, name, resp, body)
			if to := resp.Header.Get("Location"); strings.Contains(to, "evil.example") || strings.HasPrefix(to, "//") {
				t.Errorf("%s leads to %q", what, to)
			}
		}
		if strings.Contains(logged(s), "panicked") {
			t.Errorf("%s: the log has a panic", name)
		}
	}
}
