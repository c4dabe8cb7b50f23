package web

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

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

// A hostileForm is a form of a page as it was found.
type hostileForm struct {
	page, method, action string
	fields               url.Values
}

func (f hostileForm) key() string {
	path, _, _ := strings.Cut(f.action, "?")
	return f.method + " " + path + " " + strings.Join(slices.Sorted(maps.Keys(f.fields)), ",")
}

// An inspector visits pages, and looks that nothing hostile has become more
// than text.
type inspector struct {
	t     *testing.T
	s     *Server
	v     *visitor
	seen  map[string]bool // links
	forms map[string]hostileForm
	sent  int
}

// look asks for something and inspects the answer, and that to which it leads.
func (i *inspector) look(method, path string, form url.Values, what string) {
	i.t.Helper()
	i.sent++
	resp, body := i.v.do(method, path, form)
	if to := resp.Header.Get("Location"); to != "" {
		u, err := url.Parse(to)
		if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") {
			i.t.Errorf("%s: leads to %q", what, to)
			return
		}
		if u.Path == "/login" {
			i.t.Fatalf("%s: the session is gone", what)
		}
		resp, body = i.v.do("GET", to, nil)
	}
	i.inspect(what, path, resp, body)
}

func (i *inspector) inspect(what, page string, resp *http.Response, body string) {
	i.t.Helper()
	if resp.StatusCode == http.StatusInternalServerError {
		i.t.Errorf("%s: %s", what, resp.Status)
	}
	if len(resp.Header.Values("Set-Cookie")) > 0 && strings.Contains(fmt.Sprint(resp.Header.Values("Set-Cookie")), "evil") {
		i.t.Errorf("%s: sets a cookie", what)
	}
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		return
	}
	for _, bad := range []string{"root:x:0", "%!s(", "%!d(", "(MISSING)", "(EXTRA ", "(BADINDEX"} {
		if strings.Contains(body, bad) {
			i.t.Errorf("%s: the page has %q", what, bad)
		}
	}
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		i.t.Fatalf("%s: %v", what, err)
	}
	var in *hostileForm
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		was := in
		if n.Type == html.ElementNode {
			i.element(what, n)
			switch n.Data {
			case "form":
				in = &hostileForm{page: page, method: strings.ToUpper(cmpOr(attribute(n, "method"), "get")), action: cmpOr(attribute(n, "action"), page), fields: url.Values{}}
			case "input", "select", "textarea", "button":
				if name := attribute(n, "name"); in != nil && name != "" {
					in.fields.Add(name, fieldValue(n))
				}
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
		if n.Type == html.ElementNode && n.Data == "form" && in != nil {
			if _, known := i.forms[in.key()]; !known {
				i.forms[in.key()] = *in
			}
			in = was
		}
	}
	walk(doc)
}

func cmpOr(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// element complains of an element that no page of ours has.
func (i *inspector) element(what string, n *html.Node) {
	switch n.Data {
	case "hostile", "iframe", "object", "embed", "base":
		i.t.Errorf("%s: there is an element %s", what, n.Data)
	case "script":
		if !strings.HasPrefix(attribute(n, "src"), "/static/") || n.FirstChild != nil {
			i.t.Errorf("%s: there is a script of src %q", what, attribute(n, "src"))
		}
	}
	for _, a := range n.Attr {
		switch {
		case a.Key == "evil" || strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcdoc":
			i.t.Errorf("%s: %s has the attribute %s", what, n.Data, a.Key)
		case a.Key == "href" || a.Key == "src" || a.Key == "action" || a.Key == "formaction" || strings.HasPrefix(a.Key, "hx-get") || strings.HasPrefix(a.Key, "hx-post"):
			if strings.HasPrefix(a.Val, "data:image/png;base64,") && n.Data == "img" {
				continue
			}
			u, err := url.Parse(a.Val)
			if err != nil || u.Scheme != "" || u.Host != "" {
				i.t.Errorf("%s: %s leads to %q", what, n.Data, a.Val)
			} else if a.Key == "href" && n.Data == "a" {
				i.seen[u.RequestURI()] = i.seen[u.RequestURI()]
			}
		}
	}
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// fieldValue is what a browser would send of a field.
func fieldValue(n *html.Node) string {
	var b bytes.Buffer
	first := ""
	for c := range n.Descendants() {
		if c.Type == html.TextNode && n.Data == "textarea" {
			b.WriteString(c.Data)
		}
		if c.Type == html.ElementNode && c.Data == "option" {
			if first == "" {
				first = attribute(c, "value")
			}
			for _, a := range c.Attr {
				if a.Key == "selected" {
					return attribute(c, "value")
				}
			}
		}
	}
	switch n.Data {
	case "textarea":
		return b.String()
	case "select":
		return first
	}
	return attribute(n, "value")
}

// crawl follows every link that was seen and not yet followed.
func (i *inspector) crawl() {
	i.t.Helper()
	const most = 600 // pages
	for range most {
		at := ""
		for _, link := range slices.Sorted(maps.Keys(i.seen)) {
			if !i.seen[link] && !strings.Contains(link, "lang=") && !strings.HasPrefix(link, "/static/") {
				at = link
				break
			}
		}
		if at == "" {
			return
		}
		i.seen[at] = true
		i.look("GET", at, nil, "GET "+at)
	}
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
	for _, route := range routes(t, s) {
		if path, ok := strings.CutPrefix(route, "GET:"); ok && !strings.HasSuffix(path, "/stream") && path != "/login" && path != "/login/code" && path != "/setup" {
			i.seen[path] = i.seen[path]
		}
	}
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
			if testing.Short() && n > 2 {
				break
			}
			all := url.Values{}
			for name := range f.fields {
				all.Set(name, h)
			}
			i.try(f, all, h)
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

func (i *inspector) try(f hostileForm, values url.Values, h string) {
	i.t.Helper()
	what := fmt.Sprintf("%s %s of %s with %.40q", f.method, f.action, f.page, h)
	if f.method == "GET" {
		path, _, _ := strings.Cut(f.action, "?")
		i.look("GET", path+"?"+values.Encode(), nil, what)
		return
	}
	i.look("POST", f.action, values, what)
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
