package web

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"pacu/store"
	"pacu/web/form"
)

// drafted is the text of piranha's draft.
func drafted(t *testing.T, s *Server) string {
	t.Helper()
	d, err := s.desk.open(t.Context(), "piranha")
	if err != nil {
		t.Fatal(err)
	}
	return string(d.Text)
}

// onDisk is lvs.cf as it is.
func onDisk(t *testing.T, s *Server) string {
	t.Helper()
	b, err := os.ReadFile(s.ConfigPath)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestSettings(t *testing.T) {
	s, _ := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	before := onDisk(t, s)

	_, body := v.get("/global")
	want(t, body, "GLOBAL SETTINGS", `name="nat_router" value="10.8.8.30"`, `name="nat_router.device" value="eth1:0"`, "NAT router IP and device",
		`<option value="nat" selected>nat – NAT</option>`, `placeholder="0"`, "/global/check", "How packets reach the real servers")
	if strings.Contains(body, "waits draft") {
		t.Error("there is a draft before anything was typed")
	}

	// What is right goes into the draft, and nowhere else.
	resp, _ := v.do(http.MethodPost, "/global", url.Values{"tcp_timeout": {"900"}, "nat_nmask": {""}, "network": {"nat"}})
	if resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != "/global" {
		t.Fatalf("save: %s to %s", resp.Status, resp.Header.Get("Location"))
	}
	_, body = v.get("/global")
	want(t, body, "Accepted into your draft.", `name="tcp_timeout" value="900"`, "waits draft")
	d := drafted(t, s)
	want(t, d, "tcp_timeout = 900\n")
	if strings.Contains(d, "nat_nmask") {
		t.Errorf("nat_nmask was emptied and is still there:\n%s", d)
	}
	if onDisk(t, s) != before {
		t.Error("lvs.cf has changed")
	}

	// The same again changes nothing.
	v.do(http.MethodPost, "/global", url.Values{"tcp_timeout": {"900"}})
	_, body = v.get("/global")
	want(t, body, "Nothing was different")

	// What is wrong comes back with all that was typed.
	resp, body = v.do(http.MethodPost, "/redundancy", url.Values{"keepalive": {"9"}, "deadtime": {"3"}, "heartbeat_port": {"x<b>y"}, "witness": {"10.10.1.1"}})
	if resp.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("wrong values: %s", resp.Status)
	}
	want(t, body, "Not accepted yet", `href="#f-heartbeat_port"`, `value="x&lt;b&gt;y"`, `name="keepalive" value="9"`, `name="deadtime" value="3"`, `name="witness" value="10.10.1.1"`, `aria-invalid="true"`)
	if drafted(t, s) != d {
		t.Error("refused values are in the draft")
	}

	// In Chinese too.
	_, body = v.get("/redundancy", "Accept-Language", "zh")
	want(t, body, "判定失效时间", "对端沉默多久后视为失效", "接受", `lang="zh"`)
}

func TestSettingsCheck(t *testing.T) {
	s, _ := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	resp, body := v.do(http.MethodPost, "/redundancy/check", url.Values{"keepalive": {"9"}, "deadtime": {"3"}})
	if resp.StatusCode != http.StatusOK {
		t.Fatal(resp.Status)
	}
	want(t, body, `id="p-deadtime"`, `hx-swap-oob="true"`, "deadtime")
	if strings.Count(body, `class="dot bad"`) != 1 || strings.Contains(body, "<html") {
		t.Errorf("one field is wrong:\n%s", body)
	}
	if _, _, err := s.Store.Draft(t.Context(), "piranha"); err != nil {
		t.Error(err)
	}
	if version, _, _ := s.Store.DraftVersion(t.Context(), "piranha"); version != 0 {
		t.Error("a check made a draft")
	}
}

func TestSettingsOfAViewer(t *testing.T) {
	s, _ := newConsole(t, true)
	if err := s.Store.AddUser(t.Context(), "second", store.Admin, password); err != nil {
		t.Fatal(err)
	}
	if err := s.Store.SetRole(t.Context(), "piranha", store.Viewer); err != nil {
		t.Fatal(err)
	}
	v := visit(t, s.Handler())
	v.login()
	for _, path := range []string{"/global", "/redundancy", "/failovers"} {
		resp, body := v.get(path)
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", path, resp.Status)
		}
		if len(body) > 60<<10 {
			t.Errorf("%s has %d bytes", path, len(body))
		}
		main := body[strings.Index(body, "<main"):]
		for _, no := range []string{"<input", "<select", "<button", "hx-post", "/new"} {
			if strings.Contains(main, no) {
				t.Errorf("%s shows a viewer %s", path, no)
			}
		}
	}
	for _, path := range []string{"/global", "/global/check", "/redundancy/script/new", "/failover/new", "/redundancy/scripts"} {
		if resp, _ := v.do(http.MethodPost, path, url.Values{}); resp.StatusCode != http.StatusForbidden {
			t.Errorf("POST %s: %s", path, resp.Status)
		}
	}
}

