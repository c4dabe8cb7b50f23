package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
	"pacu/web/templates"
)

func TestReview(t *testing.T) {
	s, p := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	_, body := v.get("/review")
	want(t, body, "You have no draft", "/virtuals", "/configuration")
	p.plan = &control.Plan{
		Steps: []control.Step{
			{Action: control.Alter, Kind: "server", Object: "10.8.8.33:80", In: "http_server", Detail: "weight 7", Was: "weight 1"},
			{Action: control.Remove, Kind: "server", Object: "10.8.8.34:80", In: "<http>", Connections: 12345},
			{Action: control.Add, Kind: "sysctl", Object: "net.ipv4.vs.conntrack", Detail: "1"},
		},
		Warnings: []string{"a <warning>"}, Foreign: []string{"tcp 10.0.0.1:1"},
	}
	edit(t, s, "piranha", "weight = 1", "weight = 7")
	edit(t, s, "piranha", "deadtime = 6", "deadtime = 8 # <slow>")
	_, body = v.get("/review?plan=wait")
	want(t, body,
		// The meaning, the text, and the plan.
		`<th scope="rowgroup" rowspan="1">virtual http_server: server lvs-03</th>`, "<code>weight</code>", "<code>7</code>", "global settings",
		"<del><i>9</i><i></i>- deadtime = 6\n</del>", "<ins><i></i><i>9</i>+ deadtime = 8 # &lt;slow&gt;\n</ins>", "2 lines added, 2 lines removed",
		"12\u2009345 connections under way end", "&lt;http&gt;", "(was weight 1)", "0 added, 1 removed, 1 altered", "sysctl", "a &lt;warning&gt;", "tcp 10.0.0.1:1",
		`<option value="60" selected>1 minute</option>`, `action="/review"`)
	if strings.Index(body, "10.8.8.34:80") > strings.Index(body, "10.8.8.33:80") {
		t.Error("steps that end connections do not come first")
	}
	if string(p.planned) != strings.Replace(strings.Replace(readFile(t, s.ConfigPath), "weight = 1", "weight = 7", 1), "deadtime = 6", "deadtime = 8 # <slow>", 1) {
		t.Errorf("pulse was asked about\n%s", p.planned)
	}
	resp, body := v.get("/review/draft")
	want(t, body, "# <slow>")
	if resp.Header.Get("Content-Disposition") != `attachment; filename="lvs.cf.draft"` || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain") {
		t.Errorf("download: %v", resp.Header)
	}

	// Thrown away only when asked twice, and only what was shown.
	_, body = v.get("/review/discard")
	want(t, body, "Discard the draft?", "<code>weight</code>")
	v.do("POST", "/review/discard", url.Values{"version": {"1"}})
	_, body = v.get("/review")
	want(t, body, "The draft has changed since", "&lt;slow&gt;")
	if resp, _ := v.do("POST", "/review/discard", url.Values{"version": {v.version()}}); resp.StatusCode != http.StatusSeeOther {
		t.Errorf("discard: %s", resp.Status)
	}
	_, body = v.get("/review")
	want(t, body, "You have no draft", "The draft is discarded")
	if resp, _ := v.get("/review/discard"); resp.StatusCode != http.StatusSeeOther {
		t.Errorf("discard of nothing: %s", resp.Status)
	}
}

func TestPlanThatTakesLong(t *testing.T) {
	s, p := newConsole(t, true)
	slow := &slowPlan{fakePulse: p, go1: make(chan struct{})}
	s.planner.pulse = slow
	v := visit(t, s.Handler())
	v.login()
	edit(t, s, "piranha", "weight = 1", "weight = 7")
	_, body := v.get("/review")
	want(t, body, `hx-get="/review/plan"`, "pulse is working it out", `/review?plan=wait#plan`)
	close(slow.go1)
	_, body = v.get("/review/plan")
	want(t, body, `id="plan"`, "Nothing changes in the kernel")
	if strings.Contains(body, "<html") || strings.Contains(body, "hx-get") {
		t.Error("the part asks again, or is a page")
	}
	if slow.asked != 1 {
		t.Errorf("pulse was asked %d times", slow.asked)
	}
	_, body = v.get("/review?plan=wait")
	want(t, body, "Nothing changes in the kernel")
	for err, say := range map[error]string{
		control.ErrNotRunning:                      "pulse is not running, so there is no plan",
		control.ReplyError("interface <x> is not"): "no plan for this draft: interface &lt;x&gt; is not",
		fmt.Errorf("%w", os.ErrDeadlineExceeded):   "no plan for this draft: i/o timeout",
	} {
		p.fail(err)
		edit(t, s, "piranha", "deadtime = ", "deadtime = 1")
		_, body = v.get("/review?plan=wait")
		want(t, body, say)
	}
}

