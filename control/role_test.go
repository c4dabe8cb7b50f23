package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func (p *fakePulse) SwitchOver(_ context.Context, check, force bool) (*Preflight, error) {
	p.asked = append(p.asked, fmt.Sprintf("switchover check %t force %t", check, force))
	if p.refuse != nil {
		return nil, p.refuse
	}
	f := Preflight{Findings: []Finding{{Stops: true, Text: "the partner is held"}, {Text: "path private is silent"}}}
	if force {
		f.Done = "lvs-02 serves"
	}
	return &f, nil
}

func (p *fakePulse) Hold(_ context.Context, on bool) (string, error) {
	p.asked = append(p.asked, fmt.Sprintf("hold %t", on))
	return fmt.Sprintf("held: %t", on), p.refuse
}

func (p *fakePulse) Explain(context.Context) (*Explanation, error) {
	if p.refuse != nil {
		return nil, p.refuse
	}
	return &Explanation{Role: "lvs-01 is active.", Because: []string{"No path carried a heartbeat for 6s."}, Change: []string{"A switchover."}}, nil
}

func (p *fakePulse) Nannies(_ context.Context, server string) ([]Nanny, error) {
	return []Nanny{{Server: netip.MustParseAddr("10.8.8.33"), More: 2, Pid: 7, Services: []string{server}}}, p.refuse
}

func (p *fakePulse) Orders(_ context.Context, server string) ([]Order, error) {
	if server != "lvs-03" {
		return nil, errors.New("no such server")
	}
	return []Order{{Server: netip.MustParseAddr("10.8.8.33"), Watches: []Watch{{Protocol: "tcp"}}}}, nil
}

