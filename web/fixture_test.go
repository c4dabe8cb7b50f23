package web

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pacu/control"
	"pacu/store"
)

func TestMain(m *testing.M) {
	time.Local = time.UTC // golden pages are the same everywhere
	os.Exit(m.Run())
}

// snapshot is the router pair of the sample, with one more service of which a
// server is down, as of now.
func snapshot(now time.Time) *control.Snapshot {
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	addr, prefix := netip.MustParseAddr, netip.MustParsePrefix
	return &control.Snapshot{
		Version: "0.1.0", Taken: now, Started: ago(26 * time.Hour), Pid: 812, Hostname: "lvs-01",
		Config: control.Config{Path: "/etc/sysconfig/ha/lvs.cf", SerialNo: 3, Loaded: ago(3 * time.Hour), Network: "nat"},
		Router: control.Router{
			Role: control.Primary, State: control.Active, Since: ago(26 * time.Hour),
			Why: "no heartbeat from the partner for 6s after start", Address: addr("10.10.1.31"),
			Keepalive: control.Duration(2 * time.Second), Deadtime: control.Duration(6 * time.Second),
		},
		Partner: &control.Partner{
			Role: control.Backup, Address: addr("10.10.1.32"), State: control.Standby, Since: ago(25 * time.Hour),
			Paths: []control.Path{
				{Name: "public", Local: "10.10.1.31:539", Remote: "10.10.1.32:539", LastHeard: ago(time.Second), Sent: 46805, Heard: 45002},
				{Name: "private", Local: "10.8.8.31:539", Remote: "10.8.8.32:539", LastHeard: ago(time.Second), Sent: 46805, Heard: 45001, Dropped: 2},
			},
		},
		Takeovers: []control.Takeover{{
			Began: ago(26 * time.Hour), To: control.Active, Why: "no heartbeat from the partner for 6s after start", Steps: []control.Moment{
				{At: ago(26 * time.Hour), What: "decided to serve"},
				{At: ago(26*time.Hour - 4250*time.Microsecond), What: "3 addresses are up and announced"},
			},
		}},
		Links: []control.Link{{Name: "eth0", Up: true}, {Name: "eth1", Up: true}},
		Addresses: []control.Address{
			{Prefix: prefix("10.10.1.30/32"), Device: "eth0:1", For: []string{"http_server"}, Wanted: true, Held: true},
			{Prefix: prefix("10.10.1.40/32"), Device: "eth0:2", For: []string{"mail", "submission"}, Wanted: true, Held: true},
			{Prefix: prefix("10.8.8.30/24"), Device: "eth1:0", For: []string{"nat_router"}, Wanted: true, Held: true},
		},
		Services: []control.Service{
			{
				Name: "http_server", Protocol: "tcp", Address: addr("10.10.1.30"), Port: 80, FWMark: 80, Scheduler: "wlc",
				Persistent: control.Duration(30 * time.Second), Forward: "nat", InKernel: true,
				Stats: control.Stats{Connections: 48211, ConnectionRate: 212, InByteRate: 1_402_220, OutByteRate: 18_240_117},
				Servers: []control.Server{
					{Name: "lvs-03", Address: addr("10.8.8.33"), Port: 80, Weight: 1, Health: control.Up, Why: "HTTP answered", Since: ago(25 * time.Hour), Took: control.Duration(840 * time.Microsecond), InKernel: true, KernelWeight: 1, Active: 1841, Inactive: 12044, Stats: control.Stats{ConnectionRate: 108, InByteRate: 720_110, OutByteRate: 9_112_041}},
					{Name: "lvs-04", Address: addr("10.8.8.34"), Port: 80, Weight: 1, Health: control.Up, Why: "HTTP answered", Since: ago(3 * time.Hour), Took: control.Duration(1120 * time.Microsecond), InKernel: true, KernelWeight: 1, Active: 1790, Inactive: 11310, Stats: control.Stats{ConnectionRate: 104, InByteRate: 682_110, OutByteRate: 9_128_076}},
				},
			},
			{
				Name: "mail", Protocol: "tcp", Address: addr("10.10.1.40"), Port: 25, Scheduler: "wrr", Forward: "nat", InKernel: true,
				Stats: control.Stats{Connections: 911, ConnectionRate: 4, InByteRate: 82_000, OutByteRate: 3_410},
				Servers: []control.Server{
					{Name: "mx-1", Address: addr("10.8.8.41"), Port: 25, Weight: 8, Health: control.Up, Why: "220 answered", Since: ago(70 * time.Second), Took: control.Duration(2 * time.Millisecond), InKernel: true, KernelWeight: 4, Active: 12, Inactive: 3, Stats: control.Stats{ConnectionRate: 4, InByteRate: 82_000, OutByteRate: 3_410}},
					{Name: "mx-2", Address: addr("10.8.8.42"), Port: 25, Weight: 8, Health: control.Down, Why: "connect 10.8.8.42:25: connection refused", Since: ago(4 * time.Minute), InKernel: false},
					{Name: "mx-3", Address: addr("10.8.8.43"), Port: 25, Weight: 4, Health: control.Inactive},
				},
			},
			{
				Name: "submission", Protocol: "tcp", Address: addr("10.10.1.40"), Port: 587, Scheduler: "wlc", Forward: "nat", InKernel: true,
				Servers: []control.Server{
					{Name: "mx-1", Address: addr("10.8.8.41"), Port: 587, Weight: 1, Health: control.Untried, InKernel: true, KernelWeight: 0},
				},
			},
		},
		Nannies: []control.Nanny{
			{Server: addr("10.8.8.33"), Pid: 831, Started: ago(26 * time.Hour), Services: []string{"fwmark 80"}},
			{Server: addr("10.8.8.34"), Pid: 832, Started: ago(26 * time.Hour), Services: []string{"fwmark 80"}},
			{Server: addr("10.8.8.41"), Pid: 2210, Started: ago(70 * time.Second), Services: []string{"tcp 10.10.1.40:25", "tcp 10.10.1.40:587"}, Restarts: 1},
			{Server: addr("10.8.8.42"), Pid: 834, Started: ago(26 * time.Hour), Services: []string{"tcp 10.10.1.40:25"}},
		},
		Trouble: []string{"mail: real server mx-2 (10.8.8.42:25) is down: connection refused"},
		Events: []control.Event{
			{Seq: 1, Time: ago(26 * time.Hour), Level: control.Info, Kind: "role", Message: "active: no heartbeat from the partner for 6s after start"},
			{Seq: 2, Time: ago(25 * time.Hour), Level: control.Info, Kind: "partner", Object: "10.10.1.32", Message: "is standby"},
			{Seq: 3, Time: ago(3 * time.Hour), Level: control.Info, Kind: "config", Object: "lvs.cf", Message: "serial 3 loaded: 1 service added"},
			{Seq: 4, Time: ago(4 * time.Minute), Level: control.Error, Kind: "server", Object: "mx-2", Message: "down in tcp 10.10.1.40:25: connection refused"},
			{Seq: 5, Time: ago(70 * time.Second), Level: control.Warning, Kind: "nanny", Object: "10.8.8.41", Message: "restarted: signal: killed"},
		},
	}
}

