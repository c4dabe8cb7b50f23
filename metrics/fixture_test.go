package metrics

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got with the file.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is not current; go test ./metrics -update makes it anew (-want +got):\n%s", file, diff)
	}
}

// A fakePulse answers with what the test says.
type fakePulse struct {
	snapshot *control.Snapshot
	err      error
	hang     bool
	asked    int
}

func (p *fakePulse) Snapshot(ctx context.Context) (*control.Snapshot, error) {
	p.asked++
	if p.hang {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return p.snapshot, p.err
}

var errDown = errors.New("pulse is not running")

func newHandler(p Pulse) *Handler {
	return New(Options{Pulse: p, Version: "1.2", Log: slog.New(slog.DiscardHandler), Logins: func() (uint64, uint64) { return 7, 2 },
		CertificateEnds: func() time.Time { return time.Unix(1_800_000_000, 0) },
	})
}

// scrape asks h with a query and an Accept header, and returns the answer.
func scrape(t testing.TB, h http.Handler, query, accept string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/metrics"+query, nil)
	r.Header.Set("Accept", accept)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t testing.TB, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// whole is a snapshot with something of everything.
func whole() *control.Snapshot {
	began := time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC)
	addr := netip.MustParseAddr
	return &control.Snapshot{
		Version: "1.1", Taken: began.Add(time.Hour), Started: began, Pid: 812, Hostname: "lvs-01",
		Config: control.Config{SerialNo: 3, SHA256: "0123456789abcdef0123456789abcdef", Loaded: began, Network: "nat", Refused: "line 3"},
		Router: control.Router{
			Role: control.Primary, State: control.Active, Since: began.Add(6500 * time.Millisecond), Faults: []string{"eth1 is down"}, Key: "k1",
			Keepalive: control.Duration(500 * time.Millisecond), Deadtime: control.Duration(6 * time.Second),
		},
		Partner: &control.Partner{
			Role: control.Backup, State: control.Standby, Since: began, Keyed: true, ConfigDiffers: true, ServersUp: 2, Servers: 3,
			Paths: []control.Path{
				{Name: "public", Sent: 100, Heard: 90, LastHeard: began.Add(time.Hour - 1500*time.Millisecond)},
				{Name: "private", Sent: 100, Silent: true, Dropped: 9, Error: "no route", DroppedFor: map[string]uint64{"too old": 1, "the partner uses a key, this router has none: copy lvs.key": 6}},
			},
		},
		Links:     []control.Link{{Name: "eth0", Up: true}, {Name: "eth1"}},
		Witnesses: []control.Witness{{Address: addr("10.10.1.1"), How: "arp", OK: true}},
		Scripts:   []control.Script{{Name: "disk", Took: control.Duration(20 * time.Millisecond)}},
		Sync:      &control.Sync{Role: "master", Running: true, Connections: 10, Partner: 9},
		Failovers: []control.Failover{{Name: "ftp", Health: control.Up}},
		Addresses: []control.Address{{Prefix: netip.MustParsePrefix("10.10.1.30/24"), Device: "eth0:1", Wanted: true, Held: true}},
		Services: []control.Service{
			{
				Name: "http", FWMark: 80, Address: addr("10.10.1.30"), InKernel: true, Up: 1, Quorum: 2, Sorry: true,
				Stats: control.Stats{Connections: 50, InPackets: 500, OutPackets: 400, InBytes: 5000, OutBytes: 1 << 40},
				Servers: []control.Server{
					{
						Name: "lvs-03", Address: addr("10.8.8.33"), Port: 80, Weight: 2, Health: control.Up, InKernel: true, KernelWeight: 2, Active: 3, Inactive: 4,
						Probed: began, Took: control.Duration(1250 * time.Microsecond), Stats: control.Stats{Connections: 20, InBytes: 7},
						Probes: control.ProbeCounts{Passed: 30, Failed: 2, Cut: 1, Took: control.Duration(40 * time.Millisecond)},
					},
					{Name: "lvs-04", Address: addr("10.8.8.34"), Port: 80, Weight: 1, Health: control.Down, Probed: began, Drain: &control.Drain{}, Forced: &control.Forced{To: control.ForceDown}},
					{Name: "lvs-05", Address: addr("10.8.8.35"), Port: 80, Weight: 1, Health: control.Inactive},
					{Name: "sorry_server", Address: addr("10.8.8.99"), Port: 80, Sorry: true, InKernel: true, KernelWeight: 1, Active: 1},
				},
			},
			{Name: `we"ird` + "\xff\n", Protocol: "tcp", Address: addr("2001:db8::1"), Port: 25, Servers: []control.Server{{Name: "mx", Address: addr("2001:db8::25"), Port: 25, Health: control.Untried}}},
			{Name: "tcp 10.10.1.50:22", Protocol: "tcp", Address: addr("10.10.1.50"), Port: 22, InKernel: true, Foreign: true},
		},
		Nannies: []control.Nanny{{Server: addr("10.8.8.33"), Pid: 831}, {Server: addr("10.8.8.34"), More: 2, Restarts: 4}},
		Table:   control.Table{Buckets: 4096, Connections: 8, Sent: 1234},
		Drift:   control.Drift{Repairs: 5, Last: began}, Counts: control.Counts{Actives: 2, Standbys: 1, Reloads: 4, Partial: 1, Refused: 3},
		Degraded: []string{"tcp 10.10.1.40:80"}, Trouble: []string{"a", "b"},
	}
}

// many is a snapshot of so many services with so many servers each.
func many(services, servers int) *control.Snapshot {
	s := &control.Snapshot{Taken: time.Now(), Router: control.Router{State: control.Active}}
	for i := range services {
		svc := control.Service{Name: fmt.Sprintf("web-%d", i), Protocol: "tcp", Address: netip.AddrFrom4([4]byte{10, 1, byte(i >> 8), byte(i)}), Port: 80, InKernel: true}
		for j := range servers {
			svc.Servers = append(svc.Servers, control.Server{
				Name: fmt.Sprintf("s-%d-%d", i, j), Address: netip.AddrFrom4([4]byte{10, 2 + byte(j), byte(i >> 8), byte(i)}), Port: 80, Weight: 1,
				Health: control.Up, InKernel: true, KernelWeight: 1, Probed: time.Now(), Took: control.Duration(time.Millisecond),
			})
		}
		s.Services = append(s.Services, svc)
	}
	return s
}
