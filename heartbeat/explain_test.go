package heartbeat

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestExplain reads what people are told in each situation: testdata/explain.txt.
func TestExplain(t *testing.T) {
	eager := with(keyedPrimary, func(s *Settings) { s.Preempt, s.PreemptDelay = true, 30*time.Second })
	two := with(keyedBackup, func(s *Settings) { s.Paths, s.Serial = 2, 8 })
	bare := with(keyedBackup, func(s *Settings) { s.Keyed = false })
	single := with(keyedPrimary, func(s *Settings) { s.Partner = false })
	cut := Fit{Faults: 2, Cut: true, Why: "Primary NIC: link down"}
	served := []turn{{0, Tick{}, ""}, {100 * ms, says(PhaseStandby), ""}, {200 * ms, Raised{Job: 1}, ""}}
	after := func(turns ...turn) []turn { return append(served[:3:3], turns...) }
	quiet := []turn{{0, Tick{}, ""}, {1000 * ms, Tick{}, ""}, {2000 * ms, Tick{}, ""}, {3000 * ms, Tick{}, ""}}
	list := []struct {
		exchange
		at time.Duration
	}{
		{exchange{"just started", keyedPrimary, quiet[:1]}, 500 * ms},
		{exchange{"alone", single, []turn{{0, Tick{}, ""}, {100 * ms, Raised{Job: 1}, ""}}}, 90 * time.Minute},
		{exchange{"alone and held", with(single, func(s *Settings) { s.Held = true }), quiet[:1]}, time.Minute},
		{exchange{"a backup alone", with(single, func(s *Settings) { s.Role = Backup }), quiet[:1]}, time.Minute},
		{exchange{"active beside a standby", keyedPrimary, served}, 900 * ms},
		{exchange{"active beside a held one", keyedPrimary, after(turn{300 * ms, says(PhaseStandby, heldBeat), ""})}, 900 * ms},
		{exchange{"active without a partner that is heard", keyedBackup, append(quiet[:4:4], turn{3100 * ms, Raised{Job: 1}, ""})}, 12*time.Minute + 34*time.Second},
		{exchange{"active, not fit", keyedPrimary, after(turn{300 * ms, says(PhaseStandby, faulty(3)), ""}, turn{400 * ms, cut, ""})}, 900 * ms},
		{exchange{"taking over", keyedPrimary, served[:2]}, 150 * ms},
		{exchange{"handing over", keyedPrimary, after(turn{300 * ms, Switchover{}, ""})}, 1300 * ms},
		{exchange{"giving up", keyedPrimary, after(turn{300 * ms, says(Serving, faulty(0), func(b *Beat) { b.Stop = true }), ""})}, 320 * ms},
		{exchange{"both active", keyedPrimary, after(turn{300 * ms, says(Serving), ""})}, 900 * ms},
		{exchange{"stopping", keyedPrimary, after(turn{300 * ms, Leave{}, ""})}, 1300 * ms},
		{exchange{"handing over, and the other takes", keyedPrimary, after(turn{300 * ms, Switchover{}, ""}, turn{500 * ms, says(Taking), ""})}, 700 * ms},
		{exchange{"active beside a blind one", keyedPrimary, after(turn{300 * ms, says(PhaseStandby, func(b *Beat) { b.Blind = true }), ""})}, 900 * ms},
		{exchange{"both active, and the other hands over", keyedPrimary, after(turn{300 * ms, says(Yielding), ""})}, 900 * ms},
		{exchange{"both active, and the other is deaf", keyedPrimary, after(turn{300 * ms, says(Serving, func(b *Beat) { b.Deaf = true }), ""})}, 900 * ms},
		{exchange{"standby, less fit", keyedBackup, []turn{{0, Fit{Faults: 2, Why: "track_script disk"}, ""}, {100 * ms, says(Serving), ""}}}, 900 * ms},
		{exchange{"standby, cut", keyedBackup, []turn{{0, cut, ""}, {100 * ms, says(Serving), ""}}}, 900 * ms},
		{exchange{"both standby and not fit", keyedBackup, []turn{{0, cut, ""}, {100 * ms, says(PhaseStandby, faulty(1)), ""}}}, 900 * ms},
		{exchange{"standby on two paths, one silent, another lvs.cf", two, []turn{
			{0, Tick{}, ""},
			{1000 * ms, Heard{Path: 1, Beat: says(Serving, func(b *Beat) { b.Serial, b.Hash, b.Reason = 7, [8]byte{1}, ReasonInactive }).Beat}, ""},
			{2000 * ms, Tick{}, ""},
			{3000 * ms, Heard{Path: 1, Beat: says(Serving, func(b *Beat) { b.Serial, b.Hash, b.Reason = 7, [8]byte{1}, ReasonInactive }).Beat}, ""},
		}}, 3200 * ms},
		{exchange{"standby, without a key", bare, []turn{{0, Tick{}, ""}, {100 * ms, Heard{Beat: Beat{Message: Running}}, ""}}}, 900 * ms},
		{exchange{"standby beside a standby", keyedBackup, []turn{{0, Tick{}, ""}, {100 * ms, says(PhaseStandby), ""}}}, 900 * ms},
		{exchange{"held and the partner dead", with(keyedBackup, func(s *Settings) { s.Held = true }), quiet}, 3500 * ms},
		{exchange{"cut and the partner dead", keyedBackup, append([]turn{{0, cut, ""}}, quiet[1:]...)}, 3500 * ms},
		{exchange{"blind and the partner dead", keyedBackup, []turn{
			{0, Facts{Up: 0, Servers: 4}, ""},
			{100 * ms, says(Serving, servers(3)), ""},
			{1000 * ms, Tick{}, ""}, {2000 * ms, Tick{}, ""}, {3100 * ms, Tick{}, ""},
		}}, 3500 * ms},
		{exchange{"failed", keyedPrimary, after(turn{300 * ms, Failed{Why: "eth0: no such interface"}, ""}, turn{400 * ms, Lowered{Job: 2}, ""})}, 900 * ms},
		{exchange{"preempt comes", eager, []turn{{0, Tick{}, ""}, {100 * ms, says(Serving), ""}}}, 900 * ms},
		{exchange{"preempt is suspended", eager, after(
			turn{300 * ms, Switchover{}, ""}, turn{400 * ms, says(Serving), ""}, turn{500 * ms, Lowered{Job: 2}, ""})}, 900 * ms},
		{exchange{"asking", keyedBackup, []turn{{0, Tick{}, ""}, {100 * ms, says(Serving), ""}, {200 * ms, Switchover{}, ""}}}, 900 * ms},
		{exchange{"after a stall", keyedBackup, []turn{{0, Tick{}, ""}, {time.Minute, Tick{}, ""}}}, time.Minute + 100*ms},
	}
	var out strings.Builder
	for _, x := range list {
		n := NewNode(0, x.settings)
		for _, turn := range x.turns {
			n, _ = n.Step(turn.at, turn.ev)
		}
		e := n.Explain(x.at)
		fmt.Fprintf(&out, "== %s\n%s\n", x.name, e.Role)
		for _, line := range e.Because {
			fmt.Fprintf(&out, "  because: %s\n", line)
		}
		for _, line := range e.Change {
			fmt.Fprintf(&out, "  change: %s\n", line)
		}
	}
	const golden = "testdata/explain.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWords(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0 ms", 250 * ms: "250 ms", 3 * time.Second: "3 s", 3450 * ms: "3.4 s", 59900 * ms: "59 s",
		time.Minute: "1 min", 754 * time.Second: "12 min 34 s", 90 * time.Minute: "1 h 30 min", 49 * time.Hour: "2 d 1 h",
	} {
		if got := words(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