// newConsole is a console with user piranha, an lvs.cf that is the sample and
// a fakePulse.
func newConsole(t testing.TB, secure bool) (*Server, *fakePulse) {
	t.Helper()
	s, p := newConsoleWithoutUsers(t, secure)
	if err := s.Store.SetPassword(t.Context(), "piranha", password); err != nil {
		t.Fatal(err)
	}
	return s, p
}

const password = "correct horse"

func newConsoleWithoutUsers(t testing.TB, secure bool) (*Server, *fakePulse) {
	t.Helper()
	dir := t.TempDir()
	sample, err := os.ReadFile("testdata/lvs.cf")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "lvs.cf")
	if err := os.WriteFile(path, sample, 0o640); err != nil {
		t.Fatal(err)
	}
	st, err := store.Open(t.Context(), DatabasePath(dir))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	snap := snapshot(time.Now())
	snap.Config.SHA256 = hash(sample)
	p := &fakePulse{snap: snap, over: make(chan error)}
	w := &testWriter{}
	s := New(Options{
		ConfigPath: path, Pulse: p, Store: st, Secure: secure, Hostname: "lvs-01", State: dir,
		Log: slog.New(slog.NewTextHandler(w, nil)),
	})
	logs.Store(s, w)
	return s, p
}

// logs are the testWriters of the Servers.
var logs sync.Map

// testWriter keeps a log.
type testWriter struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (w *testWriter) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(b)
}

// A visitor is a browser without JavaScript.
type visitor struct {
	*http.Client
	t    testing.TB
	base string
}

// visit serves h and returns a visitor to it that follows no redirects.
func visit(t testing.TB, h http.Handler) *visitor {
	t.Helper()
	srv := httptest.NewUnstartedServer(h)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := srv.Client()
	c.Jar = jar
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &visitor{c, t, srv.URL}
}

// do sends a request and returns the answer with its body.
func (v *visitor) do(method, path string, form url.Values, header ...string) (*http.Response, string) {
	v.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(v.t.Context(), method, v.base+path, body)
	if err != nil {
		v.t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			for _, c := range v.Jar.Cookies(req.URL) {
				req.AddCookie(c) // the jar goes by Host
			}
			req.Host = header[i+1]
		}
	}
	resp, err := v.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return resp, string(b)
}

func (v *visitor) get(path string, header ...string) (*http.Response, string) {
	v.t.Helper()
	return v.do(http.MethodGet, path, nil, header...)
}

func (v *visitor) login() {
	v.t.Helper()
	v.loginAs("piranha", password)
}

func (v *visitor) loginAs(user, password string) {
	v.t.Helper()
	resp, body := v.do(http.MethodPost, "/login", url.Values{"user": {user}, "password": {password}})
	if resp.StatusCode != http.StatusSeeOther {
		v.t.Fatalf("login: %s\n%s", resp.Status, body)
	}
}

// want fails unless body holds every one of parts.
func want(t *testing.T, body string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(body, p) {
			t.Errorf("page lacks %q:\n%s", p, body)
		}
	}
}

// logged is what s has logged so far.
func logged(s *Server) string {
	v, _ := logs.Load(s)
	w := v.(*testWriter)
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.String()
}
