package web

import (
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"pacu/store"
)

// leastRole says who may ask for what: every route of the console is in one of
// its lists, and a new one has to be. A route for "" is for everybody.
var leastRole = map[store.Role][]string{
	"": strings.Fields(`
		*:/static/* GET:/login POST:/login GET:/login/code POST:/login/code GET:/setup POST:/setup`),
	store.Viewer: strings.Fields(`
		POST:/logout GET:/ GET:/monitoring GET:/monitoring/stream GET:/password
		GET:/service GET:/service/stream GET:/events GET:/events/stream
		GET:/account POST:/account/password GET:/account/totp POST:/account/totp POST:/account/totp/confirm
		POST:/account/sessions/end POST:/account/tokens POST:/account/tokens/revoke
		GET:/configuration GET:/global GET:/redundancy GET:/redundancy/script GET:/failovers GET:/failover
		GET:/virtuals GET:/virtual GET:/virtual/servers GET:/virtual/server GET:/virtual/monitoring GET:/virtual/probe
		GET:/servers/help GET:/peer GET:/history GET:/history/revision GET:/history/compare GET:/history/download
		GET:/change GET:/change/progress`),
	store.Operator: strings.Fields(`
		GET:/audit GET:/audit.csv POST:/configuration POST:/monitoring/reload
		GET:/switchover POST:/switchover GET:/hold POST:/hold GET:/act POST:/act GET:/probe
		POST:/global POST:/global/check POST:/redundancy POST:/redundancy/check
		POST:/redundancy/scripts GET:/redundancy/script/new POST:/redundancy/script/new POST:/redundancy/script/new/check
		POST:/redundancy/script POST:/redundancy/script/check POST:/redundancy/script/delete
		POST:/failovers GET:/failover/new POST:/failover/new POST:/failover/new/check
		POST:/failover POST:/failover/check POST:/failover/delete
		POST:/virtuals GET:/virtuals/delete POST:/virtuals/delete
		GET:/virtual/new POST:/virtual/new POST:/virtual/new/check POST:/virtual POST:/virtual/check
		GET:/virtual/duplicate POST:/virtual/duplicate
		POST:/virtual/servers GET:/virtual/servers/delete POST:/virtual/servers/delete
		GET:/virtual/server/new POST:/virtual/server/new POST:/virtual/server/new/check POST:/virtual/server POST:/virtual/server/check
		GET:/virtual/server/duplicate POST:/virtual/server/duplicate
		POST:/virtual/monitoring POST:/virtual/monitoring/check GET:/virtual/monitoring/delete POST:/virtual/monitoring/delete
		POST:/virtual/probes GET:/virtual/probe/new POST:/virtual/probe/new POST:/virtual/probe/new/check
		POST:/virtual/probe POST:/virtual/probe/check GET:/virtual/probe/duplicate POST:/virtual/probe/duplicate
		GET:/review POST:/review GET:/review/plan GET:/review/draft GET:/review/kept
		GET:/review/discard POST:/review/discard POST:/review/merge
		POST:/change/confirm POST:/change/rollback POST:/history/restore
		POST:/peer/look POST:/peer/push POST:/peer/fetch GET:/peer/before`),
	store.Admin: strings.Fields(`
		GET:/users POST:/users GET:/user POST:/user/role POST:/user/password POST:/user/totp POST:/user/sessions POST:/user/delete
		GET:/sessions POST:/sessions/end GET:/tokens POST:/tokens/revoke
		GET:/alerts POST:/alerts POST:/alerts/test
		POST:/peer/settings POST:/peer/trust POST:/peer/forget POST:/peer/identity POST:/peer/key`),
}

var allMethods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE", "PROPFIND", "PACU"}

