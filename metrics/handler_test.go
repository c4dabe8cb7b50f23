package metrics

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pacu/control"
)

// timed are the lines that no two scrapes share.
var timed = regexp.MustCompile(`(?m)^(pacu_snapshot_(?:duration|age)_seconds) .*$`)

const ours = "?collect[]=router&collect[]=services&collect[]=servers&collect[]=nannies"

// TestScrape is all that a scrape tells, in the text format.
func TestScrape(t *testing.T) {
	r := scrape(t, newHandler(&fakePulse{snapshot: whole()}), ours, "")
	if r.StatusCode != http.StatusOK || !strings.HasPrefix(r.Header.Get("Content-Type"), "text/plain; version=0.0.4") {
		t.Errorf("%s %s", r.Status, r.Header.Get("Content-Type"))
	}
	golden(t, "testdata/scrape.txt", timed.ReplaceAllString(body(t, r), "$1 0"))
}

// TestEveryFamily: whole has something of each, so that no family is told of in
// the documents alone.
func TestEveryFamily(t *testing.T) {
	text := body(t, scrape(t, newHandler(&fakePulse{snapshot: whole()}), "", ""))
	for _, f := range families {
		if !strings.Contains(text, "# TYPE "+f.name+" "+strings.ToLower(f.kind.String())+"\n") {
			t.Errorf("%s is never told", f.name)
		}
		if !slices.IsSorted(f.labels) {
			t.Errorf("%s: labels %v are not sorted", f.name, f.labels)
		}
	}
	for _, name := range []string{"go_goroutines", "process_resident_memory_bytes"} {
		if !strings.Contains(text, "\n"+name+" ") {
			t.Errorf("%s is never told", name)
		}
	}
}

// TestOpenMetrics: who asks for it gets it.
func TestOpenMetrics(t *testing.T) {
	r := scrape(t, newHandler(&fakePulse{snapshot: whole()}), ours, "application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
	text := body(t, r)
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/openmetrics-text; version=1.0.0") || !strings.HasSuffix(text, "\n# EOF\n") {
		t.Errorf("%s, and ends in %q", r.Header.Get("Content-Type"), text[max(0, len(text)-20):])
	}
	for _, line := range []string{
		"# TYPE pacu_takeovers counter\n", `pacu_takeovers_total{to="active"} 2.0` + "\n",
		`pacu_service_bytes_total{direction="out",service="fwmark 80",virtual="http"} 1.099511627776e+12` + "\n",
	} {
		if !strings.Contains(text, line) {
			t.Errorf("no %q", line)
		}
	}
}

// TestPromtool: Prometheus' own tool has nothing to say about names, units and
// help.
func TestPromtool(t *testing.T) {
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("needs promtool, of Debian's package prometheus")
	}
	cmd := exec.Command(promtool, "check", "metrics")
	cmd.Stdin = scrape(t, newHandler(&fakePulse{snapshot: whole()}), "", "").Body
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("promtool check metrics: %v\n%s", err, out)
	}
}

// TestNoPulse: without pulse there is what lvsgui knows.
func TestNoPulse(t *testing.T) {
	text := body(t, scrape(t, newHandler(&fakePulse{err: errDown}), "", ""))
	for _, line := range []string{"\npacu_up 0\n", "\npacu_build_info{version=\"1.2\"} 1\n", "\npacu_console_logins_total{result=\"failed\"} 2\n", "\ngo_goroutines "} {
		if !strings.Contains(text, line) {
			t.Errorf("no %q in\n%s", line, text)
		}
	}
	if strings.Contains(text, "pacu_router_state") || strings.Contains(text, "pacu_snapshot_age") {
		t.Errorf("it tells of a pulse that is not there:\n%s", text)
	}
}

// TestHangs: a scrape does not wait for a pulse that hangs, nor do two.
func TestHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &fakePulse{hang: true}
		h := newHandler(p)
		began := time.Now()
		var scrapes sync.WaitGroup
		for range scrapesAtOnce {
			scrapes.Go(func() {
				if text := body(t, scrape(t, h, "", "")); !strings.Contains(text, "\npacu_up 0\n") {
					t.Errorf("no pacu_up 0 in\n%s", text)
				}
			})
		}
		synctest.Wait()
		if r := scrape(t, h, "", ""); r.StatusCode != http.StatusServiceUnavailable || r.Header.Get("Retry-After") == "" {
			t.Errorf("one more: %s", r.Status)
		}
		scrapes.Wait()
		if took := time.Since(began); took != askLimit || p.asked != 1 {
			t.Errorf("it took %s, and pulse was asked %d times", took, p.asked)
		}
	})
}

