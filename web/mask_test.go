package web

import (
	"net/http"
	"strings"
	"testing"

	"pacu/lvscf"
	"pacu/store"
)

func TestViewersReadWithoutSecrets(t *testing.T) {
	s, _ := newConsole(t, true)
	withSecret(t, s)
	v := visit(t, s.Handler())
	v.login()
	_, body := v.get("/configuration")
	want(t, body, "hunter2")
	if err := s.Store.AddUser(t.Context(), "vera", store.Viewer, password); err != nil {
		t.Fatal(err)
	}
	vera := visit(t, s.Handler())
	vera.loginAs("vera", password)
	for _, path := range []string{"/configuration", "/history/revision?id=1", "/history/download?id=1"} {
		_, body = vera.get(path)
		want(t, body, "check_password = ***", "deadtime = 6")
		if strings.Contains(body, "hunter2") || strings.Contains(body, "<textarea") || strings.Contains(body, `action="/configuration"`) {
			t.Errorf("%s shows a viewer too much:\n%s", path, body)
		}
	}
	for _, path := range []string{"/review", "/review/draft", "/review/kept", "/review/plan", "/review/discard"} {
		if resp, _ := vera.get(path); resp.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
}

func TestMask(t *testing.T) {
	in := "check_password = hunter2\r\n  check_secret=\"a b\" # hunter2\n# check_password hunter2\nweight = 1\r}check_secret {hunter2"
	want := "check_password = ***\r\n  check_secret = ***\n# check_password = ***\nweight = 1\r}check_secret = ***"
	if got := mask(in); got != want {
		t.Errorf("mask: %q, want %q", got, want)
	}
}

// Every word that is masked has the anchor.
func TestMaskSeesAllSecrets(t *testing.T) {
	for _, d := range lvscf.Directives() {
		if d.Secret && !strings.ContainsRune(d.Name, anchor) {
			t.Errorf("%s has no %c: mask does not see it", d.Name, anchor)
		}
	}
}

func FuzzMask(f *testing.F) {
	f.Add("check_password = ", "x")
	f.Add("\ncheck_secret\t", "\"y\"")
	f.Fuzz(func(t *testing.T, before, secret string) {
		if strings.ContainsAny(secret, "\r\n") || strings.ContainsAny(before, "\r\n") || !strings.Contains(before, "check_password") {
			return
		}
		out := mask(before + "SECRET" + secret)
		lines := before + "\r" + before + secret + "\n\r\n" + secret + before
		if got, want := mask(lines), secrets.ReplaceAllString(lines, "$1 = ***"); got != want {
			t.Fatalf("%q became %q, want %q", lines, got, want)
		}
		if i := strings.Index(before, "check_password"); strings.Contains(out[i:], "SECRET") {
			t.Fatalf("%q became %q", before+secret, out)
		}
	})
}
