package web

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pacu/store"
	"pacu/web/form"
	"pacu/web/templates"
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

func TestVirtualsList(t *testing.T) {
	_, v := lvsConsole(t, threeVirtuals)
	for query, want := range map[string][]string{
		"":                               {"web", "mail", "dns"},
		"?sort=name":                     {"dns", "mail", "web"},
		"?sort=-name":                    {"web", "mail", "dns"},
		"?sort=address":                  {"mail", "web", "dns"},
		"?sort=port":                     {"mail", "dns", "web"},
		"?sort=-servers":                 {"web", "mail", "dns"},
		"?sort=rm":                       {"web", "mail", "dns"},
		"?show=on":                       {"web", "dns"},
		"?show=off":                      {"mail"},
		"?q=MX-1":                        {"mail"},
		"?q=10.8.8.5":                    {"dns"},
		"?q=7":                           {"dns"},
		"?q=nothing":                     nil,
		"?q=.40&show=off":                nil,
		"?page=99&sort=name":             {"dns", "mail", "web"},
		"?page=-1":                       {"web", "mail", "dns"},
		"?q=" + strings.Repeat("x", 300): nil,
	} {
		if diff := cmp.Diff(want, rowNames(v.page("/virtuals"+query, http.StatusOK))); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
	}
	body := v.page("/virtuals", http.StatusOK)
	want(t, body, "3 virtual servers", "10.10.1.30", "eth0:1", "mark 7", "wrr", "udp")
	// Nothing is a draft yet.
	if strings.Contains(body, "/review") {
		t.Error("looking made a draft")
	}
	want(t, v.page("/virtuals?q=nothing", http.StatusOK), "No virtual server fits this search.", "0 of 3 virtual servers")
}

func TestVirtualsLive(t *testing.T) {
	_, v := lvsConsole(t, "")
	body := v.page("/virtuals", http.StatusOK)
	want(t, body, "http_server", "2 of 2 up")
	body = v.page("/virtual/servers?v=http_server", http.StatusOK)
	want(t, body, "lvs-03", "1841", "/service?key=fwmark+80", ">up<")
	if got := rowNames(v.page("/virtuals?show=trouble", http.StatusOK)); got != nil {
		t.Errorf("trouble: %q", got)
	}
}

func TestSwitchVirtuals(t *testing.T) {
	s, v := lvsConsole(t, threeVirtuals)
	to := v.post("/virtuals", url.Values{"t": {"1:web", "1:mail"}, "do": {"off"}, "back": {"sort=name&evil=//x"}}, http.StatusSeeOther)
	if to != "/virtuals?sort=name" {
		t.Errorf("goes on to %q", to)
	}
	if diff := cmp.Diff("+     active = 0 # since May\n-     active = 1 # since May\n", diffLines(threeVirtuals, draftText(t, s))); diff != "" {
		t.Error(diff)
	}
	want(t, v.page("/virtuals", http.StatusOK), "Deactivated in your draft: web, mail.", "/review")
	v.post("/virtuals", url.Values{"on": {"1:mail"}}, http.StatusSeeOther)
	want(t, draftText(t, s), "virtual mail {\n     active = 1\n")
	if readFile(t, s.ConfigPath) != threeVirtuals {
		t.Error("lvs.cf itself was changed")
	}
	want(t, v.post("/virtuals", url.Values{"do": {"on"}}, http.StatusUnprocessableEntity), "Nothing is selected.")
	want(t, v.post("/virtuals", url.Values{"do": {"on"}, "t": {"1:gone"}}, http.StatusUnprocessableEntity), "gone is no longer in lvs.cf")
	for _, ref := range []string{"", ":web", "0:web", "x:web", "-1:web", "99999999999:web"} {
		v.post("/virtuals", url.Values{"do": {"on"}, "t": {ref}}, http.StatusUnprocessableEntity)
	}
}

