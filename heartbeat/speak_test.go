package heartbeat

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestSpare checks what the heartbeat is that may be sent in a router's stead,
// and when: what the next Tick would send.
func TestSpare(t *testing.T) {
	single := with(keyedPrimary, func(s *Settings) { s.Partner = false })
	bare := with(keyedPrimary, func(s *Settings) { s.Keyed = false })
	brisk := with(keyedPrimary, func(s *Settings) { s.Keepalive = 100 * ms })
	fos := with(keyedPrimary, func(s *Settings) { s.Fos = true })
	standby := []turn{{0, Tick{}, ""}, {100 * ms, says(Serving), ""}}
	taking := []turn{{0, Tick{}, ""}, {100 * ms, says(PhaseStandby), ""}}
	serving := append(taking[:2:2], turn{200 * ms, Raised{Job: 1}, ""})
	after := func(turns []turn, more ...turn) []turn { return append(turns[:len(turns):len(turns)], more...) }
	dropping := after(serving, turn{300 * ms, Failed{Why: "no address"}, ""})
	const none = time.Duration(-1)
	for _, tt := range []struct {
		name     string
		settings Settings
		turns    []turn
		says     string // as shown writes it
		due      time.Duration
	}{
		{"before the first step", keyedPrimary, nil, "", none},
		{"no partner", single, []turn{{0, Tick{}, ""}, {100 * ms, Raised{Job: 1}, ""}}, "", none},
		{"the partner goes out of lvs.cf", keyedPrimary, after(serving, turn{300 * ms, Configure{single}, ""}), "", none},
		{"giving up", keyedPrimary, dropping, "", none},
		{"giving up, without a key", bare, []turn{
			{0, Tick{}, ""}, {100 * ms, Heard{Beat: Beat{Message: Stopped}}, ""}, {200 * ms, Raised{Job: 1}, ""},
			{300 * ms, Failed{Why: "no address"}, ""},
		}, "", none},
		{"giving up for good", keyedPrimary, []turn{{0, Tick{}, ""}, {100 * ms, says(PhaseStandby), ""}, {200 * ms, Leave{}, ""}}, "", none},
		{"gone", keyedPrimary, after(standby, turn{200 * ms, Leave{}, ""}), "", none},

		{"just started", keyedPrimary, standby[:1], "say standby", time.Second},
		{"standby", keyedPrimary, standby, "say standby", time.Second},
		{"standby after a heartbeat more", keyedPrimary, after(standby, turn{1003 * ms, Tick{}, ""}), "say standby", 2003 * ms},
		{"taking over", keyedPrimary, taking, "say taking over", 1100 * ms},
		{"serving", keyedPrimary, serving, "say serving", 1200 * ms},
		{"serving, with a fault since", keyedPrimary, after(serving, turn{250 * ms, says(PhaseStandby, faulty(3)), ""}, turn{300 * ms, Fit{Faults: 2, Why: "eth0"}, ""}), "say serving faults 2", 1300 * ms},
		{"handing over for a fault", keyedPrimary, after(serving, turn{300 * ms, Fit{Faults: 2, Why: "eth0"}, ""}), "say handing over faults 2", 500 * ms},
		{"handing over", keyedPrimary, after(serving, turn{300 * ms, Switchover{}, ""}), "say handing over", 500 * ms},
		{"handing over in haste", brisk, after(serving, turn{290 * ms, says(PhaseStandby), ""}, turn{300 * ms, Switchover{}, ""}), "say handing over", 400 * ms},
		{"given up", keyedPrimary, after(dropping, turn{400 * ms, Lowered{Job: 2}, ""}), "say standby", 1400 * ms},
		{"held", keyedPrimary, after(standby, turn{200 * ms, Hold{On: true}, ""}), "say standby held", 1200 * ms},
		{"asking", keyedPrimary, after(standby, turn{200 * ms, Switchover{}, ""}), "say standby wants", 1200 * ms},
		{"without a key", bare, standby[:1], "send stopped", time.Second},
		{"without a key, active", bare, []turn{{0, Tick{}, ""}, {100 * ms, Heard{Beat: Beat{Message: Stopped}}, ""}}, "send running", 1100 * ms},
		{"service = fos", fos, standby[:1], "say standby", time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := NewNode(0, tt.settings)
			for _, turn := range tt.turns {
				n, _ = n.Step(turn.at, turn.ev)
			}
			b, due, ok := n.Spare()
			if tt.due == none {
				if ok || due != 0 || b != (Beat{}) {
					t.Errorf("%+v at %v, want none", b, due)
				}
				return
			}
			if !ok {
				t.Fatal("none")
			}
			if got := shown(Send{Beat: b}); got != tt.says || due != tt.due {
				t.Errorf("%q at %v, want %q at %v", got, due, tt.says, tt.due)
			}
			_, actions := n.Step(due, Tick{})
			if diff := cmp.Diff([]Action{Send{Beat: b}}, actions); diff != "" {
				t.Errorf("the Tick then (-spare +sent):\n%s", diff)
			}
			if _, early := n.Step(due-1, Tick{}); len(early) > 0 {
				t.Errorf("just before, a Tick does %v", early)
			}
		})
	}
}

// A spare is told again for what a partner goes by, not for each server.
func TestOutdated(t *testing.T) {
	said := Beat{Message: Running, Keyed: true, Phase: Serving, Up: 300, Servers: 400, Connections: 9000}
	for _, tt := range []struct {
		name  string
		alter func(*Beat)
		want  bool
	}{
		{"nothing", func(*Beat) {}, false},
		{"one server less", func(b *Beat) { b.Up-- }, false},
		{"no server", func(b *Beat) { b.Up = 0 }, true},
		{"other servers", func(b *Beat) { b.Servers++ }, false},
		{"connections", func(b *Beat) { b.Connections = 0 }, false},
		{"a fault", func(b *Beat) { b.Faults++ }, true},
		{"phase", func(b *Beat) { b.Phase = Yielding }, true},
		{"blind", func(b *Beat) { b.Blind = true }, true},
	} {
		now := said
		tt.alter(&now)
		if got := said.Outdated(now); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
		if got := now.Outdated(said); got != tt.want {
			t.Errorf("%s, back: %v", tt.name, got)
		}
	}
}
