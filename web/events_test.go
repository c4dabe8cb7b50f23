package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"pacu/control"
)

func TestEventsPage(t *testing.T) {
	s, p := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	resp, body := v.get("/events")
	if resp.StatusCode != http.StatusOK {
		t.Fatal(resp.Status)
	}
	page := words(body)
	want(t, page, "mx-2 down in tcp 10.10.1.40:25: connection refused", "Nothing older than "+p.snap.Events[0].Time.UTC().Format("2006-01-02 15:04:05")+" is kept.")
	if strings.Index(page, "restarted: signal: killed") > strings.Index(page, "serial 3 loaded") {
		t.Error("the newest event is not first")
	}
	for query, has := range map[string]string{"level=error": "mx-2", "level=warning": "mx-2 10.8.8.41", "kind=config": "lvs.cf", "q=PARTNER+heartbeat": "active", "q=nothing+like+it": ""} {
		_, body := v.get("/events?" + query)
		_, list, _ := strings.Cut(body, `id="log"`)
		list, _, _ = strings.Cut(list, "</ol>")
		if n, of := strings.Count(list, "<li"), len(strings.Fields(has)); n != of {
			t.Errorf("%s: %d events, want %d:\n%s", query, n, of, list)
		}
		want(t, list, strings.Fields(has)...)
	}
}

// The page has what pulse still knows, and goes back through it.
func TestEventsArePaged(t *testing.T) {
	s, p := newConsole(t, true)
	for i := range 240 {
		p.older = append(p.older, control.Event{Seq: uint64(i + 1), Time: p.snap.Started.Add(time.Duration(i) * time.Second), Level: control.Info, Kind: "server", Message: "number"})
	}
	for i := range p.snap.Events {
		p.snap.Events[i].Seq += 240
	}
	v := visit(t, s.Handler())
	v.login()
	at, counts := "/events", []int{}
	older := regexp.MustCompile(`rel="next" href="([^"]+)"`)
	for range 5 {
		_, body := v.get(at)
		_, list, _ := strings.Cut(body, `id="log"`)
		list, _, _ = strings.Cut(list, "</ol>")
		counts = append(counts, strings.Count(list, "<li"))
		next := older.FindStringSubmatch(body)
		if next == nil {
			break
		}
		at = strings.ReplaceAll(next[1], "&amp;", "&")
	}
	if len(counts) != 3 || counts[0] != 100 || counts[1] != 100 || counts[2] != 45 {
		t.Errorf("pages of %v events, want 100, 100, 45", counts)
	}
	if p.followed != 1 {
		t.Errorf("pulse was asked for events %d times, want once", p.followed)
	}
}

// A stream goes on where it broke off, and says when pulse was restarted.
func TestEventsStreamResumes(t *testing.T) {
	s, p := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	_, body := v.get("/events?kind=server")
	stream := regexp.MustCompile(`hx-sse:connect="([^"]+)"`).FindStringSubmatch(body)
	if stream == nil {
		t.Fatal("the page opens no stream")
	}
	at := strings.ReplaceAll(stream[1], "&amp;", "&")
	taken, started, sum := p.snap.Taken, p.snap.Started, p.snap.Config.SHA256
	tell := func(run time.Time, events ...control.Event) {
		p.change(taken, func(n *control.Snapshot) { n.Config.SHA256, n.Started, n.Events = sum, run, events })
	}
	c, leave := v.listen(at)
	tell(started, control.Event{Seq: 6, Time: taken, Level: control.Error, Kind: "server", Object: "mx-1", Message: "is <down>"},
		control.Event{Seq: 7, Time: taken, Level: control.Info, Kind: "config", Message: "not asked for"})
	m := <-c
	for m.event == "beat" {
		m = <-c
	}
	want(t, m.data, `hx-target="#log" hx-swap="afterbegin"`, "is &lt;down&gt;")
	if strings.Contains(m.data, "not asked for") {
		t.Error("what the filter leaves out was sent")
	}
	beat := <-c
	leave()

	// pulse is restarted while the stream is broken.
	tell(started.Add(time.Hour), control.Event{Seq: 1, Time: taken, Level: control.Info, Kind: "server", Message: "begins anew"})
	s.hub.look(t.Context(), 0)
	c, leave = v.listen(at, "Last-Event-ID", beat.id)
	m = <-c
	want(t, m.data, `hx-swap="afterbegin"`, "begins anew", "pulse was started here")
	if strings.Contains(m.data, "is &lt;down") {
		t.Error("sent again")
	}
	leave()

	// One that has an event nobody knows any more gets all that there is.
	c, leave = v.listen("/events/stream?" + url.Values{"after": {"1-7.99"}}.Encode())
	m = <-c
	want(t, m.data, `hx-swap="innerHTML"`, "begins anew", "is &lt;down", "not asked for")
	leave()
}