func TestDeleteVirtuals(t *testing.T) {
	s, v := lvsConsole(t, threeVirtuals)
	body := v.page("/virtuals/delete?t=1%3Aweb&t=1%3Adns&back=q%3D10", http.StatusOK)
	want(t, body, "Delete these virtual servers?", "10.10.1.30 tcp 80", "with its real servers a, b", "its connections are not known", "/virtuals?q=10")
	if draftText(t, s) != threeVirtuals {
		t.Fatal("asking deleted")
	}
	to := v.post("/virtuals/delete", url.Values{"t": {"1:web", "1:dns"}, "back": {"q=10"}}, http.StatusSeeOther)
	if to != "/virtuals?q=10" {
		t.Errorf("goes on to %q", to)
	}
	if diff := cmp.Diff([]string{"mail"}, rowNames(v.page("/virtuals", http.StatusOK))); diff != "" {
		t.Error(diff)
	}
	want(t, draftText(t, s), "# the shop\n") // it stands outside of the block
	v.post("/virtuals/delete", url.Values{"t": {"1:web"}}, http.StatusNotFound)
	v.page("/virtuals/delete?t=1%3Aweb", http.StatusNotFound)
	if to := v.post("/virtuals/delete", url.Values{}, http.StatusSeeOther); to != "/virtuals" {
		t.Errorf("goes on to %q", to)
	}
}

// twins is a file in which a name stands three times.
const twins = `serial_no = 1
primary = 10.10.1.31
virtual web {
     active = 1
     address = 10.10.1.30 eth0:1
     server a {
         address = 10.8.8.1
         active = 1
     }
}
virtual web {
     active = 1
     address = 10.10.1.31 eth0:2
     server a {
         address = 10.8.8.2
         active = 1
     }
     server a {
         address = 10.8.8.3
         active = 1
     }
}
virtual web {
     active = 1
     address = 10.10.1.32 eth0:3
     server a {
         address = 10.8.8.4
         active = 1
     }
}
`

func TestTwinsAreToldApart(t *testing.T) {
	s, v := lvsConsole(t, strings.Replace(twins, "primary = 10.10.1.31", "primary = 10.10.1.99", 1))
	body := v.page("/virtuals", http.StatusOK)
	if diff := cmp.Diff([]string{"web", "web (no. 2 of this name)", "web (no. 3 of this name)"}, rowNames(body)); diff != "" {
		t.Error(diff)
	}
	seen := seenDraft.FindStringSubmatch(body)[1]
	want(t, v.page("/virtual/servers?v=web&n=2", http.StatusOK), "10.8.8.2", "10.8.8.3", "a (no. 2 of this name)")

	// Without the draft that was seen, or with an old one, nothing is edited.
	body = v.post("/virtuals", url.Values{"off": {"2:web"}}, http.StatusUnprocessableEntity)
	want(t, body, "several of the name web")
	v.post("/virtuals", url.Values{"off": {"2:web"}, "seen": {seen}}, http.StatusSeeOther)
	want(t, draftText(t, s), "active = 0\n     address = 10.10.1.31 eth0:2")
	v.post("/virtuals", url.Values{"off": {"3:web"}, "seen": {seen}}, http.StatusUnprocessableEntity)
	v.post("/virtuals/delete", url.Values{"t": {"1:web"}, "seen": {seen}}, http.StatusConflict)

	// The second server a of the second web.
	body = v.page("/virtual/server?v=web&n=2&s=a&sn=2", http.StatusOK)
	want(t, body, `value="10.8.8.3"`)
	seen = seenDraft.FindStringSubmatch(body)[1]
	v.post("/virtual/server?v=web&n=2&s=a&sn=2", url.Values{"seen": {seen}, "name": {"c"}, "weight": {"5"}}, http.StatusSeeOther)
	want(t, draftText(t, s), "     server c {\n         address = 10.8.8.3\n         active = 1\n         weight = 5\n     }\n")
	v.page("/virtual?v=web&n=4", http.StatusNotFound)
	v.page("/virtual?v=web&n=0", http.StatusNotFound)
	v.page("/virtual", http.StatusNotFound)
}

