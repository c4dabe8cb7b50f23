package web

import (
	"html"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"pacu/control"
	"pacu/lvscf"
	"pacu/store"
)

var seenField = regexp.MustCompile(`name="seen" value="([^"]*)"`)
var textField = regexp.MustCompile(`(?s)<textarea[^>]*>\n(.*)</textarea>`)

// opened is what the editor holds in body.
func opened(t *testing.T, body string) (seen, text string) {
	t.Helper()
	s, x := seenField.FindStringSubmatch(body), textField.FindStringSubmatch(body)
	if s == nil || x == nil {
		t.Fatalf("no editor in\n%s", body)
	}
	return s[1], html.UnescapeString(x[1])
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// crlf is what a browser makes of a text field.
func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

func TestSave(t *testing.T) {
	s, p := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	_, body := v.get("/configuration")
	seen, text := opened(t, body)
	if disk := readFile(t, s.ConfigPath); text != disk {
		t.Fatalf("the editor holds\n%s\nof\n%s", text, disk)
	}
	edited := strings.Replace(text, "weight = 1", "weight = 7", 1) + "# mine: 中文 & <b>\n"
	resp, body := v.do("POST", "/configuration", url.Values{"text": {crlf(edited)}, "seen": {seen}, "eol": {"lf"}, "do": {"save"}})
	if resp.StatusCode != http.StatusSeeOther {
		t.Fatalf("save: %s\n%s", resp.Status, body)
	}
	if got, want := readFile(t, s.ConfigPath), strings.Replace(edited, "serial_no = 3", "serial_no = 4", 1); got != want {
		t.Errorf("saved\n%q\nwant\n%q", got, want)
	}
	if p.reloads != 1 {
		t.Errorf("pulse reloaded %d times", p.reloads)
	}
	_, body = v.get("/configuration")
	want(t, body, "Saved as serial 4.", "pulse has reloaded lvs.cf: nothing else changed", "# mine: 中文 &amp; &lt;b&gt;")
	_, body = v.get("/configuration")
	if strings.Contains(body, "Saved as") {
		t.Error("said twice")
	}
	log, err := s.Store.Audit(t.Context(), store.AuditQuery{N: 1})
	if err != nil || log[0].What != "save" || log[0].Who != "piranha" || !strings.Contains(log[0].Note, "serial 4") {
		t.Errorf("audit = %v, %v", log, err)
	}
}

func TestSaveSays(t *testing.T) {
	s, p := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	for _, tt := range []struct {
		err  error
		want string
	}{
		{control.ErrNotRunning, "pulse is not running: lvs.cf will be used at its next start."},
		{control.ReplyError("interface eth7 does not exist"), "pulse did not take lvs.cf: interface eth7 does not exist"},
	} {
		p.reload = tt.err
		_, body := v.get("/configuration")
		seen, text := opened(t, body)
		v.do("POST", "/configuration", url.Values{"text": {text + "#\n"}, "seen": {seen}, "do": {"save"}})
		_, body = v.get("/configuration")
		want(t, body, html.EscapeString(tt.want))
	}
	_, body := v.get("/configuration")
	seen, text := opened(t, body)
	p.reloads = 0
	before := readFile(t, s.ConfigPath)
	v.do("POST", "/configuration", url.Values{"text": {crlf(text)}, "seen": {seen}, "eol": {"lf"}, "do": {"save"}})
	_, body = v.get("/configuration")
	want(t, body, "Nothing differs from the file")
	if readFile(t, s.ConfigPath) != before || p.reloads != 0 {
		t.Error("an unchanged text was saved")
	}
}

func TestSaveKeepsLineEnds(t *testing.T) {
	s, _ := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	was := crlf(readFile(t, s.ConfigPath))
	if err := os.WriteFile(s.ConfigPath, []byte(was), 0o640); err != nil {
		t.Fatal(err)
	}
	_, body := v.get("/configuration")
	want(t, body, `name="eol" value="crlf"`)
	seen, text := opened(t, body)
	v.do("POST", "/configuration", url.Values{"text": {crlf(text + "# x\n")}, "seen": {seen}, "eol": {"crlf"}, "do": {"save"}})
	if got, want := readFile(t, s.ConfigPath), strings.Replace(was, "serial_no = 3", "serial_no = 4", 1)+"# x\r\n"; got != want {
		t.Errorf("saved %q\nwant %q", got, want)
	}
}

func TestErrorsKeepTheText(t *testing.T) {
	s, p := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	_, body := v.get("/configuration")
	seen, text := opened(t, body)
	before := readFile(t, s.ConfigPath)
	bad := strings.Replace(text, "scheduler = wlc", "scheduler = wlcc", 1) + "</textarea><script>alert(1)</script> = \"';`$(reboot)\"\n"
	resp, body := v.do("POST", "/configuration", url.Values{"text": {crlf(bad)}, "seen": {seen}, "eol": {"lf"}, "do": {"save"}})
	if resp.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("save: %s", resp.Status)
	}
	want(t, body, "Not saved.", "wlcc", "did you mean wlc?", `<b id="line-27" class="bad">27</b>`, "2 errors", `aria-invalid="true"`)
	if _, kept := opened(t, body); kept != bad {
		t.Errorf("the editor holds\n%s\nwant\n%s", kept, bad)
	}
	if strings.Contains(body, "<script>alert") {
		t.Error("a script got into the page")
	}
	if readFile(t, s.ConfigPath) != before || p.reloads != 0 {
		t.Error("a broken text was saved")
	}
	// Checking saves neither what is broken nor what is not.
	for _, x := range []string{bad, text + "# fine\n"} {
		resp, body := v.do("POST", "/configuration", url.Values{"text": {crlf(x)}, "seen": {seen}, "do": {"check"}})
		if resp.StatusCode != http.StatusOK {
			t.Errorf("check: %s", resp.Status)
		}
		want(t, body, "Checked, not saved.")
		if again, kept := opened(t, body); kept != x || again != seen {
			t.Error("the check lost the text or what it started from")
		}
	}
	if readFile(t, s.ConfigPath) != before {
		t.Error("a check saved")
	}
}

