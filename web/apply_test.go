package web

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
	"pacu/store"
	machine "pacu/web/change"
)

// decide presses a button of the change's page.
func (v *visitor) decide(what string) string {
	v.t.Helper()
	_, body := v.get("/change")
	_, after, _ := strings.Cut(body, `name="change" value="`)
	after, _, _ = strings.Cut(after, `"`)
	v.do("POST", "/change/"+what, url.Values{"change": {after}})
	_, body = v.get("/change")
	return body
}

func TestApplyAndConfirm(t *testing.T) {
	s, p := newConsole(t, true)
	clocked(s) // it stands, however long this takes
	v := visit(t, s.Handler())
	v.login()
	before := readFile(t, s.ConfigPath)
	edit(t, s, "piranha", "weight = 1", "weight = 7")
	resp, body := v.apply("heavier <b>", "60")
	if resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != "/change" {
		t.Fatalf("apply: %s\n%s", resp.Status, body)
	}
	applied := strings.Replace(strings.Replace(before, "weight = 1", "weight = 7", 1), "serial_no = 3", "serial_no = 4", 1)
	if diff := cmp.Diff(applied, readFile(t, s.ConfigPath)); diff != "" || p.reloads != 1 {
		t.Errorf("lvs.cf: %s, %d reloads", diff, p.reloads)
	}
	_, body = v.get("/change")
	want(t, body, "In effect, and waiting", "pulse: nothing else changed", "heavier &lt;b&gt;", "CONFIRM", "ROLL BACK NOW", "No trouble since", `http-equiv="refresh"`, ">1:00<")
	if strings.Contains(body, "Review and apply") {
		t.Error("the draft is still there")
	}
	// Nobody can do anything else meanwhile.
	edit(t, s, "piranha", "weight = 7", "weight = 8")
	resp, body = v.apply("", "60")
	want(t, body, "Another change waits to be confirmed")
	if resp.StatusCode != http.StatusConflict || readFile(t, s.ConfigPath) != applied {
		t.Errorf("a second change at once: %s", resp.Status)
	}
	// New trouble is shown.
	p.change(time.Now(), func(s *control.Snapshot) { s.Trouble = append(s.Trouble, "http_server: <nobody> answers") })
	s.changer.beat(t.Context(), false)
	_, body = v.get("/change/progress?state=waiting")
	want(t, body, "Trouble that was not there before", "http_server: &lt;nobody&gt; answers")
	if strings.Contains(body, "mx-2") || strings.Contains(body, "<html") {
		t.Errorf("old trouble, or more than the part of the page:\n%s", body)
	}
	if resp, _ := v.get("/change/progress?state=reloading"); resp.Header.Get("HX-Refresh") != "true" {
		t.Error("a page of another state is not told to load again")
	}
	// A page that shows another change cannot confirm this one.
	v.do("POST", "/change/confirm", url.Values{"change": {"abc"}})
	_, body = v.get("/change")
	want(t, body, "too late for that", "In effect")
	want(t, v.decide("confirm"), "Confirmed by piranha", "heavier")
	s.changer.beat(t.Context(), true)
	if _, ok, err := s.Store.Pending(t.Context()); ok || err != nil || readFile(t, s.ConfigPath) != applied {
		t.Errorf("after the confirmation: pending %t, %v", ok, err)
	}
	if diff := cmp.Diff([]store.Origin{store.Saved, store.ByHand}, origins(t, s)); diff != "" {
		t.Errorf("history: %s", diff)
	}
	log, err := s.Store.Audit(t.Context(), store.AuditQuery{N: 2})
	if err != nil || log[0].What != "confirm" || log[1].What != "apply" || log[1].Who != "piranha" ||
		log[1].Note != "serial 4, heavier <b>" || log[1].After != "virtual http_server: server lvs-03 weight 1 -> 7\n" {
		t.Errorf("audit = %+v, %v", log, err)
	}
}

func TestRollBack(t *testing.T) {
	for name, tt := range map[string]struct {
		do   func(t *testing.T, s *Server, p *fakePulse, w *stopwatch, v *visitor)
		says []string
	}{
		"nobody confirms": {
			func(t *testing.T, s *Server, _ *fakePulse, w *stopwatch, _ *visitor) {
				w.at = w.at.Add(29 * time.Second)
				s.changer.beat(t.Context(), false)
				if m, _, _ := s.changer.state(); m.State != machine.Waiting {
					t.Fatalf("too early: %+v", m)
				}
				w.at = w.at.Add(3 * time.Second)
				s.changer.beat(t.Context(), false)
			}, []string{"Rolled back", "Nobody confirmed it in time"},
		},
		"by hand": {
			func(_ *testing.T, _ *Server, _ *fakePulse, _ *stopwatch, v *visitor) { v.decide("rollback") },
			[]string{"Rolled back", "piranha rolled it back"},
		},
		"the role is lost": {
			func(t *testing.T, s *Server, p *fakePulse, _ *stopwatch, _ *visitor) {
				p.change(time.Now(), func(s *control.Snapshot) { s.Router.State, s.Router.Why = control.Standby, "the partner <serves>" })
				s.changer.beat(t.Context(), false)
			}, []string{"Rolled back", "This router served and does no longer: standby: the partner &lt;serves&gt;"},
		},
		"pulse has gone": {
			func(t *testing.T, s *Server, p *fakePulse, w *stopwatch, _ *visitor) {
				p.fail(control.ErrNotRunning)
				s.changer.beat(t.Context(), false)
				w.at = w.at.Add(lostFor)
				s.changer.beat(t.Context(), false)
			}, []string{"Rolled back", "pulse has gone"},
		},
		"pulse refuses at another reload": {
			func(t *testing.T, s *Server, p *fakePulse, _ *stopwatch, _ *visitor) {
				p.change(time.Now(), func(s *control.Snapshot) { s.Config.Refused = "eth7" })
				s.changer.beat(t.Context(), false)
			}, []string{"Rolled back", "pulse did not take it: eth7"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, p := newConsole(t, true)
			w := clocked(s)
			v := visit(t, s.Handler())
			v.login()
			before := readFile(t, s.ConfigPath)
			edit(t, s, "piranha", "weight = 1", "weight = 7")
			v.apply("", "30")
			tt.do(t, s, p, w, v)
			_, body := v.get("/change")
			want(t, body, append(tt.says, "TAKE IT INTO A DRAFT AGAIN")...)
			if diff := cmp.Diff(before, readFile(t, s.ConfigPath)); diff != "" || p.reloads != 2 {
				t.Errorf("lvs.cf: %s, %d reloads", diff, p.reloads)
			}
			if diff := cmp.Diff([]store.Origin{store.RolledBack, store.Saved, store.ByHand}, origins(t, s)); diff != "" {
				t.Errorf("history: %s", diff)
			}
			// What was rolled back is taken up again, and applied over it.
			v.do("POST", "/history/restore", url.Values{"id": {"2"}})
			p.fail(nil)
			p.change(time.Now(), func(*control.Snapshot) {})
			v.apply("", "0")
			want(t, readFile(t, s.ConfigPath), "weight = 7", "serial_no = 5")
			if o := origins(t, s); o[0] != store.Restored {
				t.Errorf("history: %v", o)
			}
		})
	}
}