func TestVirtualForm(t *testing.T) {
	s, v := lvsConsole(t, threeVirtuals)
	body := v.page("/virtual?v=web", http.StatusOK)
	want(t, body, `value="10.10.1.30"`, `value="eth0:1"`, `name="scheduler"`, `aria-current="page"`, `hx-post="/virtual/check?v=web"`)
	if to := v.post("/virtual?v=web", url.Values{"name": {"shop"}, "scheduler": {"rr"}, "address": {"10.10.1.30"}, "address.device": {"eth0:1"}}, http.StatusSeeOther); to != "/virtual?v=shop" {
		t.Errorf("goes on to %q", to)
	}
	if diff := cmp.Diff("+virtual shop {\n+     scheduler = rr\n-virtual web {\n", diffLines(threeVirtuals, draftText(t, s))); diff != "" {
		t.Error(diff)
	}
	want(t, v.page("/virtual?v=shop", http.StatusOK), "Accepted into your draft.")

	// What is wrong comes back with what was typed, and changes nothing.
	before := draftText(t, s)
	body = v.post("/virtual?v=shop", url.Values{"name": {"mail"}, "port": {"99999"}, "scheduler": {"wlc"}}, http.StatusUnprocessableEntity)
	want(t, body, `value="99999"`, `value="mail"`, "There is one of this name already.", `aria-invalid="true"`)
	body = v.post("/virtual?v=shop", url.Values{"name": {""}, "port": {"81"}}, http.StatusUnprocessableEntity)
	want(t, body, "Give it a name.", `value="81"`)
	evil := "\"><script>alert(1)</script>`$(reboot)';"
	body = v.post("/virtual?v=shop", url.Values{"name": {evil + "\x01"}, "sorry_server": {evil}}, http.StatusUnprocessableEntity)
	if strings.Contains(body, "<script>alert") {
		t.Error("a script got into the page")
	}
	if draftText(t, s) != before {
		t.Error("a refused form changed the draft")
	}
	want(t, v.post("/virtual/check?v=shop", url.Values{"port": {"99999"}}, http.StatusOK), `id="p-port"`, "99999")
	v.post("/virtual/check?v=web", url.Values{"port": {"1"}}, http.StatusNotFound)
}

func TestNewVirtualToItsServers(t *testing.T) {
	s, v := lvsConsole(t, "")
	want(t, v.page("/virtual/new", http.StatusOK), "Add a virtual server", `name="name"`)
	to := v.post("/virtual/new", url.Values{"name": {"smtp"}, "active": {"1"}, "address": {"10.10.1.40"}, "address.device": {"eth0:2"}, "port": {"25"}}, http.StatusSeeOther)
	if to != "/virtual/servers?v=smtp" {
		t.Fatalf("goes on to %q", to)
	}
	want(t, v.page(to, http.StatusOK), "It has no real server yet", "smtp is in your draft.")
	want(t, v.page("/virtual/server/new?v=smtp", http.StatusOK), "Add a real server")
	v.post("/virtual/server/new?v=smtp", url.Values{"name": {"mx-1"}, "active": {"1"}, "address": {"10.8.8.41"}, "weight": {"4"}}, http.StatusSeeOther)
	body := v.post("/virtual/server/new?v=smtp", url.Values{"name": {"mx-1"}, "address": {"not an address"}}, http.StatusUnprocessableEntity)
	want(t, body, "There is one of this name already.", `value="not an address"`)
	v.post("/virtual/probe/new?v=smtp", url.Values{"name": {"banner"}, "check": {"smtp"}}, http.StatusSeeOther)
	want(t, v.page("/virtual/monitoring?v=smtp", http.StatusOK), "banner", "smtp")
	wrote := `virtual smtp {
     active = 1
     address = 10.10.1.40 eth0:2
     port = 25
     server mx-1 {
         address = 10.8.8.41
         active = 1
         weight = 4
     }
     probe banner {
         check = smtp
     }
}
`
	if got := draftText(t, s); !strings.HasSuffix(got, wrote) {
		t.Errorf("the draft ends with\n%s\nwant\n%s", got[max(0, len(got)-300):], wrote)
	}
	body = v.post("/virtual/new", url.Values{"name": {"smtp"}, "port": {"x y"}}, http.StatusUnprocessableEntity)
	want(t, body, "There is one of this name already.", `value="x y"`)
	v.post("/virtual/server/new?v=none", url.Values{"name": {"a"}}, http.StatusNotFound)
}

