package web

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

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
	never string // no page may have it; empty: nothing
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
	if i.never != "" && strings.Contains(body, i.never) {
		i.t.Errorf("%s: the answer has %q", what, i.never)
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
				in = &hostileForm{page: page, method: strings.ToUpper(cmp.Or(attribute(n, "method"), "get")), action: cmp.Or(attribute(n, "action"), page), fields: url.Values{}}
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
				i.found(u.RequestURI())
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

// found notes a link to be followed.
func (i *inspector) found(link string) {
	if _, known := i.seen[link]; !known {
		i.seen[link] = false
	}
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

// routes has the crawl begin with every page of the console.
func (i *inspector) routes() {
	for _, route := range routes(i.t, i.s) {
		if path, ok := strings.CutPrefix(route, "GET:"); ok && !strings.HasSuffix(path, "/stream") && path != "/login" && path != "/login/code" && path != "/setup" {
			i.found(path)
		}
	}
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
