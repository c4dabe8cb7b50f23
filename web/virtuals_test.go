package web

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pacu/store"
)

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
	s, v := lvsConsole(t, "")
	v.page("/virtuals", http.StatusOK) // it has pulse looked at, and hardly waits for that
	if _, err := s.hub.after(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	body := v.page("/virtuals", http.StatusOK)
	want(t, body, "http_server", "2 of 2 up")
	body = v.page("/virtual/servers?v=http_server", http.StatusOK)
	want(t, body, "lvs-03", "1841", "/service?key=fwmark+80", "/servers/help?q=http_server", ">up<")
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
	dropDraft(t, s)
	want(t, v.page("/virtuals", http.StatusOK), "not UTF-8 text")
	want(t, v.page("/virtual?v=mail", http.StatusOK), "not UTF-8 text")
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

// A pulse that hangs keeps no page about the draft waiting, and is not taken
// for one that says all is well.
func TestVirtualsWhilePulseHangs(t *testing.T) {
	s, p := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	p.stall(true)
	want(t, v.page("/virtuals", http.StatusOK), "http_server", "pulse has not answered")
	want(t, v.page("/virtual/servers?v=http_server", http.StatusOK), "lvs-03", "pulse has not answered")
	want(t, v.page("/virtuals/delete?t=1%3Ahttp_server", http.StatusOK), "its connections are not known")
	p.stall(false)
	s.hub.look(t.Context(), 0)
	want(t, v.page("/virtuals", http.StatusOK), "2 of 2 up")
}