func TestScripts(t *testing.T) {
	s, v := lvsConsole(t, threeVirtuals)
	want(t, v.page("/virtual/monitoring?v=dns", http.StatusOK), "tcp53", `name="send"`, `name="check"`, "/virtual/probe?p=tcp53&amp;v=dns")
	v.post("/virtual/monitoring?v=web", url.Values{"send": {`GET / HTTP/1.0\r\n\r\n`}, "expect": {"HTTP"}, "timeout": {"6"}}, http.StatusSeeOther)
	want(t, draftText(t, s), `     send = "GET / HTTP/1.0\r\n\r\n"`, `     expect = "HTTP"`, "     timeout = 6")
	body := v.post("/virtual/monitoring?v=web", url.Values{"timeout": {"soon"}}, http.StatusUnprocessableEntity)
	want(t, body, `value="soon"`, `aria-invalid="true"`)
	v.post("/virtual/probe?v=dns&p=tcp53", url.Values{"name": {"tcp"}, "check_port": {"5353"}}, http.StatusSeeOther)
	v.post("/virtual/probes?v=dns", url.Values{"off": {"1:tcp"}}, http.StatusSeeOther)
	want(t, draftText(t, s), "probe tcp {\n         check = tcp\n         check_port = 5353\n         active = 0\n")
	want(t, v.page("/virtual/monitoring/delete?v=dns&t=1%3Atcp", http.StatusOK), "Delete tcp?")
	v.post("/virtual/monitoring/delete?v=dns", url.Values{"t": {"1:tcp"}}, http.StatusSeeOther)
	if strings.Contains(draftText(t, s), "probe") {
		t.Error("the probe is still there")
	}
}

func TestRealServers(t *testing.T) {
	s, v := lvsConsole(t, threeVirtuals)
	body := v.page("/virtual/servers?v=web", http.StatusOK)
	want(t, body, "10.8.8.33", "80, the virtual&#39;s", `name="weight:1:b" value="3"`)

	// Weights: only what was changed on the page is written.
	v.post("/virtual/servers?v=web", url.Values{"do": {"weights"}, "was:1:a": {"1"}, "weight:1:a": {"1"}, "was:1:b": {"3"}, "weight:1:b": {"12"}}, http.StatusSeeOther)
	if diff := cmp.Diff("+         weight = 12 # the big one\n-         weight = 3 # the big one\n", diffLines(threeVirtuals, draftText(t, s))); diff != "" {
		t.Error(diff)
	}
	want(t, v.page("/virtual/servers?v=web", http.StatusOK), "Weights changed in your draft: b.")
	for _, weight := range []string{"-1", "65536", "x", ""} {
		body := v.post("/virtual/servers?v=web", url.Values{"do": {"weights"}, "was:1:b": {"12"}, "weight:1:b": {weight}, "was:1:a": {"1"}, "weight:1:a": {"9"}}, http.StatusUnprocessableEntity)
		want(t, body, "A weight is a number from 0 to 65535.", fmt.Sprintf(`value="%s"`, weight), `value="9"`, `aria-invalid="true"`)
	}
	v.post("/virtual/servers?v=web", url.Values{"do": {"weights"}, "weight:1:zz": {"9"}}, http.StatusNotFound)

	v.post("/virtual/servers?v=web", url.Values{"t": {"1:a", "1:b"}, "do": {"off"}}, http.StatusSeeOther)
	if n := strings.Count(draftText(t, s), "         active = 0\n"); n != 2 {
		t.Errorf("%d servers are off", n)
	}
	to := v.post("/virtual/servers?v=web", url.Values{"t": {"1:a"}, "do": {"delete"}}, http.StatusSeeOther)
	want(t, v.page(to, http.StatusOK), "Delete a?", "10.8.8.33")
	v.post("/virtual/servers/delete?v=web", url.Values{"t": {"1:a"}}, http.StatusSeeOther)
	if diff := cmp.Diff([]string{"b"}, rowNames(v.page("/virtual/servers?v=web", http.StatusOK))); diff != "" {
		t.Error(diff)
	}
}