// A slowPlan is a pulse whose plans wait.
type slowPlan struct {
	*fakePulse
	go1   chan struct{}
	asked int
}

func (p *slowPlan) Plan(ctx context.Context, text []byte) (*control.Plan, error) {
	p.asked++
	select {
	case <-p.go1:
	case <-ctx.Done():
	}
	return p.fakePulse.Plan(ctx, text)
}

func TestMerge(t *testing.T) {
	s, _ := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	edit(t, s, "piranha", "weight = 1", "weight = 7")
	edit(t, s, "piranha", "deadtime = 6", "deadtime = 8 # <mine>")
	theirs := strings.NewReplacer("deadtime = 6", "deadtime = 9 # <theirs>", "serial_no = 3", "serial_no = 5", "lvs-04", "lvs-05").Replace(readFile(t, s.ConfigPath))
	if err := os.WriteFile(s.ConfigPath, []byte(theirs), 0o640); err != nil {
		t.Fatal(err)
	}
	_, body := v.get("/review")
	want(t, body, "lvs.cf has changed since your draft began", "It was changed by root.", "Places that both changed: 1.", "deadtime = 8 # &lt;mine&gt;", "deadtime = 9 # &lt;theirs&gt;", "lvs-05", "Bring your draft and lvs.cf together first")
	if resp, _ := v.apply("", "60"); resp.StatusCode != http.StatusConflict {
		t.Errorf("applied over it: %s", resp.Status)
	}
	key := field(clashField, body)
	form := url.Values{"version": {v.version()}, "seen": {hash([]byte(theirs))}}
	// Without a choice: the page again, with what was typed.
	form.Set("edit-"+key, "deadtime = 10 # <typed>")
	resp, body := v.do("POST", "/review/merge", form)
	want(t, body, "Choose whose lines to take", "deadtime = 10 # &lt;typed&gt;")
	if resp.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("without a choice: %s", resp.Status)
	}
	// The file has changed once more: the same, and the choice is kept too.
	if err := os.WriteFile(s.ConfigPath, []byte(theirs+"# more\n"), 0o640); err != nil {
		t.Fatal(err)
	}
	form.Set("take-"+key, "edit")
	resp, body = v.do("POST", "/review/merge", form)
	want(t, body, "has changed once more", "deadtime = 10 # &lt;typed&gt;", "# more", `value="edit" checked`)
	if resp.StatusCode != http.StatusConflict {
		t.Errorf("of what was not seen: %s", resp.Status)
	}
	form.Set("seen", hash([]byte(theirs+"# more\n")))
	if resp, body := v.do("POST", "/review/merge", form); resp.StatusCode != http.StatusSeeOther {
		t.Fatalf("merge: %s\n%s", resp.Status, body)
	}
	_, body = v.get("/review")
	want(t, body, "now begins from lvs.cf as it is", "A copy of your draft", `action="/review"`)
	if _, kept := v.get("/review/kept"); !strings.Contains(kept, "deadtime = 8 # <mine>") {
		t.Errorf("the draft before is\n%s", kept)
	}
	v.apply("", "0")
	got := readFile(t, s.ConfigPath)
	wanted := strings.NewReplacer("deadtime = 9 # <theirs>", "deadtime = 10 # <typed>", "serial_no = 5", "serial_no = 6").Replace(strings.Replace(theirs+"# more\n", "weight = 1", "weight = 7", 1))
	if diff := cmp.Diff(wanted, got); diff != "" {
		t.Errorf("applied: %s", diff)
	}
	if resp, _ := v.get("/review/kept"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("the copy is still there: %s", resp.Status)
	}
}

