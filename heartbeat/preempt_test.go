package heartbeat

import (
	"testing"
	"time"
)

func TestPreempt(t *testing.T) {
	eager := with(keyedPrimary, func(s *Settings) { s.Preempt, s.PreemptDelay = true, 2*time.Second })
	synced := with(eager, func(s *Settings) { s.SyncGate, s.PreemptDelay = true, 0 })
	legacy := with(eager, func(s *Settings) { s.Keyed, s.PreemptDelay = false, 0 })
	exchanges(t, []exchange{
		{"after the delay, and the backup serves until it does", eager, []turn{
			{0, Tick{}, "say standby"},
			{100 * ms, says(Serving), ""},
			{1100 * ms, says(Serving), "say standby"},
			{2100 * ms, Tick{}, "activate: preempt: taking back; say taking over"},
			{2200 * ms, says(Serving), ""},
			{2300 * ms, Raised{Job: 1}, "say serving"},
			{2400 * ms, says(Dropping), ""},
			{2500 * ms, says(PhaseStandby), "announce: partner inactive: resending arps"},
		}},
		{"the delay begins anew", eager, []turn{
			{0, Tick{}, "say standby"},
			{100 * ms, says(Serving), ""},
			{1000 * ms, Fit{Faults: 1, Why: "track_script web"}, "warning: track_script web; say standby faults 1"},
			{1500 * ms, Fit{}, "info: fit to serve again; say standby"},
			{2100 * ms, says(Serving), ""},
			{3100 * ms, says(Serving), "say standby"},
			{3500 * ms, Tick{}, "activate: preempt: taking back; say taking over"},
		}},
		{"not held, nor the backup", with(eager, func(s *Settings) { s.Held, s.PreemptDelay = true, 0 }), []turn{
			{0, Tick{}, "say standby held"},
			{100 * ms, says(Serving), ""},
			{200 * ms, Hold{On: false}, "info: not held any more: this router takes over where it must; activate: preempt: taking back; say taking over"},
		}},
		{"connections catch up first", synced, []turn{
			{0, Tick{}, "say standby"},
			{100 * ms, says(Serving, conns(100)), ""},
			{200 * ms, Facts{Connections: 89}, ""},
			{300 * ms, Facts{Connections: 90}, "activate: preempt: taking back; say taking over"},
		}},
		{"a few connections are none", synced, []turn{
			{0, Tick{}, "say standby"},
			{100 * ms, says(Serving, conns(9)), "activate: preempt: taking back; say taking over"},
		}},
		{"not after a switchover, until the backup has died", with(eager, func(s *Settings) { s.PreemptDelay = 0 }), append(serving[:3:3], []turn{
			{300 * ms, Switchover{}, "info: switchover: the backup takes over; say handing over"},
			{400 * ms, says(Serving), "deactivate: partner active: deactivating LVS; say giving up"},
			{500 * ms, Lowered{Job: 2}, "say standby"},
			{1400 * ms, says(Serving), ""},
			{2000 * ms, says(Serving, rebooted), "activate: preempt: taking back; say taking over"},
		}...)},
		{"a failure is not tried again soon", with(eager, func(s *Settings) { s.PreemptDelay = 0 }), []turn{
			{0, Tick{}, "say standby"},
			{100 * ms, says(Serving), "activate: preempt: taking back; say taking over"},
			{200 * ms, Failed{Job: 1, Why: "eth0: no such interface"}, "deactivate: eth0: no such interface; say giving up"},
			{300 * ms, Lowered{Job: 2}, "say standby"},
			{400 * ms, says(Serving), ""},
			{1300 * ms, says(Serving), "say standby"},
		}},
		{"a backup without a key serves until it hears Running", legacy, []turn{
			{0, Tick{}, "send stopped"},
			{100 * ms, Heard{Beat: Beat{Message: Running}}, "activate: preempt: taking back"},
			{200 * ms, Raised{Job: 1}, "send running"},
		}},
	})
}