func TestDuplicate(t *testing.T) {
	s, v := lvsConsole(t, threeVirtuals)
	want(t, v.page("/virtual/duplicate?v=dns", http.StatusOK), "Duplicate dns", `value="dns-2"`)
	if to := v.post("/virtual/duplicate?v=dns", url.Values{"name": {"dns-2"}}, http.StatusSeeOther); to != "/virtual?v=dns-2" {
		t.Errorf("goes on to %q", to)
	}
	made := `virtual dns-2 {
     active = 0
     address = 10.10.1.40 eth0:3
     fwmark = 7
     port = 53
     check = dns
     protocol = udp
     probe tcp53 {
         check = tcp
     }
     server a {
         address = 10.8.8.50
         active = 1
     }
}
`
	if got := draftText(t, s); got != threeVirtuals+made {
		t.Errorf("copied %s", cmp.Diff(threeVirtuals+made, got))
	}
	body := v.post("/virtual/duplicate?v=dns", url.Values{"name": {"web"}}, http.StatusUnprocessableEntity)
	want(t, body, "There is one of this name already.", `value="web"`)
	v.post("/virtual/duplicate?v=dns", url.Values{"name": {""}}, http.StatusUnprocessableEntity)
	v.post("/virtual/duplicate?v=none", url.Values{"name": {"x"}}, http.StatusNotFound)
	to := v.post("/virtual/server/duplicate?v=web&s=b", url.Values{"name": {"b 2"}}, http.StatusSeeOther)
	if to != "/virtual/server?s=b+2&v=web" {
		t.Errorf("goes on to %q", to)
	}
	v.page(to, http.StatusOK)
	want(t, draftText(t, s), "     server \"b 2\" {\n         address = 10.8.8.34\n         active = 0\n         weight = 3\n")
}

func TestVirtualsOfFailoverServices(t *testing.T) {
	_, v := lvsConsole(t, strings.Replace(threeVirtuals, "service = lvs", "service = fos", 1))
	want(t, v.page("/virtuals", http.StatusOK), "With service = fos none of these runs", `href="/failovers"`, "mail")
}

