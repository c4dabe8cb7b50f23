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

	"pacu/lvscf"
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

// keep sends the editor's text and returns the answer.
func keep(v *visitor, seen, text, eol, do string) (*http.Response, string) {
	v.t.Helper()
	return v.do("POST", "/configuration", url.Values{"text": {crlf(text)}, "seen": {seen}, "eol": {eol}, "do": {do}})
}

func TestKeep(t *testing.T) {
	s, p := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	_, body := v.get("/configuration")
	seen, text := opened(t, body)
	disk := readFile(t, s.ConfigPath)
	if text != disk {
		t.Fatalf("the editor holds\n%s\nof\n%s", text, disk)
	}
	resp, _ := keep(v, seen, text, "lf", "keep")
	_, body = v.get("/configuration")
	if want(t, body, "Nothing differs from your draft"); resp.StatusCode != http.StatusSeeOther {
		t.Errorf("keep of the same: %s", resp.Status)
	}
	edited := strings.Replace(text, "weight = 1", "weight = 7", 1) + "# mine: 中文 & <b>\n"
	if resp, body := keep(v, seen, edited, "lf", "keep"); resp.StatusCode != http.StatusSeeOther {
		t.Fatalf("keep: %s\n%s", resp.Status, body)
	}
	_, body = v.get("/configuration")
	want(t, body, "Kept in your draft.", "# mine: 中文 &amp; &lt;b&gt;", "Review and apply")
	seen, text = opened(t, body)
	if text != edited {
		t.Errorf("the draft is\n%s", text)
	}
	_, body = v.get("/configuration")
	if strings.Contains(body, "Kept in your draft") {
		t.Error("said twice")
	}
	if resp, _ := keep(v, seen, edited+"# more\n", "lf", "review"); resp.Header.Get("Location") != "/review" {
		t.Errorf("review leads to %s", resp.Header.Get("Location"))
	}
	if readFile(t, s.ConfigPath) != disk || p.reloads != 0 {
		t.Error("a draft changed lvs.cf")
	}
}

func TestKeepKeepsLineEnds(t *testing.T) {
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
	keep(v, seen, text+"# x\n", "crlf", "keep")
	v.apply("", "0")
	if got, want := readFile(t, s.ConfigPath), strings.Replace(was, "serial_no = 3", "serial_no = 4", 1)+"# x\r\n"; got != want {
		t.Errorf("applied %q\nwant %q", got, want)
	}
}

func TestErrorsAreKept(t *testing.T) {
	s, p := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	_, body := v.get("/configuration")
	seen, text := opened(t, body)
	before := readFile(t, s.ConfigPath)
	bad := strings.Replace(text, "scheduler = wlc", "scheduler = wlcc", 1) + "</textarea><script>alert(1)</script> = \"';`$(reboot)\"\n"
	// Checking keeps neither what is broken nor what is not.
	for _, x := range []string{bad, text + "# fine\n"} {
		resp, body := keep(v, seen, x, "lf", "check")
		if resp.StatusCode != http.StatusOK {
			t.Errorf("check: %s", resp.Status)
		}
		want(t, body, "Checked, not kept.")
		if again, kept := opened(t, body); kept != x || again != seen {
			t.Error("the check lost the text or what it started from")
		}
	}
	if _, body := v.get("/configuration"); strings.Contains(body, "wlcc") {
		t.Error("a check kept something")
	}
	keep(v, seen, bad, "lf", "keep")
	_, body = v.get("/configuration")
	want(t, body, "wlcc", "did you mean wlc?", `<b id="line-27" class="bad">27</b>`, "2 errors", `aria-invalid="true"`)
	if _, kept := opened(t, body); kept != bad {
		t.Errorf("the editor holds\n%s\nwant\n%s", kept, bad)
	}
	if strings.Contains(body, "<script>alert") {
		t.Error("a script got into the page")
	}
	// REVIEW says so too, and does not let it through.
	resp, body := v.apply("", "0")
	if resp.StatusCode != http.StatusConflict {
		t.Errorf("apply: %s", resp.Status)
	}
	want(t, body, "The draft has errors", "/configuration#line-27", "/virtual?v=http_server")
	if strings.Contains(body, `action="/review" class`) || strings.Contains(body, "<script>alert") {
		t.Error("a draft with errors can be applied, or a script got into the page")
	}
	if readFile(t, s.ConfigPath) != before || p.reloads != 0 {
		t.Error("a broken text was applied")
	}
}

