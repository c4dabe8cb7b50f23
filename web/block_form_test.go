package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pacu/web/form"
)

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
