package web

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
	"pacu/store"
)

// TestAPIStatus: all there is to read of pulse, by a viewer.
func TestAPIStatus(t *testing.T) {
	s, p := newConsole(t, true)
	c := newProgram(t, s, store.Viewer)
	p.change(time.Now(), uneasy)

	a := c.get("/status")
	c.want(a, 200, "")
	var status struct {
		Hostname string
		Router   control.Router
		Services countOf
		Servers  serverSum
	}
	a.into(t, &status)
	if diff := cmp.Diff(serverSum{countOf{6, "/api/v1/servers"}, 3, 1, 0, 0, 2}, status.Servers, cmp.AllowUnexported(serverSum{})); diff != "" {
		t.Errorf("servers (-want +got):\n%s", diff)
	}
	if status.Hostname != "lvs-01" || status.Services.Count != 3 || strings.Contains(a.body, "mx-3") {
		t.Errorf("status: %s", a.body)
	}
	var full control.Snapshot
	c.get("/status?full=1").into(t, &full)
	if len(full.Services) != 3 || len(full.Services[1].Servers) != 3 {
		t.Errorf("full: %d services", len(full.Services))
	}
	for _, path := range []string{"/router", "/partner", "/explain", "/addresses", "/nannies", "/setup", "/change"} {
		c.want(c.get(path), 200, "")
	}
	c.want(c.do("HEAD", "/router", ""), 200, "")

	p.change(time.Now().Add(time.Hour), failingOver)
	c.want(c.get("/status?full=1"), 200, "")
	p.change(time.Now(), func(s *control.Snapshot) { s.Partner = nil })
	s.hub.look(t.Context(), 0)
	c.want(c.get("/partner"), 404, "no-partner")

	// What is mistyped is not taken for left out.
	for path, code := range map[string]string{
		"/status?ful=1": "unknown-parameter", "/status?full=2": "bad-parameter", "/services?limit=0": "bad-parameter",
		"/services?limit=501": "bad-parameter", "/services?offset=-1": "bad-parameter", "/services?limit=1&limit=2": "bad-parameter",
		"/services?show=nothing": "bad-parameter", "/servers?health=good": "bad-parameter", "/services?q=" + strings.Repeat("a", 101): "bad-parameter",
		"/router?x=1": "unknown-parameter", "/services?limit=1;offset=2": "bad-query", "/setup?q=" + strings.Repeat("a", 256): "bad-parameter",
		"/events?after=yesterday": "bad-parameter", "/events?level=bad": "bad-parameter", "/history?before=0": "bad-parameter",
	} {
		c.want(c.get(path), 400, code)
	}

	p.fail(fmt.Errorf("%w: nobody answers on /run/pulse/control.sock", control.ErrNotRunning))
	s.hub.look(t.Context(), 0)
	for _, path := range []string{"/status", "/router", "/partner", "/explain", "/addresses", "/nannies", "/services", "/services/fwmark%2080", "/servers", "/servers/lvs-03", "/setup", "/events"} {
		a := c.get(path)
		c.want(a, 503, "no-pulse")
		if a.Header.Get("Retry-After") == "" {
			t.Errorf("%s: no Retry-After", path)
		}
	}
	for _, path := range []string{"/config", "/history", "/change", "/openapi.json"} { // which need no pulse
		c.want(c.get(path), 200, "")
	}
}

func TestAPIServices(t *testing.T) {
	s, _ := newConsole(t, true)
	c := newProgram(t, s, store.Viewer)
	names := func(path string) (out []string, next int) {
		var page servicePage
		a := c.get(path)
		c.want(a, 200, "")
		a.into(t, &page)
		for _, v := range page.Services {
			out = append(out, v.Name)
		}
		return out, page.Next
	}
	for _, tt := range []struct {
		query string
		want  []string
		next  int
	}{
		{"", []string{"http_server", "mail", "submission"}, 0},
		{"?limit=2", []string{"http_server", "mail"}, 2},
		{"?limit=2&offset=2", []string{"submission"}, 0},
		{"?offset=9", nil, 0},
		{"?q=MX-1", []string{"mail", "submission"}, 0},
		{"?show=down", []string{"mail"}, 0},
		{"?q=nothing", nil, 0},
	} {
		if got, next := names("/services" + tt.query); !slices.Equal(got, tt.want) || next != tt.next {
			t.Errorf("%s: %v, next %d", tt.query, got, next)
		}
	}
	for key, status := range map[string]int{
		"fwmark 80": 200, "tcp 10.10.1.40:25": 200, "tcp 10.10.1.40:26": 404, "../../etc/passwd": 404, "": 404, "%": 404,
	} {
		a := c.get("/services/" + url.PathEscape(key))
		c.want(a, status, "")
	}
	c.want(c.get("/services/tcp+10.10.1.40:25"), 404, "no-service") // + is no space in a path

	for _, tt := range []struct {
		path string
		want string
	}{
		{"/servers?health=down", "mail/mx-2"},
		{"/servers?limit=2&offset=1", "http_server/lvs-04 mail/mx-1"},
		{"/servers?q=submission", "submission/mx-1"},
		{"/servers/mx-1", "mail/mx-1 submission/mx-1"},
		{"/servers/10.8.8.41", "mail/mx-1 submission/mx-1"},
		{"/servers/10.8.8.41:587", "submission/mx-1"},
		{"/servers/mail%2Fmx-1", "mail/mx-1"},
		{"/servers/mail%2F10.8.8.41:25", "mail/mx-1"},
	} {
		var page serverPage
		a := c.get(tt.path)
		c.want(a, 200, "")
		a.into(t, &page)
		var got []string
		for _, v := range page.Servers {
			got = append(got, v.Virtual+"/"+v.Name)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: %v", tt.path, got)
		}
	}
	c.want(c.get("/servers/nobody"), 404, "no-server")
	c.want(c.get("/servers/submission%2Fmx-2"), 404, "no-server")
}

// TestAPIOfACrowd: no answer about 4,000 services is large unless it is asked
// for so.
func TestAPIOfACrowd(t *testing.T) {
	s, p := newConsole(t, true)
	c := newProgram(t, s, store.Viewer)
	c.whole = false
	p.change(time.Now().Add(time.Minute), func(s *control.Snapshot) { *s = *crowd(4000) })
	s.hub.look(t.Context(), 0)
	for path, most := range map[string]int{
		"/status": 16 << 10, "/services": 320 << 10, "/services?limit=1": 8 << 10, "/servers": 32 << 10, "/servers?limit=500": 320 << 10,
		"/services?q=s3999": 8 << 10, "/servers/10.2.159.9": 16 << 10, "/services/" + url.PathEscape("tcp 10.1.15.159:80"): 8 << 10,
		"/router": 4 << 10, "/events": 16 << 10,
	} {
		began := time.Now()
		a := c.get(path)
		t.Logf("%s: %v", path, time.Since(began))
		c.want(a, 200, "")
		if len(a.body) > most {
			t.Errorf("%s: %d bytes", path, len(a.body))
		}
	}
	if a := c.get("/status?full=1"); len(a.body) < 10<<20 {
		t.Errorf("full: %d bytes", len(a.body))
	}
}