// routes are the console's, as "METHOD:/path"; what takes every method has *.
func routes(t *testing.T, s *Server) []string {
	t.Helper()
	var out []string
	err := chi.Walk(s.router(), func(method, path string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if strings.HasPrefix(path, "/static/") {
			method = "*"
		}
		out = append(out, method+":"+path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// TestEveryRouteHasItsRole: nobody adds a route without saying who may use it.
func TestEveryRouteHasItsRole(t *testing.T) {
	s, _ := newConsole(t, true)
	have, want := routes(t, s), []string{}
	for _, list := range leastRole {
		want = append(want, list...)
	}
	for _, r := range have {
		if !slices.Contains(want, r) {
			t.Errorf("%s is in no list of leastRole", r)
		}
	}
	for _, w := range want {
		if !slices.Contains(have, w) {
			t.Errorf("there is no %s", w)
		}
	}
}

// TestEveryRouteNeedsALogin walks the router, every method of every route and
// some that do not exist: Piranha's console asked for a password on GET alone
// (CVE-2013-6492).
func TestEveryRouteNeedsALogin(t *testing.T) {
	s, p := newConsole(t, true)
	v := visit(t, s.Handler())
	paths := map[string]bool{
		"/nowhere": true, "/login/": true, "/static": true, "//monitoring": true, "/monitoring/": true, "/login/../monitoring": true,
		"/LOGIN": true, "/login%2f..%2fmonitoring": true, "/setup/": true, "/login/code/x": true, "/monitoring%00": true,
	}
	for _, route := range routes(t, s) {
		if _, path, _ := strings.Cut(route, ":"); !slices.Contains(leastRole[""], route) {
			paths[path] = true
		}
	}
	if len(paths) < 40 {
		t.Fatalf("only %d routes were found", len(paths))
	}
	before, _ := readConfig(s.ConfigPath)
	for path := range paths {
		for _, method := range allMethods {
			if method == "CONNECT" && strings.HasPrefix(path, "//") {
				continue // not a request Go's client can make
			}
			resp, body := v.do(method, path, nil)
			ok := resp.StatusCode == http.StatusUnauthorized
			if method == "GET" || method == "HEAD" {
				ok = ok || strings.HasPrefix(resp.Header.Get("Location"), "/login")
			}
			if method == "CONNECT" {
				ok = ok || resp.StatusCode >= 400
			}
			if !ok {
				t.Errorf("%s %s without a login: %s, to %q", method, path, resp.Status, resp.Header.Get("Location"))
			}
			for _, secret := range []string{"10.10.1.30", "lvs-03", "serial_no"} {
				if strings.Contains(body, secret) {
					t.Errorf("%s %s without a login shows %q", method, path, secret)
				}
			}
		}
	}
	// htmx gets no login page to put into a part of another.
	resp, body := v.get("/virtuals", "HX-Request", "true")
	if resp.StatusCode != http.StatusUnauthorized || body != "" || resp.Header.Get("HX-Reswap") != "none" {
		t.Errorf("a part of a page without a login: %s, %q", resp.Status, body)
	}
	if after, _ := readConfig(s.ConfigPath); string(after) != string(before) {
		t.Error("lvs.cf was changed")
	}
	if p.asked+p.reloads != 0 {
		t.Error("pulse was asked")
	}
}

// TestEveryRoleHasItsLimits: what a role must not do is refused, by every
// method, and nothing else is.
func TestEveryRoleHasItsLimits(t *testing.T) {
	s, p := newConsole(t, true)
	for _, role := range []store.Role{store.Viewer, store.Operator} {
		if err := s.Store.AddUser(t.Context(), string(role), role, password); err != nil {
			t.Fatal(err)
		}
	}
	before, _ := readConfig(s.ConfigPath)
	for _, role := range store.Roles {
		v := visit(t, s.Handler())
		if role == store.Admin {
			v.login()
		} else {
			v.loginAs(string(role), password)
		}
		for least, list := range leastRole {
			for _, route := range list {
				method, path, _ := strings.Cut(route, ":")
				if least == "" || strings.HasSuffix(path, "/stream") {
					continue
				}
				if role.Allows(least) {
					if method != "GET" {
						continue // the tests of the handlers do it
					}
					if resp, _ := v.get(path); resp.StatusCode == http.StatusForbidden || resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusInternalServerError {
						t.Errorf("%s as %s: %s", route, role, resp.Status)
					}
					continue
				}
				if resp, body := v.do(method, path, url.Values{}); resp.StatusCode != http.StatusForbidden || !strings.Contains(body, "Your role, ") {
					t.Errorf("%s as %s: %s", route, role, resp.Status)
				}
				for _, other := range allMethods {
					if other == "CONNECT" || slices.Contains(slices.Concat(leastRole[""], leastRole[store.Viewer], leastRole[store.Operator]), strings.Replace(other, "HEAD", "GET", 1)+":"+path) {
						continue
					}
					if resp, _ := v.do(other, path, nil); resp.StatusCode != http.StatusForbidden && resp.StatusCode != http.StatusMethodNotAllowed {
						t.Errorf("%s %s as %s: %s", other, path, role, resp.Status)
					}
				}
			}
		}
	}
	if after, _ := readConfig(s.ConfigPath); string(after) != string(before) {
		t.Error("lvs.cf was changed")
	}
	if p.reloads != 0 || len(p.overs) != 0 || len(p.did) != 0 {
		t.Errorf("pulse did %d reloads, %v, %v", p.reloads, p.overs, p.did)
	}
}

func TestRoleCountsAtOnce(t *testing.T) {
	s, _ := newConsole(t, true)
	ctx := t.Context()
	if err := s.Store.AddUser(ctx, "anna", store.Admin, password); err != nil {
		t.Fatal(err)
	}
	v := visit(t, s.Handler())
	v.loginAs("anna", password)
	if resp, _ := v.get("/users"); resp.StatusCode != http.StatusOK {
		t.Errorf("as an administrator: %s", resp.Status)
	}
	if err := s.Store.SetRole(ctx, "anna", store.Viewer); err != nil {
		t.Fatal(err)
	}
	resp, body := v.get("/users")
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("as a viewer now: %s", resp.Status)
	}
	want(t, body, "Your role, viewer, may not do this.")
	if err := s.Store.DeleteUser(ctx, "anna"); err != nil {
		t.Fatal(err)
	}
	if resp, _ := v.get("/monitoring"); !strings.HasPrefix(resp.Header.Get("Location"), "/login") {
		t.Errorf("deleted: %s", resp.Status)
	}
}

func TestAllowFrom(t *testing.T) {
	for _, tt := range []struct {
		networks string
		client   string
		served   bool
	}{
		{"", "127.0.0.1", true},
		{"10.8.8.0/24", "127.0.0.1", false},
		{"10.8.8.0/24,127.0.0.0/8", "127.0.0.1", true},
		{"10.8.8.0/24", "10.8.8.200", true},
		{"10.8.8.0/24", "::ffff:10.8.8.200", true},
		{"10.8.8.0/24", "10.8.9.1", false},
		{"fd00::/8", "fd00::1%eth0", true},
		{"fd00::/8", "fe80::1%eth0", false},
		{"0.0.0.0/0", "garbage", false},
	} {
		var list []netip.Prefix
		for p := range strings.SplitSeq(tt.networks, ",") {
			if p != "" {
				list = append(list, netip.MustParsePrefix(p))
			}
		}
		if got := len(list) == 0 || within(tt.client, list); got != tt.served {
			t.Errorf("%s from %q: %v", tt.client, tt.networks, got)
		}
	}
	s, _ := newConsole(t, true)
	s.AllowFrom = []netip.Prefix{netip.MustParsePrefix("10.8.8.0/24")}
	v := visit(t, s.Handler())
	for _, path := range []string{"/", "/login", "/setup", "/static/console.css", "/nowhere"} {
		for _, method := range []string{"GET", "POST", "TRACE"} {
			// What a client claims of itself counts for nothing.
			resp, body := v.do(method, path, nil, "X-Forwarded-For", "10.8.8.1", "X-Real-IP", "10.8.8.1", "Forwarded", "for=10.8.8.1", "True-Client-IP", "10.8.8.1")
			if resp.StatusCode != http.StatusForbidden || !strings.Contains(body, "127.0.0.1") {
				t.Errorf("%s %s: %s %q", method, path, resp.Status, body)
			}
			if resp.Header.Get("Content-Security-Policy") == "" {
				t.Errorf("%s %s: no policy", method, path)
			}
		}
	}
	s.AllowFrom = append(s.AllowFrom, netip.MustParsePrefix("127.0.0.0/8"))
	v.login()
}