func TestApplySays(t *testing.T) {
	for _, tt := range []struct {
		err    error
		want   string
		stays  bool // lvs.cf
		serial int
	}{
		{control.ErrNotRunning, "pulse is not running and reads it at its start", true, 4},
		{control.ReplyError("interface <eth7> does not exist"), "pulse did not take it: interface <eth7> does not exist", false, 3},
	} {
		s, p := newConsole(t, true)
		v := visit(t, s.Handler())
		v.login()
		p.reload = tt.err
		edit(t, s, "piranha", "weight = 1", "weight = 7")
		v.apply("", "60")
		_, body := v.get("/change")
		want(t, body, html.EscapeString(tt.want))
		got := readFile(t, s.ConfigPath)
		if strings.Contains(got, "weight = 7") != tt.stays || !strings.Contains(got, fmt.Sprintf("serial_no = %d", tt.serial)) {
			t.Errorf("%v: lvs.cf is\n%s", tt.err, got)
		}
		if strings.Contains(body, `http-equiv="refresh"`) {
			t.Errorf("%v: it waits for something", tt.err)
		}
	}
}

func TestApplyRefuses(t *testing.T) {
	s, p := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	before := readFile(t, s.ConfigPath)
	post := func(version, note, hold string) (*http.Response, string) {
		return v.do("POST", "/review", url.Values{"version": {version}, "note": {note}, "hold": {hold}})
	}
	if resp, body := post("0", "", "60"); resp.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(body, "You have no draft") {
		t.Errorf("without a draft: %s", resp.Status)
	}
	edit(t, s, "piranha", "weight = 1", "weight = 7")
	for _, tt := range []struct{ version, note, hold, want string }{
		{"", "kept <note>", "60", "The draft has changed since this page"},
		{v.version(), "kept <note>", "61", "Choose one of the times"},
		{v.version(), "kept <note>", "x", "Choose one of the times"},
		{v.version(), "kept <note>" + strings.Repeat("é", 200), "60", "The note is too long: 200"},
	} {
		resp, body := post(tt.version, tt.note, tt.hold)
		if resp.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%+v: %s", tt, resp.Status)
		}
		want(t, body, tt.want, html.EscapeString(tt.note))
	}
	// lvs.cf that cannot be written is told, and nothing is lost.
	if err := os.Remove(s.ConfigPath); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/proc/version", s.ConfigPath); err != nil {
		t.Fatal(err)
	}
	_, body := v.get("/review")
	want(t, body, "lvs.cf has changed since your draft began", "/review/draft")
	if err := os.Remove(s.ConfigPath); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.ConfigPath, []byte(before), 0o640); err != nil {
		t.Fatal(err)
	}
	// A draft that has become what lvs.cf says.
	edit(t, s, "piranha", "weight = 7", "weight = 1")
	resp, body := v.apply("", "60")
	want(t, body, "there is nothing to apply")
	if resp.StatusCode != http.StatusConflict || p.reloads != 0 || readFile(t, s.ConfigPath) != before {
		t.Errorf("the same was applied: %s", resp.Status)
	}
}

// TestDraftEditedMeanwhileStays holds that what was edited, or put by, while
// the draft was applied is not dropped with it.
func TestDraftEditedMeanwhileStays(t *testing.T) {
	s, _ := newConsole(t, true)
	edit(t, s, "piranha", "weight = 1", "weight = 5")
	applied, err := s.takeUp(t.Context(), "piranha", []byte(readFile(t, s.ConfigPath)), store.Restored)
	if err != nil {
		t.Fatal(err)
	}
	next := edit(t, s, "piranha", "weight = 1", "weight = 7")
	s.dropApplied(t.Context(), "piranha", applied.Version)
	if v, _, err := s.Store.DraftVersion(t.Context(), "piranha"); v != next.Version || err != nil {
		t.Errorf("the draft is %d, %v", v, err)
	}
	if n, err := s.draftNote(t.Context(), "piranha"); !strings.Contains(string(n.Kept), "weight = 5") || err != nil {
		t.Errorf("the copy put by is %q, %v", n.Kept, err)
	}
}
