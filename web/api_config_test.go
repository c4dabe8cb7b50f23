package web

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"pacu/control"
	"pacu/lvscf"
	"pacu/store"
	machine "pacu/web/change"
)

// TestAPIConfig: lvs.cf and what is made of it.
func TestAPIConfig(t *testing.T) {
	s, p := newConsole(t, true)
	c := newProgram(t, s, store.Operator)
	disk, err := readConfig(s.ConfigPath)
	if err != nil {
		t.Fatal(err)
	}
	a := c.get("/config")
	c.want(a, 200, "")
	tag := a.Header.Get("ETag")
	if a.body != string(disk) || tag != `"`+hash(disk)+`"` || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/plain") {
		t.Errorf("config: %s %v", tag, a.Header)
	}
	var text struct {
		Text, ETag string
		Usable     bool
	}
	a = c.get("/config", "Accept", "application/json")
	a.into(t, &text)
	if text.Text != string(disk) || text.ETag != tag || !text.Usable {
		t.Errorf("config as JSON: %s", a.body)
	}
	c.want(c.get("/config", "If-None-Match", tag), 304, "")

	var check struct {
		Usable   bool
		Errors   int
		Problems []struct{ Line int }
	}
	a = c.do("POST", "/config/check", "active = 1\nnonsense\n")
	a.into(t, &check)
	if check.Usable || check.Errors != 2 || check.Problems[1].Line != 2 {
		t.Errorf("check: %s", a.body)
	}

	// The draft.
	c.want(c.get("/draft"), 404, "no-draft")
	c.want(c.do("DELETE", "/draft", "", "If-Match", "*"), 404, "no-draft")
	c.want(c.do("POST", "/draft/plan", ""), 404, "no-draft")
	edited := strings.Replace(string(disk), "weight = 1", "weight = 7", 1)
	c.want(c.do("PUT", "/draft", edited), 428, "if-match")
	c.want(c.do("PUT", "/draft", edited, "If-Match", `"draft-1"`), 412, "moved")
	c.want(c.do("PUT", "/draft", edited, "If-Match", `W/`+tag), 412, "moved")
	a = c.do("PUT", "/draft", edited, "If-Match", tag)
	c.want(a, 200, "")
	draft := a.Header.Get("ETag")
	a = c.get("/draft")
	if a.body != edited || a.Header.Get("ETag") != draft || draft == tag {
		t.Errorf("draft: %s", draft)
	}
	c.want(c.do("PUT", "/draft", edited+"#\n", "If-Match", tag), 412, "moved")
	c.want(c.do("PUT", "/draft", edited+"#\n", "If-Match", `"no", `+draft), 200, "")
	c.want(c.do("DELETE", "/draft", "", "If-Match", draft), 412, "moved")
	p.plan = &control.Plan{Steps: []control.Step{{Action: control.Alter, Kind: "server", Object: "10.8.8.33:80", In: "http_server", Detail: "weight 7", Was: "weight 1"}}}
	a = c.do("POST", "/draft/plan", "")
	c.want(a, 200, "")
	if !strings.Contains(a.body, "weight 7") || string(p.planned) != edited+"#\n" {
		t.Errorf("plan: %s", a.body)
	}
	c.want(c.do("POST", "/plan", edited), 200, "")
	a = c.do("POST", "/plan", "active = 1\nnonsense\n")
	c.want(a, 422, "bad-config")
	if !strings.Contains(a.body, `"line":2`) {
		t.Errorf("problems: %s", a.body)
	}
	c.want(c.do("DELETE", "/draft", "", "If-Match", c.get("/draft").Header.Get("ETag")), 204, "")
	c.want(c.get("/draft"), 404, "no-draft")

	p.fail(control.ReplyError("no"))
	c.want(c.do("POST", "/plan", edited+"# 2\n"), 409, "refused")
	p.fail(control.ErrNotRunning)
	c.want(c.do("POST", "/plan", edited+"# 3\n"), 503, "no-pulse")

	// No file, and one that is none.
	if err := os.Remove(s.ConfigPath); err != nil {
		t.Fatal(err)
	}
	c.want(c.get("/config"), 404, "no-config")
	c.want(c.do("PUT", "/draft", edited, "If-Match", `"none"`), 200, "")
	if err := os.WriteFile(s.ConfigPath, []byte("a\xff"), 0o640); err != nil {
		t.Fatal(err)
	}
	c.want(c.get("/config"), 409, "unreadable")
}