func TestConflictLosesNothing(t *testing.T) {
	s, _ := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	_, body := v.get("/configuration")
	seen, text := opened(t, body)
	theirs, mine := text+"# by hand: <theirs>\n", text+"# mine\n"
	if err := os.WriteFile(s.ConfigPath, []byte(theirs), 0o640); err != nil {
		t.Fatal(err)
	}
	// The file changed while it was open, and then the draft in another window.
	for _, other := range []string{"# by hand: &lt;theirs&gt;", "# other window"} {
		resp, body := keep(v, seen, mine, "lf", "keep")
		if resp.StatusCode != http.StatusConflict {
			t.Fatalf("keep over another's edit: %s", resp.Status)
		}
		want(t, body, "Your draft has changed meanwhile", other, "# mine")
		now, kept := opened(t, body)
		if kept != mine || now == seen {
			t.Error("the conflict lost the text or what it starts from now")
		}
		if resp, _ := keep(v, now, mine, "lf", "keep"); resp.StatusCode != http.StatusSeeOther {
			t.Errorf("keep with both seen: %s", resp.Status)
		}
		_, body = v.get("/configuration")
		if seen, text = opened(t, body); text != mine {
			t.Errorf("kept\n%s", text)
		}
		keep(v, seen, mine+"# other window\n", "lf", "keep")
	}
	if readFile(t, s.ConfigPath) != theirs {
		t.Error("the hand edit is lost")
	}
}

func TestFilesThatCannotBeEdited(t *testing.T) {
	s, _ := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	if err := os.WriteFile(s.ConfigPath, []byte("# \xd6\xd0\xce\xc4\nserial_no = 1\n"), 0o640); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/configuration", "/review"} {
		_, body := v.get(path)
		want(t, body, "not UTF-8")
		if strings.Contains(body, "<textarea") {
			t.Error("a file that an editor would spoil can be edited")
		}
	}
	for _, text := range []string{"# \xd6\xd0\n", "# \x00\n", "fine = 1\n"} {
		resp, body := keep(v, "file "+hash([]byte("# \xd6\xd0\xce\xc4\nserial_no = 1\n")), text, "lf", "keep")
		if resp.StatusCode != http.StatusUnprocessableEntity && resp.StatusCode != http.StatusConflict {
			t.Errorf("keep of %q: %s", text, resp.Status)
		}
		want(t, body, "not UTF-8")
	}

	if err := os.Remove(s.ConfigPath); err != nil {
		t.Fatal(err)
	}
	_, body := v.get("/configuration")
	want(t, body, "There is no such file yet", "keepalive = 250ms")
	seen, text := opened(t, body)
	if resp, body := keep(v, seen, text, "lf", "review"); resp.StatusCode != http.StatusSeeOther {
		t.Fatalf("the first draft, as it is offered: %s\n%s", resp.Status, body)
	}
	_, body = v.get("/review")
	want(t, body, "There is no lvs.cf yet", `name="hold" value="0"`, "keepalive")
	v.apply("", "0")
	want(t, readFile(t, s.ConfigPath), "#primary = 10.10.1.31\n", "serial_no = 1\n")

	if err := os.Remove(s.ConfigPath); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(s.ConfigPath, 0o700); err != nil {
		t.Fatal(err)
	}
	_, body = v.get("/configuration")
	want(t, body, "The file cannot be read", "no regular file but a folder")
	_, body = v.get("/review")
	want(t, body, "The file cannot be read", "no regular file but a folder")
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
