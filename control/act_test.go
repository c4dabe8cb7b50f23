package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func (p *fakePulse) Force(_ context.Context, server string, to Way) (string, error) {
	p.asked = append(p.asked, fmt.Sprintf("force %s %s", server, to))
	return server + " is " + string(to), p.refuse
}

func (p *fakePulse) Probe(_ context.Context, server string) ([]Probed, error) {
	p.asked = append(p.asked, "probe "+server)
	return []Probed{{Server: netip.MustParseAddr("10.8.8.33"), Health: Down, Why: "no answer", Steps: []ProbeStep{{Duration(time.Second), "connected"}}}}, p.refuse
}

func (p *fakePulse) Setup(_ context.Context, q SetupQuery) (*Setup, error) {
	p.asked = append(p.asked, fmt.Sprintf("setup %+v", q))
	return &Setup{Matched: 1, All: 2, Servers: []ServerSetup{{Names: []string{"lvs-03"}, Address: netip.MustParseAddr("10.8.8.33")}}}, p.refuse
}

func (forgetful) Probe(context.Context, string) ([]Probed, error)   { return nil, nil }
func (forgetful) Setup(context.Context, SetupQuery) (*Setup, error) { return nil, nil }

func TestForce(t *testing.T) {
	p := &fakePulse{Log: NewLog(1)}
	path, _ := serve(t, p)
	c := NewClient(path)
	for _, to := range []Way{ForceUp, ForceDown, Auto} {
		if msg, err := c.Force(t.Context(), "web/lvs-03", to); err != nil || msg != "web/lvs-03 is "+string(to) {
			t.Errorf("%s: %q, %v", to, msg, err)
		}
	}
	for server, to := range map[string]Way{"lvs-03": "sideways", "": ForceUp} {
		if _, err := c.Force(t.Context(), server, to); err == nil || errors.As(err, new(ReplyError)) {
			t.Errorf("force %q %q: %v", server, to, err)
		}
	}
	p.refuse = errors.New("no such server")
	if msg, err := c.Force(t.Context(), "lvs-09", ForceUp); !errors.Is(err, ReplyError("no such server")) || msg != "" {
		t.Errorf("refused: %q, %v", msg, err)
	}
	want := []string{"force web/lvs-03 up", "force web/lvs-03 down", "force web/lvs-03 auto", "force lvs-09 up"}
	if diff := cmp.Diff(want, p.asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

func TestProbe(t *testing.T) {
	p := &fakePulse{Log: NewLog(1)}
	path, _ := serve(t, p)
	c := NewClient(path)
	got, err := c.Probe(t.Context(), "lvs-03")
	want := []Probed{{Server: netip.MustParseAddr("10.8.8.33"), Health: Down, Why: "no answer", Steps: []ProbeStep{{Duration(time.Second), "connected"}}}}
	if diff := cmp.Diff(want, got, cmpAddr); err != nil || diff != "" {
		t.Errorf("probed: %v (-want +got):\n%s", err, diff)
	}
	if _, err := c.Probe(t.Context(), ""); err == nil || errors.As(err, new(ReplyError)) {
		t.Errorf("probe of nobody: %v", err)
	}
	p.refuse = errors.New("no such server")
	if _, err := c.Probe(t.Context(), "lvs-09"); !errors.Is(err, ReplyError("no such server")) {
		t.Errorf("refused: %v", err)
	}
}

func TestSetup(t *testing.T) {
	p := &fakePulse{Log: NewLog(1)}
	path, _ := serve(t, p)
	c := NewClient(path)
	got, err := c.Setup(t.Context(), SetupQuery{Match: "lvs", Skip: 3, Limit: 50})
	if err != nil || got.Matched != 1 || got.All != 2 || len(got.Servers) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	for _, q := range []SetupQuery{{}, {Limit: MaxSetup + 1}, {Limit: -1}, {Limit: 1, Skip: -1}, {Limit: 1, Match: strings.Repeat("x", MaxMatch+1)}} {
		if _, err := c.Setup(t.Context(), q); err == nil || errors.As(err, new(ReplyError)) {
			t.Errorf("%.60v: %v", q, err)
		}
	}
	p.refuse = errors.New("no name service")
	if _, err := c.Setup(t.Context(), SetupQuery{Limit: 1}); !errors.Is(err, ReplyError("no name service")) {
		t.Errorf("refused: %v", err)
	}
	if diff := cmp.Diff([]string{"setup {Match:lvs Skip:3 Limit:50}", "setup {Match: Skip:0 Limit:1}"}, p.asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

// A pulse from before the verb existed says that it does not know it; people
// are told what to do.
func TestOlderPulse(t *testing.T) {
	path := socketPath(t)
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_ = reply(c, Reply{Error: `request: unknown verb "force"`}) // of version 0.1
			_ = c.Close()
		}
	}()
	_, err = NewClient(path).Force(t.Context(), "lvs-03", ForceUp)
	if !errors.Is(err, ErrOlder) || err.Error() != `the running pulse is of an older version and cannot do "force" yet: restart it` {
		t.Errorf("force: %v", err)
	}
	if _, err := NewClient(path).Hold(t.Context(), true); errors.Is(err, ErrOlder) || err == nil {
		t.Errorf("hold: %v", err)
	}
}

// TestActJSON holds the words about acting on real servers against a golden
// file; UPDATE=1 writes it.
func TestActJSON(t *testing.T) {
	at := time.Date(2026, 11, 21, 3, 4, 5, 0, time.UTC)
	real33 := netip.MustParseAddr("10.8.8.33")
	words := struct {
		Requests []Request
		Replies  []Reply
		Server   Server
		Partner  Partner
	}{
		Requests: []Request{
			{Do: ForceServer, Server: "web/lvs-03", To: ForceUp},
			{Do: ForceServer, Server: "10.8.8.33:80", To: Auto},
			{Do: ProbeServer, Server: "lvs-03"},
			{Do: GetSetup, Setup: &SetupQuery{Match: "web", Skip: 50, Limit: 25}},
		},
		Replies: []Reply{
			{Message: "lvs-03 (10.8.8.33) is used again as its probes say"},
			{Probed: []Probed{{
				Server: real33, RealPort: 80, Service: "fwmark 80", Virtual: "web", Name: "lvs-03", Check: "connect",
				Health: Down, Why: "no answer", Took: Duration(2 * time.Second), Steps: []ProbeStep{{After: Duration(250 * time.Microsecond), Text: "connected"}},
			}}},
			{Setup: &Setup{All: 40, Matched: 1, Servers: []ServerSetup{{
				Names: []string{"lvs-03"}, Address: real33, Router: "backup", Serves: []ServerUse{{Virtual: "web", How: "direct, 10.10.1.30"}},
				Steps: []SetupStep{{For: "accept", Addresses: []netip.Addr{netip.MustParseAddr("10.10.1.30")}, Why: "accept packets to 10.10.1.30", Commands: []string{"ip addr replace 10.10.1.30/32 dev lo"}}},
				Notes: []string{"direct: it must be on one link with the routers"},
			}}}},
		},
		Server:  Server{Name: "lvs-03", Address: real33, Port: 80, Health: Down, Quiesce: true, Forced: &Forced{To: ForceUp, Since: at, As: "web/10.8.8.33"}, Drain: &Drain{Since: at, As: "10.8.8.33"}},
		Partner: Partner{Address: netip.MustParseAddr("10.10.1.32"), State: Standby, Keyed: true, SHA256: "9f86d081884c7d65"},
	}
	got, err := json.MarshalIndent(words, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	const path = "testdata/act.json"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
	again := words
	again.Requests, again.Replies = nil, nil
	if err := json.Unmarshal(got, &again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(words, again, cmpAddr); diff != "" {
		t.Errorf("read again (-first +second):\n%s", diff)
	}
	for _, q := range words.Requests {
		if err := q.check(); err != nil {
			t.Errorf("%+v: %v", q, err)
		}
	}
}