// TestFresh: scrapes of the same second share an answer, and one whose client
// has left is answered for the others.
func TestFresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &fakePulse{snapshot: whole()}
		h := newHandler(p)
		gone, leave := context.WithCancel(t.Context())
		leave()
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(gone, http.MethodGet, "/metrics", nil))
		synctest.Wait()
		for i, want := range []int{1, 1, 1, 2, 2} {
			scrape(t, h, "", "")
			if p.asked != want {
				t.Errorf("scrape %d: pulse was asked %d times, want %d", i, p.asked, want)
			}
			time.Sleep(fresh*2/5 - time.Millisecond)
		}
	})
}

func TestWanted(t *testing.T) {
	h := newHandler(&fakePulse{snapshot: whole()})
	for _, tt := range []struct {
		method, query string
		status        int
		has, hasNot   string
	}{
		{"GET", "?collect[]=services", 200, "pacu_service_servers_up{", "pacu_server_up{"},
		{"GET", "?collect[]=servers", 200, "pacu_server_up{", "pacu_service_servers_up{"},
		{"GET", "?collect%5B%5D=router", 200, "pacu_router_state{", "go_goroutines"},
		{"GET", "?collect[]=nannies&collect[]=process", 200, "go_goroutines", "pacu_router_state{"},
		{"GET", "?other=1", 200, "pacu_server_up{", "pacu_never"},
		{"HEAD", "", 200, "", "pacu"},
		{"GET", "?collect[]=server", 400, `collect[]="server": want one of [router services`, "pacu_up"},
		{"POST", "", 405, "read by GET", "pacu_up"},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(tt.method, "/metrics"+tt.query, nil))
		if got := w.Body.String(); w.Code != tt.status || tt.method != "HEAD" && (!strings.Contains(got, tt.has) || strings.Contains(got, tt.hasNot)) {
			t.Errorf("%s %s: %d\n%s", tt.method, tt.query, w.Code, got)
		}
	}
}

// TestTwice: no series is told twice, though pulse may; and each has the labels
// that its family says, sorted.
func TestTwice(t *testing.T) {
	s := whole()
	s.Services = append(s.Services, s.Services...)
	s.Services[0].Servers = append(s.Services[0].Servers, s.Services[0].Servers[0])
	h := newHandler(&fakePulse{snapshot: s})
	want, err := wanted(nil)
	if err != nil {
		t.Fatal(err)
	}
	e := make(emitter)
	(&collector{answer: answer{snapshot: s}, groups: want, own: h.own}).collect(e)
	told := make(map[string]bool)
	for f, all := range e {
		for _, m := range all.Metric {
			var names []string
			series := f.name
			for _, l := range m.Label {
				names = append(names, l.GetName())
				series += fmt.Sprintf(" %s=%q", l.GetName(), l.GetValue())
			}
			if told[series] {
				t.Errorf("%s is told twice", series)
			}
			told[series] = true
			if !slices.Equal(names, f.labels) {
				t.Errorf("%s has labels %v, want %v", f.name, names, f.labels)
			}
		}
	}
}

// TestEmpty: an older pulse, or one just begun, tells little.
func TestEmpty(t *testing.T) {
	r := scrape(t, newHandler(&fakePulse{snapshot: &control.Snapshot{}}), "", "")
	if text := body(t, r); r.StatusCode != http.StatusOK || !strings.Contains(text, "\npacu_up 1\n") {
		t.Errorf("%s\n%s", r.Status, text)
	}
}

// BenchmarkScrape is a scrape of 4,000 services with 10 servers each.
func BenchmarkScrape(b *testing.B) {
	snapshot := many(4000, 10)
	for _, query := range []string{"", "?collect[]=router&collect[]=services"} {
		b.Run(query, func(b *testing.B) {
			h := newHandler(&fakePulse{snapshot: snapshot})
			b.ReportAllocs()
			for b.Loop() {
				r := scrape(b, h, query, "application/openmetrics-text;version=1.0.0")
				b.ReportMetric(float64(len(body(b, r))), "body-bytes")
			}
		})
	}
}