func TestSettingsOfAnUnreadableFile(t *testing.T) {
	s, _ := newConsole(t, true)
	if err := os.WriteFile(s.ConfigPath, []byte("\xff\xfe"), 0o644); err != nil {
		t.Fatal(err)
	}
	v := visit(t, s.Handler())
	v.login()
	for _, path := range []string{"/global", "/redundancy", "/failovers", "/failover/new"} {
		resp, body := v.get(path)
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", path, resp.Status)
		}
		want(t, body, "not UTF-8")
	}
	if resp, _ := v.do(http.MethodPost, "/global", url.Values{"tcp_timeout": {"900"}}); resp.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("save: %s", resp.Status)
	}
}

func TestSettingsOfABrokenFile(t *testing.T) {
	s, _ := newConsole(t, true)
	broken := strings.Replace(onDisk(t, s), "keepalive = 2", "keepalive 2", 1)
	if err := os.WriteFile(s.ConfigPath, []byte(broken), 0o644); err != nil {
		t.Fatal(err)
	}
	v := visit(t, s.Handler())
	v.login()
	_, body := v.get("/redundancy")
	want(t, body, "has errors, and cannot be applied as it is: 1.", `href="/configuration"`)
	v.do(http.MethodPost, "/redundancy", url.Values{"keepalive": {""}, "deadtime": {"7"}})
	_, body = v.get("/redundancy")
	want(t, body, "which has errors elsewhere now: 1")
	want(t, drafted(t, s), "keepalive 2\n", "deadtime = 7\n")
	v.do(http.MethodPost, "/redundancy", url.Values{"keepalive": {"2"}})
	_, body = v.get("/redundancy")
	want(t, body, "Accepted into your draft.")
	want(t, drafted(t, s), "keepalive = 2\n")
}

func TestSettingsWithoutAFile(t *testing.T) {
	s, _ := newConsole(t, true)
	if err := os.Remove(s.ConfigPath); err != nil {
		t.Fatal(err)
	}
	v := visit(t, s.Handler())
	v.login()
	_, body := v.get("/global")
	want(t, body, `name="primary" value=""`)
	v.do(http.MethodPost, "/global", url.Values{"primary": {"10.10.1.31"}, "nat_router": {"10.8.8.30"}, "nat_router.device": {"eth1:0"}})
	v.do(http.MethodPost, "/redundancy", url.Values{"backup_active": {"1"}, "backup": {"10.10.1.32"}})
	want(t, drafted(t, s), "primary = 10.10.1.31\n", "nat_router = 10.8.8.30 eth1:0\n", "backup = 10.10.1.32\n", "backup_active = 1\n")
	if _, err := os.Stat(s.ConfigPath); err == nil {
		t.Error("lvs.cf was written")
	}
}

// Whatever is typed comes back as text, or is accepted and shown as text.
func TestSettingsShowTextAsText(t *testing.T) {
	s, _ := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	const nasty = `$(reboot); '"><script>alert(1)</script>&amp; ` + "`id`"
	for path, page := range map[string]form.Page{
		"/global": form.Global, "/redundancy": form.Redundancy, "/redundancy/script/new": form.TrackScript, "/failover/new": form.Failover,
	} {
		all := url.Values{"name": {nasty}}
		for _, g := range form.Groups(page) {
			for _, name := range g.Names {
				for _, control := range []string{name, form.DeviceName(name)} {
					values := url.Values{"name": {nasty}, control: {nasty}}
					all.Set(control, nasty)
					resp, body := v.do(http.MethodPost, path, values)
					if resp.StatusCode != http.StatusUnprocessableEntity && resp.StatusCode != http.StatusSeeOther {
						t.Errorf("%s of %s: %s", control, path, resp.Status)
					}
					asText(t, path+" "+control, body)
					dropDraft(t, s)
				}
			}
		}
		resp, body := v.do(http.MethodPost, path, all)
		if resp.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: %s", path, resp.Status)
		}
		asText(t, path, body)
		if strings.Count(body, "&lt;script&gt;") < len(all)/2 {
			t.Errorf("%s gives back %d of %d values", path, strings.Count(body, "&lt;script&gt;"), len(all))
		}
	}
	// What was accepted is shown by the lists.
	v.do(http.MethodPost, "/redundancy/script/new", url.Values{"name": {nasty}, "command": {"/bin/echo <script>alert(1)</script>"}})
	v.do(http.MethodPost, "/failover/new", url.Values{"name": {nasty}, "active": {"0"}})
	for _, path := range []string{"/redundancy", "/failovers"} {
		_, body := v.get(path)
		want(t, body, "&lt;script&gt;")
		asText(t, path, body)
	}
}

func asText(t *testing.T, where, body string) {
	t.Helper()
	if strings.Contains(body, "<script>alert") {
		t.Errorf("%s shows a script as a script", where)
	}
}
