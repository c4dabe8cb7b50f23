package web

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"pacu/control"
	"pacu/store"
)

// TestAPIEvents: events are read in pages, each of them once.
func TestAPIEvents(t *testing.T) {
	s, _ := newConsole(t, true)
	c := newProgram(t, s, store.Viewer)
	var all, page eventPage
	a := c.get("/events")
	c.want(a, 200, "")
	a.into(t, &all)
	if len(all.Events) < 3 || all.More {
		t.Fatalf("events: %s", a.body)
	}
	after, got := "", 0
	for {
		c.get("/events?limit=2&after="+after).into(t, &page)
		for _, e := range page.Events {
			if e.ID != all.Events[got].ID {
				t.Errorf("event %d is %s, want %s", got, e.ID, all.Events[got].ID)
			}
			got++
		}
		if after = page.After; !page.More {
			break
		}
	}
	if got != len(all.Events) {
		t.Errorf("%d events in pages, %d at once", got, len(all.Events))
	}
	c.get("/events?level=warning").into(t, &page)
	for _, e := range page.Events {
		if e.Level == control.Info {
			t.Errorf("warnings have %v", e)
		}
	}
	if page.After != all.After {
		t.Errorf("after %s, want %s: what was not chosen is passed, too", page.After, all.After)
	}
	c.get("/events?after="+all.After).into(t, &page)
	if len(page.Events) != 0 || page.After != all.After {
		t.Errorf("after the last: %+v", page)
	}
}

// TestAPIFollow: a stream tells what comes, goes on after Last-Event-ID, and
// ends when its token does.
func TestAPIFollow(t *testing.T) {
	s, p := newConsole(t, true)
	s.check = 0
	c := newProgram(t, s, store.Viewer)
	var all eventPage
	c.get("/events").into(t, &all)
	follow := func(last string) (next func() (apiEvent, bool), status int) {
		req, err := http.NewRequestWithContext(t.Context(), "GET", c.base+apiPath+"/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+c.secret)
		req.Header.Set("Accept", streamForm)
		if last != "" {
			req.Header.Set("Last-Event-ID", last)
		}
		resp, err := c.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { resp.Body.Close() })
		lines := bufio.NewScanner(resp.Body)
		return func() (e apiEvent, ok bool) {
			for lines.Scan() {
				if data, is := strings.CutPrefix(lines.Text(), "data: "); is {
					if err := json.Unmarshal([]byte(data), &e); err != nil {
						t.Fatal(err)
					}
					return e, true
				}
			}
			return e, false
		}, resp.StatusCode
	}
	tell := func(message string) {
		p.mu.Lock()
		defer p.mu.Unlock()
		snap := *p.snap
		last := snap.Events[len(snap.Events)-1]
		snap.Events = append(snap.Events[:len(snap.Events):len(snap.Events)], control.Event{Seq: last.Seq + 1, Time: last.Time.Add(time.Second), Level: control.Info, Kind: "config", Message: message})
		p.snap = &snap
	}
	old, _ := follow(all.Events[len(all.Events)-2].ID)
	if e, ok := old(); !ok || e.ID != all.After {
		t.Errorf("after Last-Event-ID: %v", e)
	}
	next, status := follow("")
	if status != http.StatusOK {
		t.Fatal(status)
	}
	tell("reloaded")
	if e, ok := next(); !ok || e.Message != "reloaded" {
		t.Errorf("next: %v", e)
	}
	if e, ok := old(); !ok || e.Message != "reloaded" {
		t.Errorf("the other stream: %v", e)
	}

	// Streams of one user are bounded.
	for range streamsEach {
		s.streams.enter("anna")
	}
	if _, status := follow(""); status != http.StatusTooManyRequests {
		t.Errorf("too many: %d", status)
	}
	if err := s.Store.DeleteUser(t.Context(), "anna"); err != nil {
		t.Fatal(err)
	}
	if e, ok := next(); ok {
		t.Errorf("after the user was deleted: %v", e)
	}
}