// TestAPIMasks: a viewer's token sees no secrets.
func TestAPIMasks(t *testing.T) {
	s, _ := newConsole(t, true)
	withSecret(t, s)
	c := newProgram(t, s, store.Viewer)
	for _, path := range []string{"/config", "/history"} {
		for _, as := range []string{textForm, jsonForm} {
			if a := c.get(path, "Accept", as); a.StatusCode != 200 || strings.Contains(a.body, "hunter2") {
				t.Errorf("%s as %s: %s", path, as, a.Status)
			}
		}
	}
	var page revisionPage
	c.get("/history").into(t, &page)
	if len(page.Revisions) == 0 || !page.Revisions[0].Current {
		t.Fatalf("history: %v", page)
	}
	one := fmt.Sprintf("/history/%d", page.Revisions[0].ID)
	for _, as := range []string{textForm, jsonForm} {
		if a := c.get(one, "Accept", as); a.StatusCode != 200 || strings.Contains(a.body, "hunter2") || !strings.Contains(a.body, "***") {
			t.Errorf("%s as %s: %s %s", one, as, a.Status, a.body)
		}
	}
	operator := newProgram(t, s, store.Viewer)
	operator.secret = tokenFor(t, s, "otto", store.Operator, time.Time{})
	if a := operator.get(one, "Accept", textForm); !strings.Contains(a.body, "hunter2") {
		t.Error("an operator sees it neither")
	}
	for path, status := range map[string]int{"/history/0": 404, "/history/x": 404, "/history/99999": 404, "/history?limit=1": 200, "/history?before=1": 200} {
		operator.want(operator.get(path), status, "")
	}
}