// TestMergeOfMuch decides many conflicts together.
func TestMergeOfMuch(t *testing.T) {
	s, _ := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	var base, mine, theirs strings.Builder
	for i := range 3 * templates.MaxConflicts {
		fmt.Fprintf(&base, "# note %d\n#\n", i)
		fmt.Fprintf(&mine, "# mine %d\n#\n", i)
		fmt.Fprintf(&theirs, "# theirs %d\n#\n", i)
	}
	write := func(text string) {
		if err := os.WriteFile(s.ConfigPath, []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	sample := readFile(t, s.ConfigPath)
	write(sample + base.String())
	edit(t, s, "piranha", base.String(), mine.String())
	write(sample + theirs.String())
	_, body := v.get("/review")
	want(t, body, fmt.Sprintf("both changed: %d.", 3*templates.MaxConflicts), fmt.Sprintf("places beyond those: %d", 2*templates.MaxConflicts))
	form := url.Values{"version": {v.version()}, "seen": {hash([]byte(sample + theirs.String()))}, "rest": {"theirs"}}
	for _, m := range clashField.FindAllStringSubmatch(body, -1) {
		form.Set("take-"+m[1], "mine")
	}
	if resp, body := v.do("POST", "/review/merge", form); resp.StatusCode != http.StatusSeeOther {
		t.Fatalf("merge: %s\n%s", resp.Status, body)
	}
	d, err := s.desk.open(t.Context(), "piranha")
	if err != nil || strings.Count(string(d.Text), "# mine") != templates.MaxConflicts || strings.Count(string(d.Text), "# theirs") != 2*templates.MaxConflicts {
		t.Errorf("merged, %v:\n%s", err, d.Text)
	}
}

func TestVirtualsAt(t *testing.T) {
	text := "primary = 1\nvirtual a {\n active = 1\n server x {\n  weight = 1\n }\n port = 80\n}\n# virtual b {\nvirtual \"a\" {\n}\nlast\n"
	var got strings.Builder
	for _, ref := range virtualsAt(text) {
		fmt.Fprintf(&got, "%s%d ", ref.Name, ref.Nth)
	}
	if diff := cmp.Diff("0 a1 a1 a1 a1 a1 a1 a1 0 a2 a2 0 ", got.String()); diff != "" {
		t.Error(diff)
	}
}

func FuzzVirtualsAt(f *testing.F) {
	f.Add("virtual a {\n}\n")
	f.Add("}}{\nvirtual\nvirtual x")
	f.Fuzz(func(t *testing.T, text string) {
		n := strings.Count(text, "\n")
		if text != "" && !strings.HasSuffix(text, "\n") {
			n++
		}
		if got := virtualsAt(text); len(got) != n {
			t.Fatalf("%d of %d lines", len(got), n)
		}
	})
}

func TestVigil(t *testing.T) {
	var v vigil
	now := time.Now()
	s := snapshot(now)
	v.look(now, s, nil)
	s.Trouble = append(s.Trouble, "10.8.8.33:80 silent for 5s", "tried again at 03:05")
	if _, trouble := v.look(now, s, nil); len(trouble) != 2 {
		t.Errorf("new trouble: %v", trouble)
	}
	s.Trouble = []string{"10.8.8.33:80 silent for 1m6.5s", "tried again at 03:07:10", "10.8.8.34:80 silent for 5s"}
	if _, trouble := v.look(now, s, nil); !cmp.Equal(trouble, []string{"10.8.8.34:80 silent for 5s"}) {
		t.Errorf("new trouble: %v", trouble)
	}
	if fault, _ := v.look(now, nil, control.ErrNotRunning); fault != "" {
		t.Errorf("at once: %s", fault)
	}
	if fault, _ := v.look(now.Add(lostFor), nil, control.ErrNotRunning); !strings.HasPrefix(fault, faultSilent) {
		t.Errorf("gone: %q", fault)
	}
}