func TestSwitchOver(t *testing.T) {
	p := &fakePulse{Log: NewLog(1)}
	path, _ := serve(t, p)
	c := NewClient(path)
	want := &Preflight{Findings: []Finding{{Stops: true, Text: "the partner is held"}, {Text: "path private is silent"}}}
	for _, tt := range []struct {
		check, force bool
		done         string
	}{{false, false, ""}, {true, false, ""}, {false, true, "lvs-02 serves"}} {
		got, err := c.SwitchOver(t.Context(), tt.check, tt.force)
		if err != nil {
			t.Fatal(err)
		}
		want.Done = tt.done
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("check %t, force %t (-want +got):\n%s", tt.check, tt.force, diff)
		}
	}
	p.refuse = errors.New("there is no partner")
	if f, err := c.SwitchOver(t.Context(), false, false); !errors.Is(err, ReplyError("there is no partner")) || f != nil {
		t.Errorf("refused: %+v, %v", f, err)
	}
	if diff := cmp.Diff([]string{
		"switchover check false force false", "switchover check true force false",
		"switchover check false force true", "switchover check false force false",
	}, p.asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

func TestHold(t *testing.T) {
	p := &fakePulse{Log: NewLog(1)}
	path, _ := serve(t, p)
	c := NewClient(path)
	for on, want := range map[bool]string{true: "held: true", false: "held: false"} {
		if msg, err := c.Hold(t.Context(), on); err != nil || msg != want {
			t.Errorf("hold %t: %q, %v", on, msg, err)
		}
	}
	p.refuse = errors.New("no")
	if msg, err := c.Hold(t.Context(), true); !errors.Is(err, ReplyError("no")) || msg != "" {
		t.Errorf("refused: %q, %v", msg, err)
	}
}

func TestExplain(t *testing.T) {
	p := &fakePulse{Log: NewLog(1)}
	path, _ := serve(t, p)
	c := NewClient(path)
	got, err := c.Explain(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := &Explanation{Role: "lvs-01 is active.", Because: []string{"No path carried a heartbeat for 6s."}, Change: []string{"A switchover."}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("explanation (-want +got):\n%s", diff)
	}
	p.refuse = errors.New("no")
	if _, err := c.Explain(t.Context()); !errors.Is(err, ReplyError("no")) {
		t.Errorf("refused: %v", err)
	}
}

func TestNannies(t *testing.T) {
	p := &fakePulse{Log: NewLog(1)}
	path, _ := serve(t, p)
	c := NewClient(path)
	for _, server := range []string{"", "lvs-03"} {
		got, err := c.Nannies(t.Context(), server)
		want := []Nanny{{Server: netip.MustParseAddr("10.8.8.33"), More: 2, Pid: 7, Services: []string{server}}}
		if diff := cmp.Diff(want, got, cmpAddr); err != nil || diff != "" {
			t.Errorf("nannies of %q: %v (-want +got):\n%s", server, err, diff)
		}
	}
	orders, err := c.Orders(t.Context(), "lvs-03")
	want := []Order{{Server: netip.MustParseAddr("10.8.8.33"), Watches: []Watch{{Protocol: "tcp"}}}}
	if diff := cmp.Diff(want, orders, cmpAddr); err != nil || diff != "" {
		t.Errorf("orders: %v (-want +got):\n%s", err, diff)
	}
	if _, err := c.Orders(t.Context(), "lvs-09"); !errors.Is(err, ReplyError("no such server")) {
		t.Errorf("orders of nobody known: %v", err)
	}
	if _, err := c.Orders(t.Context(), ""); err == nil || errors.As(err, new(ReplyError)) {
		t.Errorf("orders of nobody: %v", err)
	}
	p.refuse = errors.New("no")
	if _, err := c.Nannies(t.Context(), ""); !errors.Is(err, ReplyError("no")) {
		t.Errorf("refused: %v", err)
	}
}

// A handler that forgets its answer is told apart from an empty one.
func TestAnswersWithoutContent(t *testing.T) {
	path, _ := serve(t, forgetful{&fakePulse{Log: NewLog(1)}})
	c := NewClient(path)
	if _, err := c.SwitchOver(t.Context(), true, false); err == nil {
		t.Error("a switchover without a pre-flight check")
	}
	if _, err := c.Explain(t.Context()); err == nil {
		t.Error("an explanation without one")
	}
	if _, err := c.Orders(t.Context(), "lvs-03"); err == nil {
		t.Error("no orders")
	}
	if _, err := c.Probe(t.Context(), "lvs-03"); err == nil {
		t.Error("no probe")
	}
	if _, err := c.Setup(t.Context(), SetupQuery{Limit: 1}); err == nil {
		t.Error("no set-up")
	}
}

type forgetful struct{ *fakePulse }

func (forgetful) SwitchOver(context.Context, bool, bool) (*Preflight, error) { return nil, nil }
func (forgetful) Explain(context.Context) (*Explanation, error)              { return nil, nil }
func (forgetful) Orders(context.Context, string) ([]Order, error)            { return nil, nil }

// TestRoleJSON holds what "pulse status --json" says of high availability
// against a golden file, for programs read it; UPDATE=1 writes it.
func TestRoleJSON(t *testing.T) {
	at := time.Date(2026, 11, 21, 3, 4, 5, 250e6, time.UTC)
	address := netip.MustParseAddr
	s := Snapshot{
		Router: Router{
			Role: Primary, State: Active, Since: at, Why: "the partner is silent", Address: address("10.10.1.31"),
			Keepalive: Duration(250 * time.Millisecond), Deadtime: Duration(time.Second),
			Phase: "handing over", Faults: []string{"witness 10.10.1.1 does not answer"},
			Held: true, Blind: true, Key: "5f0c77ae", KeyOld: true, Preempt: true,
		},
		Partner: &Partner{
			Role: Backup, Address: address("10.10.1.32"), State: Standby, Since: at,
			Paths: []Path{{Name: "public", Local: "10.10.1.31:539", Remote: "10.10.1.32:539", LastHeard: at, Silent: true,
				Sent: 9, Heard: 8, Dropped: 3, DroppedFor: map[string]uint64{"replayed": 2, "another key": 1}}},
			Keyed: true, Phase: "taking over", SerialNo: 4, Version: "v1.3.0", ConfigDiffers: true, Faults: 2, Held: true, ServersUp: 1, Servers: 2,
		},
		Witnesses: []Witness{{Address: address("10.10.1.1"), How: "arp", Why: "no answer for 3s", Since: at}},
		Scripts:   []Script{{Name: "uplink", OK: true, Why: "exit 0", Since: at, Took: Duration(12 * time.Millisecond)}},
		Sync:      &Sync{Role: "master", Interface: "eth1", ID: 7, Running: true, Connections: 41, Partner: 40},
		Takeovers: []Takeover{{Began: at, To: Active, Why: "the partner is silent", Steps: []Moment{{At: at, What: "decided"}}}},
		Failovers: []Failover{{Name: "nginx", Address: address("10.10.1.30"), Port: 80, State: "running", Health: Up, Why: "HTTP answered", Since: at}},
	}
	got, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	const path = "testdata/role.json"
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
	var again Snapshot
	if err := json.Unmarshal(got, &again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s, again, cmpAddr); diff != "" {
		t.Errorf("read again (-first +second):\n%s", diff)
	}
}