func TestConflictLosesNothing(t *testing.T) {
	s, _ := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	_, body := v.get("/configuration")
	seen, text := opened(t, body)
	theirs := text + "# by hand: <theirs>\n"
	if err := os.WriteFile(s.ConfigPath, []byte(theirs), 0o640); err != nil {
		t.Fatal(err)
	}
	mine := text + "# mine\n"
	form := url.Values{"text": {crlf(mine)}, "seen": {seen}, "eol": {"lf"}, "do": {"save"}}
	resp, body := v.do("POST", "/configuration", form)
	if resp.StatusCode != http.StatusConflict {
		t.Fatalf("save over a hand edit: %s", resp.Status)
	}
	want(t, body, "Someone else changed the file", "# by hand: &lt;theirs&gt;", "# mine")
	if readFile(t, s.ConfigPath) != theirs {
		t.Error("the hand edit is lost")
	}
	now, kept := opened(t, body)
	if kept != mine || now == seen {
		t.Error("the conflict lost the text or what it starts from now")
	}
	form.Set("seen", now)
	if resp, _ := v.do("POST", "/configuration", form); resp.StatusCode != http.StatusSeeOther {
		t.Errorf("save with both seen: %s", resp.Status)
	}
	if got := readFile(t, s.ConfigPath); !strings.Contains(got, "# mine") || !strings.Contains(got, "serial_no = 4") {
		t.Errorf("saved\n%s", got)
	}
}

func TestFilesThatCannotBeEdited(t *testing.T) {
	s, _ := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	if err := os.WriteFile(s.ConfigPath, []byte("# \xd6\xd0\xce\xc4\nserial_no = 1\n"), 0o640); err != nil {
		t.Fatal(err)
	}
	_, body := v.get("/configuration")
	want(t, body, "not UTF-8")
	if strings.Contains(body, "<textarea") {
		t.Error("a file that an editor would spoil can be edited")
	}
	resp, body := v.do("POST", "/configuration", url.Values{"text": {"# \xd6\xd0\n"}, "seen": {hash([]byte("# \xd6\xd0\xce\xc4\nserial_no = 1\n"))}, "do": {"save"}})
	if resp.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("save of bytes that are no text: %s", resp.Status)
	}
	want(t, body, "not UTF-8")

	if err := os.Remove(s.ConfigPath); err != nil {
		t.Fatal(err)
	}
	_, body = v.get("/configuration")
	want(t, body, "There is no such file yet.", `name="seen" value="none"`, "keepalive = 250ms")
	resp, body = v.do("POST", "/configuration", url.Values{"text": {"primary = 10.0.0.1\r\n"}, "seen": {"none"}, "eol": {"lf"}, "do": {"save"}})
	if resp.StatusCode != http.StatusSeeOther {
		t.Fatalf("first save: %s\n%s", resp.Status, body)
	}
	want(t, readFile(t, s.ConfigPath), "primary = 10.0.0.1\n", "serial_no = 1")

	if err := os.Remove(s.ConfigPath); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(s.ConfigPath, 0o700); err != nil {
		t.Fatal(err)
	}
	_, body = v.get("/configuration")
	want(t, body, "The file cannot be read", "is a directory")
}

// TestNewFile holds that a new file is sound once the addresses are filled in,
// and quicker than Piranha.
func TestNewFile(t *testing.T) {
	pair := strings.ReplaceAll(newConfig, "#", "")
	for _, text := range []string{newConfig, pair} {
		conf, problems := lvscf.Read("lvs.cf", []byte(text))
		if err := problems.Err(); err != nil {
			t.Fatal(err)
		}
		if conf.Keepalive != 250*time.Millisecond || conf.Deadtime != time.Second {
			t.Errorf("heartbeats every %v, dead after %v", conf.Keepalive, conf.Deadtime)
		}
		if conf.BackupActive != (text == pair) {
			t.Errorf("a backup router: %t", conf.BackupActive)
		}
	}
}

func FuzzLineEnds(f *testing.F) {
	f.Add("a\nb\n", "lf")
	f.Add("a\r\nb", "crlf")
	f.Add("a\rb", "cr")
	f.Fuzz(func(t *testing.T, s, eol string) {
		lf := toLF(s)
		if strings.Contains(lf, "\r") {
			t.Fatalf("%q keeps a CR", lf)
		}
		if again := toLF(fromLF(lf, eol)); again != lf {
			t.Fatalf("%q by %s came back as %q", lf, eol, again)
		}
		if strings.Contains(lf, "\n") && fromLF(lf, lineEnd([]byte(s))) != s && onlyOneKind(s) {
			t.Fatalf("%q is not kept", s)
		}
	})
}

func onlyOneKind(s string) bool {
	n := 0
	rest := strings.ReplaceAll(s, "\r\n", "")
	for _, has := range []bool{rest != s, strings.Contains(rest, "\n"), strings.Contains(rest, "\r")} {
		if has {
			n++
		}
	}
	return n == 1
}
