package heartbeat

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// show is an action as the tests write it.
func show(a Action) string {
	switch a := a.(type) {
	case Send:
		return "send " + a.Beat.Message.String()
	case Activate:
		return "activate: " + a.Why
	case Deactivate:
		return "deactivate: " + a.Why
	case Announce:
		return "announce: " + a.Why
	case Note:
		return a.Level.String() + ": " + a.Text
	case Gone:
		return "gone"
	}
	return fmt.Sprintf("unexpected %T", a)
}

const ms = time.Millisecond

// A turn is one step and the actions it must answer with.
type turn struct {
	at   time.Duration
	ev   Event
	want string // actions, separated by "; "
}

func TestStep(t *testing.T) {
	primary := Settings{Role: Primary, Keepalive: time.Second, Deadtime: 3 * time.Second, Partner: true, Paths: 1}
	backup := primary
	backup.Role = Backup
	single := primary
	single.Partner = false
	lone := single
	lone.Role = Backup
	forced := backup
	forced.ForceActive = true
	two := primary
	two.Paths = 2
	running, stopped := Heard{Beat: Beat{Message: Running}}, Heard{Beat: Beat{Message: Stopped}}
	dead := turn{3000 * ms, Tick{}, "warning: public path: no heartbeat for 3s; activate: partner dead: activating lvs; send running"}

	tests := []struct {
		name     string
		settings Settings
		turns    []turn
	}{
		{"a single router serves at once and sends nothing", single, []turn{
			{0, Tick{}, "activate: no backup router: activating lvs"},
			{time.Hour, Tick{}, ""},
			{time.Hour, Fit{Faults: 1, Cut: true, Why: "Primary NIC: link down"}, ""},
			{time.Hour, running, ""},
			{time.Hour, Leave{}, "deactivate: stopping: deactivating LVS; gone"},
			{time.Hour, Tick{}, ""},
		}},
		{"a single router tries again after a failure", single, []turn{
			{0, Tick{}, "activate: no backup router: activating lvs"},
			{0, Failed{Why: "no address"}, "deactivate: no address"},
			{9999 * ms, Tick{}, ""},
			{10000 * ms, Tick{}, "activate: no backup router: activating lvs"},
		}},
		{"a backup without a partner never serves", lone, []turn{
			{0, Tick{}, ""},
			{time.Hour, Tick{}, ""},
			{time.Hour, Leave{}, "gone"},
		}},
		{"forceactive", forced, []turn{
			{0, Tick{}, "activate: forceactive: activating lvs; send running"},
			{100 * ms, running, "send running; deactivate: partner active: deactivating LVS; send stopped"},
			{1100 * ms, Tick{}, "send stopped"},
		}},
		{"nobody heard for deadtime", backup, []turn{
			{0, Tick{}, "send stopped"},
			{1000 * ms, Tick{}, "send stopped"},
			{2000 * ms, Tick{}, "send stopped"},
			{2999 * ms, Tick{}, ""},
			dead,
			{4000 * ms, Tick{}, "send running"},
		}},
		{"hold keeps the partner alive and says nothing", backup, []turn{
			{0, Tick{}, "send stopped"},
			{900 * ms, Heard{Beat: Beat{Message: HoldMessage}}, ""},
			{1800 * ms, Heard{Beat: Beat{Message: HeldMessage}}, "send stopped"},
			{2800 * ms, Tick{}, "send stopped"},
			{3800 * ms, Tick{}, "send stopped"},
			{4800 * ms, Tick{}, "warning: public path: no heartbeat for 3s; activate: partner dead: activating lvs; send running"},
		}},
		{"fos heartbeats are told of once and prove nothing", backup, []turn{
			{0, Tick{}, "send stopped"},
			{100 * ms, Heard{Beat: Beat{Message: FOSRunning}}, "warning: Incompatible heartbeat received -- other system not using identical services"},
			{1000 * ms, Heard{Beat: Beat{Message: FOSStopped}}, "send stopped"},
			{2000 * ms, Tick{}, "send stopped"},
			dead,
		}},
		{"the primary serves when the backup does not", primary, []turn{
			{0, Tick{}, "send stopped"},
			{500 * ms, stopped, "activate: backup inactive: activating lvs; send running"},
			{1500 * ms, stopped, "send running"},
		}},
		{"the backup lets the primary go first", backup, []turn{
			{0, Tick{}, "send stopped"},
			{100 * ms, stopped, ""},
			{1100 * ms, stopped, "send stopped"},
			{2100 * ms, stopped, "send stopped"},
			{3100 * ms, stopped, "activate: primary inactive: activating lvs; send running"},
		}},
		{"the backup takes what the primary lets go", backup, []turn{
			{0, Tick{}, "send stopped"},
			{100 * ms, running, ""},
			{1100 * ms, running, "send stopped"},
			{1200 * ms, stopped, "activate: primary inactive: activating lvs; send running"},
		}},
		{"a stopped that comes right after the first running is old", backup, []turn{
			{0, Tick{}, "send stopped"},
			{100 * ms, running, ""},
			{110 * ms, stopped, ""},
			{1100 * ms, running, "send stopped"},
		}},
		{"both active: the primary stays", primary, []turn{
			{0, Tick{}, "send stopped"},
			{1000 * ms, Tick{}, "send stopped"},
			{2000 * ms, Tick{}, "send stopped"},
			dead,
			{3500 * ms, running, "info: public path: heartbeat again after 3.5s"},
			{4000 * ms, running, "announce: partner active: resending arps; send running"},
			{4001 * ms, running, ""},
			{5000 * ms, stopped, "announce: partner inactive: resending arps; send running"},
			{5100 * ms, stopped, ""},
		}},
		{"links fail and return", primary, []turn{
			{0, Tick{}, "send stopped"},
			{500 * ms, stopped, "activate: backup inactive: activating lvs; send running"},
			{600 * ms, Fit{Faults: 1, Cut: true, Why: "Primary NIC: link down"}, "warning: Primary NIC: link down; warning: Local NIC link failure: Pulse disabled; " +
				"deactivate: local link failure: deactivating LVS; send stopped"},
			{700 * ms, Fit{Faults: 1, Cut: true, Why: "Primary NIC: link down"}, ""},
			{1500 * ms, stopped, ""},
			{1600 * ms, Tick{}, "send stopped"},
			{2000 * ms, Fit{}, "info: Local NIC link(s) restored: Pulse enabled"},
			{2600 * ms, stopped, "activate: backup inactive: activating lvs; send running"},
		}},
		{"a planned stop waits for the partner", primary, []turn{
			{0, Tick{}, "send stopped"},
			{500 * ms, stopped, "activate: backup inactive: activating lvs; send running"},
			{1500 * ms, stopped, "send running"},
			{1600 * ms, Leave{}, "info: stopping: the backup takes over; send stopped"},
			{1700 * ms, Leave{}, ""},
			{1800 * ms, Tick{}, "send stopped"},
			{1900 * ms, stopped, ""},
			{1910 * ms, running, "deactivate: partner active: deactivating LVS; send stopped; gone"},
			{1920 * ms, running, ""},
		}},
		{"a failed activation is left to the partner", primary, []turn{
			{0, Tick{}, "send stopped"},
			{500 * ms, stopped, "activate: backup inactive: activating lvs; send running"},
			{500 * ms, Failed{Why: "eth0: no such interface"}, "deactivate: eth0: no such interface; send stopped"},
			{1400 * ms, stopped, ""},
			{1500 * ms, running, "send stopped"},
			{2450 * ms, running, ""},
			{2500 * ms, Tick{}, "send stopped"},
			{3500 * ms, stopped, "activate: backup inactive: activating lvs; send stopped; send running"},
		}},
		{"a router that slept listens first", backup, []turn{
			{0, Tick{}, "send stopped"},
			{500 * ms, running, ""},
			{9000 * ms, Tick{}, "warning: pulse was not running for 8s: listening before judging the partner; send stopped"},
			{10000 * ms, Tick{}, "send stopped"},
			{11000 * ms, Tick{}, "send stopped"},
			{12000 * ms, Tick{}, "warning: public path: no heartbeat for 3s; activate: partner dead: activating lvs; send running"},
		}},
		{"one of two paths falls silent and returns", two, []turn{
			{0, Tick{}, "send stopped"},
			{900 * ms, Heard{Path: 0, Beat: Beat{Message: Running}}, ""},
			{900 * ms, Heard{Path: 1, Beat: Beat{Message: Running}}, ""},
			{1900 * ms, Heard{Path: 1, Beat: Beat{Message: Running}}, "send stopped"},
			{2900 * ms, Heard{Path: 1, Beat: Beat{Message: Running}}, "send stopped"},
			{3900 * ms, Heard{Path: 1, Beat: Beat{Message: Running}}, "warning: public path: no heartbeat for 3s; send stopped"},
			{4400 * ms, Heard{Path: 0, Beat: Beat{Message: Running}}, "info: public path: heartbeat again after 3.5s"},
			{4500 * ms, Heard{Path: 2, Beat: Beat{Message: Stopped}}, ""},
		}},
		{"the backup router is switched off and on", primary, []turn{
			{0, Tick{}, "send stopped"},
			{100 * ms, Configure{single}, "activate: no backup router: activating lvs"},
			{9000 * ms, Configure{primary}, "send running"},
			{9000 * ms, Configure{primary}, ""},
			{9000 * ms, Configure{lone}, "deactivate: backup node is marked inactive: deactivating LVS"},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := NewNode(0, tt.settings)
			for i, turn := range tt.turns {
				before := n
				next, actions := n.Step(turn.at, turn.ev)
				if n != before {
					t.Fatalf("turn %d changed its receiver", i)
				}
				n = next
				var got []string
				for len(actions) > 0 {
					a := actions[0]
					got, actions = append(got, show(a)), actions[1:]
					var more []Action
					switch a := a.(type) {
					case Activate:
						n, more = n.Step(turn.at, Raised{Job: a.Job})
					case Deactivate:
						n, more = n.Step(turn.at, Lowered{Job: a.Job})
					}
					actions = append(actions, more...)
				}
				if diff := cmp.Diff(turn.want, strings.Join(got, "; ")); diff != "" {
					t.Fatalf("turn %d, %T at %v (-want +got):\n%s", i, turn.ev, turn.at, diff)
				}
			}
		})
	}
}