// A draft with errors is listed and edited like any other.
func TestVirtualsOfABrokenDraft(t *testing.T) {
	broken := strings.Replace(threeVirtuals, "scheduler = wrr", "scheduler = wrrr", 1)
	s, v := lvsConsole(t, broken)
	body := v.page("/virtuals?show=trouble", http.StatusOK)
	if diff := cmp.Diff([]string{"web", "mail"}, rowNames(body)); diff != "" {
		t.Error(diff)
	}
	want(t, body, "errors: 1", "warnings: 2", "wrrr")
	want(t, v.page("/virtual?v=mail", http.StatusOK), "did you mean wrr?", "/configuration#line-")
	v.post("/virtual?v=mail", url.Values{"name": {"mail"}, "scheduler": {"wrr"}}, http.StatusSeeOther)
	if diff := cmp.Diff(threeVirtuals, draftText(t, s)); diff != "" {
		t.Error(diff)
	}
	if err := os.WriteFile(s.ConfigPath, []byte("\xff\xfe\x00"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := s.Store.DropDraft(t.Context(), "piranha"); err != nil {
		t.Fatal(err)
	}
	want(t, v.page("/virtuals", http.StatusOK), "not UTF-8 text")
	want(t, v.page("/virtual?v=mail", http.StatusOK), "not UTF-8 text")
}

// Whatever is typed into any field of any form is text, and stays that.
func TestFormsOfVirtualsKeepWhatIsTyped(t *testing.T) {
	s, v := lvsConsole(t, threeVirtuals)
	for path, page := range map[string]form.Page{
		"/virtual?v=web": form.Virtual, "/virtual/new": form.Virtual,
		"/virtual/server?v=web&s=a": form.Server, "/virtual/server/new?v=web": form.Server,
		"/virtual/monitoring?v=web": form.Monitoring, "/virtual/probe?v=dns&p=tcp53": form.Probe, "/virtual/probe/new?v=dns": form.Probe,
	} {
		for _, evil := range []string{"\"><script>alert(1)</script>`$(reboot)';|&\n{\n}", "'\"\x00\x01 ${x}; rm -rf / #", "}\nvirtual evil {\n"} {
			values := url.Values{"name": {evil}}
			for _, g := range form.Groups(page) {
				for _, name := range g.Names {
					values.Set(name, evil)
					values.Set(form.DeviceName(name), evil)
				}
			}
			body := v.post(path, values, http.StatusUnprocessableEntity)
			if strings.Contains(body, "<script>alert") {
				t.Errorf("%s: a script got into the page", path)
			}
			check := strings.Replace(path, "?", "/check?", 1)
			if !strings.Contains(path, "?") {
				check += "/check"
			}
			if body := v.post(check, values, http.StatusOK); strings.Contains(body, "<script>alert") {
				t.Errorf("%s: a script got into the answer", check)
			}
			if draftText(t, s) != threeVirtuals {
				t.Fatalf("%s: the draft is now\n%s", path, draftText(t, s))
			}
		}
	}
}

// A viewer sees everything, and changes nothing.
func TestVirtualsForViewers(t *testing.T) {
	s, v := lvsConsole(t, strings.Replace(threeVirtuals, "check = dns", "check = ldap\n     check_password = geheim", 1))
	if err := s.Store.AddUser(t.Context(), "admin", store.Admin, password+"!"); err != nil {
		t.Fatal(err)
	}
	if err := s.Store.SetRole(t.Context(), "piranha", store.Viewer); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/virtuals", "/virtual?v=web", "/virtual/servers?v=web", "/virtual/server?v=web&s=b", "/virtual/monitoring?v=dns", "/virtual/probe?v=dns&p=tcp53"} {
		body := v.page(path, http.StatusOK)
		for _, sign := range []string{"/duplicate", "/delete", "/new", `name="t"`, "ACCEPT", "geheim", `name="seen"`} {
			if strings.Contains(body, sign) {
				t.Errorf("%s shows a viewer %q", path, sign)
			}
		}
	}
	want(t, v.page("/virtual/server?v=web&s=b", http.StatusOK), "10.8.8.34")
	for _, path := range []string{"/virtual/new", "/virtual/duplicate?v=web", "/virtuals/delete?t=1%3Aweb"} {
		v.page(path, http.StatusForbidden)
	}
	for _, path := range []string{"/virtuals", "/virtual?v=web", "/virtual/servers?v=web", "/virtual/new", "/virtual/check?v=web"} {
		v.post(path, url.Values{"off": {"1:web"}}, http.StatusForbidden)
	}
}

func FuzzRef(f *testing.F) {
	f.Add("1:web", "v=web&n=2")
	f.Add("2:a:b", "v=%00&n=+1")
	f.Fuzz(func(t *testing.T, ticked, query string) {
		if ref, ok := parseRef(ticked); ok {
			if again, ok := parseRef(ref.String()); !ok || again != ref {
				t.Errorf("%q: %v, and again %v", ticked, ref, again)
			}
		}
		q, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		ref, ok := readRef(q, "v", "n")
		if !ok {
			return
		}
		u, err := url.Parse(ref.Virtual("/virtual"))
		if err != nil || u.Path != "/virtual" {
			t.Fatalf("%q: %v", ref.Virtual("/virtual"), err)
		}
		if again, ok := readRef(u.Query(), "v", "n"); !ok || again != ref {
			t.Errorf("%q: %v, and again %v", query, ref, again)
		}
	})
}

func FuzzVirtualQuery(f *testing.F) {
	f.Add("q=x&show=on&sort=-name&page=7")
	f.Fuzz(func(t *testing.T, query string) {
		q := readBack(query)
		u, err := url.Parse(q.URL())
		if err != nil || u.Path != "/virtuals" || u.Host != "" {
			t.Fatalf("%q goes to %q", query, q.URL())
		}
		if again := templates.ReadVirtualQuery(u.Query()); again != q {
			t.Errorf("%q: %v, and again %v", query, q, again)
		}
	})
}