// TestAPIApply: a change is applied, confirmed, taken back, and refused.
func TestAPIApply(t *testing.T) {
	s, p := newConsole(t, true)
	c := newProgram(t, s, store.Operator)
	tag := func() string { return c.get("/config").Header.Get("ETag") }
	disk, _ := readConfig(s.ConfigPath)
	weight := func(n int) string {
		return strings.Replace(string(disk), "weight = 1", fmt.Sprintf("weight = %d", n), 1)
	}
	c.want(c.do("POST", "/change/confirm", ""), 409, "no-change")
	c.want(c.do("POST", "/apply", weight(2)), 428, "if-match")
	c.want(c.do("POST", "/apply", weight(2), "If-Match", `"abc"`), 412, "moved")
	c.want(c.do("POST", "/apply", "nonsense\n", "If-Match", tag()), 422, "bad-config")
	c.want(c.do("POST", "/apply", "", "If-Match", tag()), 422, "nothing-to-apply")
	c.want(c.do("POST", "/apply", string(disk), "If-Match", tag()), 409, "nothing")
	c.want(c.do("POST", "/apply?confirm=2m", weight(2), "If-Match", tag()), 400, "bad-parameter")
	c.want(c.do("POST", "/apply?note="+strings.Repeat("a", 201), weight(2), "If-Match", tag()), 400, "bad-parameter")
	c.want(c.do("POST", "/apply?draft=draft-1", "", "If-Match", tag()), 404, "no-draft")
	c.want(c.do("POST", "/apply?draft=draft-1", weight(2), "If-Match", tag()), 400, "bad-parameter")

	a := c.do("POST", "/apply?note=two&confirm=5m", weight(2), "If-Match", tag())
	c.want(a, 202, "")
	var change apiChange
	a.into(t, &change)
	if change.State != "waiting" || change.Who != "token ci of anna" || change.Note != "two" || change.After != tag() || change.After != a.Header.Get("ETag") || change.Deadline.IsZero() {
		t.Errorf("applied: %s", a.body)
	}
	c.want(c.get("/status"), 200, "")
	busy := c.do("POST", "/apply", weight(3), "If-Match", tag())
	c.want(busy, 409, "busy")
	c.want(c.do("POST", "/change/confirm", ""), 428, "if-match")
	c.want(c.do("POST", "/change/confirm", "", "If-Match", `"abc"`), 412, "moved")
	a = c.do("POST", "/change/confirm", "", "If-Match", change.After)
	c.want(a, 200, "")
	if a.into(t, &change); change.Outcome != "confirmed" || change.ConfirmedBy != "token ci of anna" {
		t.Errorf("confirmed: %s", a.body)
	}
	c.want(c.do("POST", "/change/confirm", "", "If-Match", change.After), 409, "too-late")

	c.want(c.do("POST", "/apply", weight(3), "If-Match", tag()), 202, "")
	before := tag()
	a = c.do("POST", "/change/rollback", "", "If-Match", "*")
	c.want(a, 200, "")
	if tag() == before {
		t.Error("not rolled back")
	}

	// The draft, at once.
	a = c.do("PUT", "/draft", weight(4), "If-Match", tag())
	draft := strings.Trim(a.Header.Get("ETag"), `"`)
	c.want(c.do("POST", "/apply?draft=draft-999&confirm=immediate", "", "If-Match", tag()), 412, "moved")
	a = c.do("POST", "/apply?confirm=immediate&draft="+draft, "", "If-Match", tag())
	c.want(a, 200, "")
	c.want(c.get("/draft"), 404, "no-draft")
	if a := c.get("/config"); !strings.Contains(a.body, "weight = 4") {
		t.Error("the draft is not lvs.cf")
	}

	// A draft that began from another lvs.cf.
	a = c.do("PUT", "/draft", weight(5), "If-Match", tag())
	draft = strings.Trim(a.Header.Get("ETag"), `"`)
	c.want(c.do("POST", "/apply?confirm=immediate", weight(6), "If-Match", tag()), 200, "")
	c.want(c.do("POST", "/apply?draft="+draft, "", "If-Match", tag()), 409, "file-moved")

	// pulse refuses, and is not there.
	p.mu.Lock()
	p.reload = control.ReplyError("lvs.cf:3: no")
	p.mu.Unlock()
	a = c.do("POST", "/apply", weight(7), "If-Match", tag())
	c.want(a, 409, "not-confirmed")
	if !strings.Contains(a.body, "lvs.cf:3: no") {
		t.Errorf("refused: %s", a.body)
	}
	c.want(c.do("POST", "/reload", ""), 409, "refused")
	p.mu.Lock()
	p.reload = control.ErrNotRunning
	p.mu.Unlock()
	a = c.do("POST", "/apply", weight(8), "If-Match", tag())
	c.want(a, 200, "")
	if a.into(t, &change); change.Outcome != string(machine.Unread) {
		t.Errorf("without pulse: %s", a.body)
	}
	c.want(c.do("POST", "/reload", ""), 503, "no-pulse")

	entries, err := s.Store.Audit(t.Context(), store.AuditQuery{Who: "token ci of anna", What: "apply"})
	if err != nil || len(entries) == 0 || !strings.Contains(entries[len(entries)-1].After, "weight") {
		t.Errorf("audit: %v, %v", entries, err)
	}
	if text, _ := readConfig(s.ConfigPath); lvscf.Parse("lvs.cf", text).Problems.Err() != nil {
		t.Error("lvs.cf is not whole")
	}
}
