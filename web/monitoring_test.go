package web

import (
	"bufio"
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
)

var (
	tags   = regexp.MustCompile(`<[^>]*>`)
	spaces = regexp.MustCompile(`[ \t\n]+`)
	blocks = regexp.MustCompile(`</?(tr|h1|h2|p|li|article|section|table|tbody|thead|ul|ol|pre|caption)\b`)
	cells  = regexp.MustCompile(`</t[hd]>`)
)

// words is what a page says: a line a row, a paragraph or a heading.
func words(page string) string {
	_, page, _ = strings.Cut(page, "<main")
	page = "<" + blocks.ReplaceAllString(spaces.ReplaceAllString(page, " "), "\n$0")
	page = html.UnescapeString(tags.ReplaceAllString(cells.ReplaceAllString(page, " | "), ""))
	var out []string
	for line := range strings.Lines(page) {
		if line = strings.TrimSpace(spaces.ReplaceAllString(line, " ")); line != "" && line != ">" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n") + "\n"
}

// TestMonitoringSays holds what the page says of a fixed moment against
// golden files; UPDATE=1 writes them.
func TestMonitoringSays(t *testing.T) {
	at := time.Date(2026, 11, 21, 7, 30, 0, 0, time.UTC)
	for _, tt := range []struct {
		name, lang string
		edit       func(s *Server, p *fakePulse)
	}{
		{"pair", "en", func(*Server, *fakePulse) {}},
		{"pair", "zh", func(*Server, *fakePulse) {}},
		{"pulse-down", "en", func(_ *Server, p *fakePulse) {
			p.fail(fmt.Errorf("%w: nobody answers on /run/pulse/control.sock", control.ErrNotRunning))
		}},
		{"trouble", "en", func(s *Server, p *fakePulse) {
			p.change(at, func(s *control.Snapshot) {
				s.Router.State, s.Router.Why = control.Standby, "the partner is active"
				s.Partner.State = control.Silent
				s.Partner.Paths[0].Silent, s.Partner.Paths[1].LastHeard = true, time.Time{}
				s.Partner.Paths[1].Error = "bind 10.8.8.31:539: no such address"
				s.Links[1].Up = false
				s.Addresses[0].Held = false
				s.Addresses[1].Wanted = false
				s.Addresses[2].Wanted, s.Addresses[2].Held, s.Addresses[2].Error = false, false, "eth1: no such interface"
				s.Services[0].InKernel = false
				s.Services[1].Foreign = true
				s.Services[2].Servers, s.Services[2].Error = nil, "scheduler wlc: module missing"
				s.Nannies[0].Pid, s.Nannies[0].Error = 0, "exec /usr/sbin/nanny: no such file"
				s.Config.Refused = "lvs.cf:14:12: error: port 99999 is out of range"
			})
		}},
		{"alone", "en", func(_ *Server, p *fakePulse) {
			p.change(at, func(s *control.Snapshot) {
				s.Partner, s.Links, s.Addresses, s.Services, s.Nannies, s.Trouble, s.Events = nil, nil, nil, nil, nil, nil, nil
				s.Takeovers = nil
			})
		}},
		{"role", "en", func(_ *Server, p *fakePulse) { p.change(at, uneasy) }},
		{"role", "zh", func(_ *Server, p *fakePulse) { p.change(at, uneasy) }},
		{"fos", "en", func(_ *Server, p *fakePulse) { p.change(at, failingOver) }},
		{"fos-down", "en", func(s *Server, p *fakePulse) {
			os.WriteFile(s.ConfigPath, []byte(fosFile), 0o600)
			p.fail(fmt.Errorf("%w: nobody answers on /run/pulse/control.sock", control.ErrNotRunning))
		}},
		{"file-changed", "en", func(s *Server, p *fakePulse) {
			p.change(at, func(s *control.Snapshot) { s.Config.SHA256 = "another" })
		}},
		{"file-broken", "en", func(s *Server, p *fakePulse) { os.WriteFile(s.ConfigPath, []byte("what\n"), 0o600) }},
		{"file-missing", "en", func(s *Server, p *fakePulse) { os.Remove(s.ConfigPath) }},
	} {
		t.Run(tt.name+"-"+tt.lang, func(t *testing.T) {
			s, p := newConsole(t, true)
			p.snap = snapshot(at)
			tt.edit(s, p)
			v := visit(t, s.Handler())
			v.login()
			resp, body := v.get("/monitoring", "Accept-Language", tt.lang)
			if resp.StatusCode != http.StatusOK {
				t.Fatal(resp.Status)
			}
			asof := regexp.MustCompile(`(as of|截至) \d\d:\d\d:\d\d`)
			got := asof.ReplaceAllString(strings.ReplaceAll(words(body), s.ConfigPath, "LVS.CF"), "$1 NOW")
			// The date stands before an event's time on every day but its own.
			got = regexp.MustCompile(`(?m)^\d\d-\d\d (\d\d:)`).ReplaceAllString(got, "$1")
			golden := filepath.Join("testdata", "monitoring-"+tt.name+"-"+tt.lang+".txt")
			if os.Getenv("UPDATE") != "" {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(readFile(t, golden), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSwitchedOffServicesStayVisible(t *testing.T) {
	s, p := newConsole(t, true)
	conf := readFile(t, s.ConfigPath) + "virtual later {\n  active = 0\n  address = 10.10.1.50 eth0:3\n  port = 81\n  server a {\n    address = 10.8.8.51\n    active = 1\n    weight = 1\n  }\n}\n"
	if err := os.WriteFile(s.ConfigPath, []byte(conf), 0o640); err != nil {
		t.Fatal(err)
	}
	p.snap.Config.SHA256 = hash([]byte(conf))
	v := visit(t, s.Handler())
	v.login()
	_, body := v.get("/monitoring")
	want(t, words(body), "later tcp 10.10.1.50:81", "switched off in lvs.cf", "a 10.8.8.51:81 | switched off")
}

func TestReload(t *testing.T) {
	s, p := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	if resp, _ := v.do("POST", "/monitoring/reload", url.Values{}); resp.Header.Get("Location") != "/monitoring" {
		t.Errorf("reload: %s", resp.Status)
	}
	_, body := v.get("/monitoring")
	want(t, body, "pulse has reloaded lvs.cf: nothing else changed")
	if p.reloads != 1 {
		t.Errorf("pulse reloaded %d times", p.reloads)
	}
}

// A message is one server-sent event.
type message struct{ id, event, data string }

// listen opens the stream and returns its messages as they come; the channel
// is closed when the stream ends.
func (v *visitor) listen(path string, header ...string) (<-chan message, context.CancelFunc) {
	v.t.Helper()
	ctx, cancel := context.WithCancel(v.t.Context())
	v.t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, v.base+path, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := v.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	if resp.Header.Get("Content-Type") != "text/event-stream" {
		v.t.Fatalf("%s: %s", path, resp.Status)
	}
	c := make(chan message)
	go func() {
		defer close(c)
		defer resp.Body.Close()
		var m message
		lines := bufio.NewScanner(resp.Body)
		lines.Buffer(nil, 1<<24)
		for lines.Scan() {
			k, val, _ := strings.Cut(lines.Text(), ": ")
			switch k {
			case "id":
				m.id = val
			case "event":
				m.event = val
			case "data":
				m.data += val + "\n"
			case "":
				select {
				case c <- m:
				case <-ctx.Done():
					return
				}
				m = message{}
			}
		}
	}()
	return c, cancel
}

// withoutCharts takes the small charts out of m: they take a step when it is
// time.
func withoutCharts(m message) message {
	m.data = regexp.MustCompile(`(?m)^<hx-partial hx-target="#[a-z0-9_-]+-c".*\n`).ReplaceAllString(m.data, "")
	return m
}

func TestStreamSendsOnlyWhatChanged(t *testing.T) {
	s, p := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	_, body := v.get("/monitoring")
	after := regexp.MustCompile(`stream\?after=(\d+-\w+)`).FindStringSubmatch(body)
	if after == nil {
		t.Fatal("the page opens no stream")
	}
	c, leave := v.listen("/monitoring/stream?after=" + after[1])
	for range 2 {
		if m := withoutCharts(<-c); m.event != "beat" && m.data != "" {
			t.Errorf("nothing changed, and yet: %+v", m)
		}
	}
	p.change(p.snap.Taken, func(s *control.Snapshot) {
		s.Config.SHA256 = p.snap.Config.SHA256
		s.Services[1].Servers[0].Active = 4711
	})
	m := withoutCharts(<-c)
	for m.event == "beat" || m.data == "" {
		m = withoutCharts(<-c)
	}
	// The server's row, and that of its service, which has the sum.
	want(t, m.data, `hx-target="#svc-tcp-10_10_1_40-25-r0" hx-swap="outerMorph"`, `hx-target="#svc-tcp-10_10_1_40-25-h" hx-swap="outerMorph"`, ">4711<")
	if n := strings.Count(m.data, "<hx-partial"); n != 2 || strings.Contains(m.data, "lvs-03") {
		t.Errorf("%d parts were sent, want the two that changed:\n%s", n, m.data)
	}
	m = <-c
	if m.event != "beat" || m.id == "" {
		t.Errorf("no id to go on from: %+v", m)
	}
	leave()

	// After a break the viewer goes on where it was.
	c, leave = v.listen("/monitoring/stream?after="+after[1], "Last-Event-ID", m.id)
	if m := withoutCharts(<-c); m.event != "beat" && m.data != "" {
		t.Errorf("sent again: %+v", m)
	}
	leave()

	// A page of an lvsgui that has ended gets everything.
	for _, old := range []string{"0", "7", "junk", "18446744073709551615"} {
		c, leave = v.listen("/monitoring/stream?after=" + old)
		m := <-c
		for _, id := range []string{"#status", "#routers", "#addresses", "#availability", "#takeovers", "#failovers", "#services", "#nannies", "#events"} {
			if !strings.Contains(m.data, `hx-target="`+id+`"`) {
				t.Errorf("after %s: %s is not sent", old, id)
			}
		}
		leave()
	}
}

func TestStreamEndsWithTheSession(t *testing.T) {
	s, _ := newConsole(t, true)
	s.check = 0
	v := visit(t, s.Handler())
	v.login()
	c, _ := v.listen("/monitoring/stream")
	<-c
	if resp, _ := v.do("POST", "/logout", url.Values{}); resp.StatusCode != http.StatusSeeOther {
		t.Fatal(resp.Status)
	}
	for range c { // until it ends
	}
	if resp, _ := v.get("/monitoring/stream"); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("a new stream: %s", resp.Status)
	}
}
