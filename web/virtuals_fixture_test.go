package web

import (
	"html"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
)

// draftText is the text of piranha's draft.
func draftText(t *testing.T, s *Server) string {
	t.Helper()
	d, err := s.desk.open(t.Context(), "piranha")
	if err != nil {
		t.Fatal(err)
	}
	return string(d.Text)
}

// lvsConsole is a console on an lvs.cf, and its visitor.
func lvsConsole(t *testing.T, text string) (*Server, *visitor) {
	t.Helper()
	s, _ := newConsole(t, true)
	if text != "" {
		if err := os.WriteFile(s.ConfigPath, []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	v := visit(t, s.Handler())
	v.login()
	return s, v
}

// post sends a form and fails unless the answer has the status. It returns the
// page, or where a redirect leads.
func (v *visitor) post(path string, form url.Values, status int) string {
	v.t.Helper()
	resp, body := v.do(http.MethodPost, path, form)
	if resp.StatusCode != status {
		v.t.Fatalf("POST %s: %s, want %d\n%s", path, resp.Status, status, body)
	}
	if status == http.StatusSeeOther {
		return resp.Header.Get("Location")
	}
	return body
}

// page gets a page and fails unless the answer has the status.
func (v *visitor) page(path string, status int) string {
	v.t.Helper()
	resp, body := v.get(path)
	if resp.StatusCode != status {
		v.t.Fatalf("GET %s: %s, want %d\n%s", path, resp.Status, status, body)
	}
	return body
}

var seenDraft = regexp.MustCompile(`name="seen" value="([^"]*)"`)

// rowNames are the names in the table of a page, in its order.
func rowNames(body string) []string {
	var names []string
	for _, m := range regexp.MustCompile(`<th scope="row"><a [^>]*>([^<]*)</a>`).FindAllStringSubmatch(body, -1) {
		names = append(names, html.UnescapeString(m[1]))
	}
	return names
}

// diffLines are the lines that b lacks of a, and has besides, in their order.
func diffLines(a, b string) string {
	count := map[string]int{}
	for line := range strings.Lines(a) {
		count[line]++
	}
	var out strings.Builder
	added := map[string]int{}
	for line := range strings.Lines(b) {
		if count[line]--; count[line] < 0 {
			added[line]++
			out.WriteString("+" + line)
		}
	}
	for line := range strings.Lines(a) {
		if count[line] > 0 {
			count[line]--
			out.WriteString("-" + line)
		}
	}
	return out.String()
}

const threeVirtuals = `serial_no = 3
primary = 10.10.1.31
service = lvs
network = nat
# the shop
virtual web {
     active = 1 # since May
     address = 10.10.1.30 eth0:1
     port = 80
     server a {
         address = 10.8.8.33
         active = 1
     }
     server b {
         address = 10.8.8.34
         active = 1
         weight = 3 # the big one
     }
}
virtual mail {
     active = 0
     address = 10.10.1.9 eth0:2
     port = 25
     scheduler = wrr
     server mx-1 {
         address = 10.8.8.41
         active = 1
     }
}
virtual dns {
     active = 1
     address = 10.10.1.40 eth0:3
     port = 53
     protocol = udp
     fwmark = 7
     check = dns
     server a {
         address = 10.8.8.50
         active = 1
     }
     probe tcp53 {
         check = tcp
     }
}
`
