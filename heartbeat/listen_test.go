package heartbeat

import (
	"testing"
	"time"
)

func TestListen(t *testing.T) {
	late := says(Serving)
	late.Late = true
	exchanges(t, []exchange{
		{"stalled past deadtime", keyedPrimary, append(serving[:3:3], []turn{
			{3200 * ms, Tick{}, "warning: pulse was not running for 2s: assuming the partner took over; deactivate: stalled: deactivating LVS"},
			{3300 * ms, Lowered{Job: 2}, "say standby"},
			{3400 * ms, says(PhaseStandby), ""},
			{4400 * ms, says(PhaseStandby), "say standby"},
			{5500 * ms, says(PhaseStandby), "activate: backup inactive: activating lvs; say taking over"},
		}...)},
		{"stalled for less", keyedPrimary, append(serving[:3:3], []turn{
			{3100 * ms, says(PhaseStandby), "warning: pulse was not running for 1.9s: listening before judging the partner; say serving"},
		}...)},
		{"stalled while it hands over for good", keyedPrimary, append(serving[:3:3], []turn{
			{300 * ms, Leave{}, "info: stopping: the backup takes over; say handing over"},
			{3300 * ms, Tick{}, "warning: pulse was not running for 2.8s: assuming the partner took over; deactivate: stopping: deactivating LVS; say giving up"},
			{3400 * ms, Lowered{Job: 2}, "say standby; gone"},
		}...)},
		{"a late heartbeat keeps its path alive", keyedBackup, []turn{
			{0, Tick{}, "say standby"},
			{1000 * ms, late, "say standby"},
			{2000 * ms, late, "say standby"},
			{3000 * ms, late, "say standby"},
			{4000 * ms, Tick{}, "say standby"},
			{5000 * ms, Tick{}, "say standby"},
			{6000 * ms, Tick{}, "warning: public path: no heartbeat for 3s; activate: partner dead: activating lvs; say taking over"},
		}},
		{"paths have names, and a number of them is in use", with(keyedBackup, func(s *Settings) { s.Paths = 3 }), []turn{
			{0, Tick{}, "say standby"},
			{1000 * ms, Heard{Path: 3, Beat: says(Serving).Beat}, "say standby"},
			{2000 * ms, Heard{Path: 0, Beat: says(Serving).Beat}, "say standby"},
			{3000 * ms, Tick{}, "warning: private path: no heartbeat for 3s; warning: path 3: no heartbeat for 3s; say standby"},
		}},
		{"new settings are told, and only some begin anew", keyedPrimary, append(serving[:3:3], []turn{
			{300 * ms, Configure{with(keyedPrimary, func(s *Settings) { s.Serial = 2 })}, "say serving"},
			{300 * ms, Switchover{}, "info: switchover: the backup takes over; say handing over"},
			{400 * ms, Configure{with(keyedPrimary, func(s *Settings) { s.Keepalive = time.Second / 2 })}, "say handing over"},
			{500 * ms, Configure{with(keyedPrimary, func(s *Settings) { s.Partner = false })}, ""},
			{900 * ms, Tick{}, ""},
		}...)},
	})
}
