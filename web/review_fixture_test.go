package web

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"pacu/lvscf"
	"pacu/store"
)

var versionField = regexp.MustCompile(`name="version" value="([^"]*)"`)

// clashField finds the key of a conflict.
var clashField = regexp.MustCompile(`name="take-([0-9a-f]+-[0-9]+)" value="theirs"`)

// field is the value of the first field that re finds in body, "" for none.
func field(re *regexp.Regexp, body string) string {
	if m := re.FindStringSubmatch(body); m != nil {
		return m[1]
	}
	return ""
}

// version is that of the draft of the one who is logged in.
func (v *visitor) version() string {
	v.t.Helper()
	_, body := v.get("/review/discard")
	return field(versionField, body)
}

// apply applies the draft, to be confirmed in hold seconds.
func (v *visitor) apply(note, hold string) (*http.Response, string) {
	v.t.Helper()
	return v.do("POST", "/review", url.Values{"version": {v.version()}, "note": {note}, "hold": {hold}})
}

// edit makes a draft of user's in which from is to.
func edit(t *testing.T, s *Server, user, from, to string) *draft {
	t.Helper()
	d, err := s.desk.open(t.Context(), user)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(d.Text), from, to, 1)
	if text == string(d.Text) {
		t.Fatalf("no %q in\n%s", from, text)
	}
	next, err := s.desk.put(t.Context(), user, d, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return next
}

// withSecret gives the virtual of lvs.cf a check with a password.
func withSecret(t *testing.T, s *Server) {
	t.Helper()
	text := strings.Replace(readFile(t, s.ConfigPath), "     scheduler = wlc\n", "     check = imap\n     check_user = pacu\n     check_password = hunter2\n     scheduler = wlc\n", 1)
	if _, problems := lvscf.Read("lvs.cf", []byte(text)); problems.Err() != nil {
		t.Fatal(problems.Err())
	}
	if err := os.WriteFile(s.ConfigPath, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := s.changer.noticeDisk(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// A stopwatch is a clock that tests move.
type stopwatch struct{ at time.Time }

// clocked has s go by a stopwatch.
func clocked(s *Server) *stopwatch {
	w := &stopwatch{time.Now()}
	s.changer.now = func() time.Time { return w.at }
	return w
}

// origins are how the last revisions came about, newest first.
func origins(t *testing.T, s *Server) []store.Origin {
	t.Helper()
	all, err := s.Store.Revisions(t.Context(), 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	var out []store.Origin
	for _, r := range all {
		out = append(out, r.Origin)
	}
	return out
}