func TestAccessors(t *testing.T) {
	n := NewNode(time.Second, Settings{Role: Backup, Partner: true, Keepalive: time.Second, Deadtime: 3 * time.Second})
	look := func() string {
		return fmt.Sprintf("%v since %v (%s), partner %v since %v, silent %v, leaving %v",
			n.State(), n.Since(), n.Why(), n.PartnerState(), n.PartnerSince(), n.PathSilent(0), n.Leaving())
	}
	steps := []struct {
		at   time.Duration
		ev   Event
		want string
	}{
		{1 * time.Second, Tick{}, "standby since 1s (started), partner unknown since 1s, silent false, leaving false"},
		{2 * time.Second, Heard{Beat: Beat{Message: Running}}, "standby since 1s (started), partner active since 2s, silent false, leaving false"},
		{3 * time.Second, Heard{Beat: Beat{Message: Stopped}}, "active since 3s (primary inactive: activating lvs), partner standby since 3s, silent false, leaving false"},
		{3 * time.Second, Raised{Job: 1}, "active since 3s (primary inactive: activating lvs), partner standby since 3s, silent false, leaving false"},
		{4 * time.Second, Leave{}, "active since 3s (primary inactive: activating lvs), partner standby since 3s, silent false, leaving true"},
	}
	for _, s := range steps {
		n, _ = n.Step(s.at, s.ev)
		if got := look(); got != s.want {
			t.Errorf("at %v:\n got %s\nwant %s", s.at, got, s.want)
		}
	}
	if n.Settings().Paths != 1 || n.Next() != 4200*ms {
		t.Errorf("paths %d, next %v", n.Settings().Paths, n.Next())
	}
	n, _ = n.Step(5*time.Second, Heard{Beat: Beat{Message: Running}})
	if n, _ = n.Step(5*time.Second, Lowered{Job: 2}); n.Next() != Never {
		t.Errorf("gone, but due at %v", n.Next())
	}
}
