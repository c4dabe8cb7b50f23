package heartbeat

import "testing"

func TestHold(t *testing.T) {
	held := with(keyedBackup, func(s *Settings) { s.Held = true })
	exchanges(t, []exchange{
		{"held, a dead partner is told of once", held, []turn{
			{0, Tick{}, "say standby held"},
			{1000 * ms, Tick{}, "say standby held"},
			{2000 * ms, Tick{}, "say standby held"},
			{3000 * ms, Tick{}, "warning: public path: no heartbeat for 3s; warning: partner dead, but this router is held: nobody serves; say standby held"},
			{4000 * ms, Tick{}, "say standby held"},
			{4500 * ms, Hold{On: false}, "info: not held any more: this router takes over where it must; activate: partner dead: activating lvs; say taking over"},
			{4500 * ms, Hold{On: false}, ""},
		}},
		{"held, an inactive partner too", held, []turn{
			{0, Tick{}, "say standby held"},
			{100 * ms, says(Serving), ""},
			{1100 * ms, says(PhaseStandby), "say standby held"},
			{2100 * ms, says(PhaseStandby), "say standby held"},
			{3200 * ms, says(PhaseStandby), "warning: partner inactive, but this router is held: nobody serves; say standby held"},
			{4200 * ms, says(PhaseStandby), "say standby held"},
			{4300 * ms, Hold{On: false}, "info: not held any more: this router takes over where it must; activate: primary inactive: activating lvs; say taking over"},
		}},
		{"held and active, it goes on, and does not come back", keyedPrimary, append(serving[:3:3], []turn{
			{300 * ms, Hold{On: true}, "info: held: this router does not take over; say serving held"},
			{1300 * ms, says(PhaseStandby), "say serving held"},
			{1400 * ms, Switchover{}, "info: switchover: the backup takes over; say handing over held"},
			{1500 * ms, says(Serving), "deactivate: partner active: deactivating LVS; say giving up held"},
			{1600 * ms, Lowered{Job: 2}, "say standby held"},
			{1700 * ms, says(PhaseStandby), ""},
		}...)},
		{"forceactive", with(held, func(s *Settings) { s.ForceActive = true }), []turn{
			{0, Tick{}, "activate: forceactive: activating lvs; say taking over held"},
		}},
		{"alone", with(held, func(s *Settings) { s.Role, s.Partner = Primary, false }), []turn{
			{0, Tick{}, "warning: this router is held: nobody serves"},
			{100 * ms, Hold{On: false}, "info: not held any more: this router takes over where it must; activate: no backup router: activating lvs"},
		}},
		{"without a key", with(held, func(s *Settings) { s.Keyed = false }), []turn{
			{0, Tick{}, "send stopped"},
			{100 * ms, Heard{Beat: Beat{Message: Running}}, ""},
			{1200 * ms, Heard{Beat: Beat{Message: Stopped}}, "send stopped"},
			{2200 * ms, Heard{Beat: Beat{Message: Stopped}}, "send stopped"},
			{3300 * ms, Heard{Beat: Beat{Message: Stopped}}, "warning: partner inactive, but this router is held: nobody serves; send stopped"},
			{3400 * ms, Hold{On: false}, "info: not held any more: this router takes over where it must; activate: primary inactive: activating lvs"},
		}},
		{"blind", keyedBackup, []turn{
			{0, Facts{Up: 0, Servers: 4}, "say standby"},
			{100 * ms, says(Serving, servers(3)), ""},
			{1000 * ms, Tick{}, "say standby blind"},
			{2000 * ms, Tick{}, "say standby blind"},
			{3100 * ms, Tick{}, "warning: public path: no heartbeat for 3s; warning: partner dead, but no real server answers here while 3 of 4 answered there: not taking over blind; say standby blind"},
			{4100 * ms, Tick{}, "say standby blind"},
			{4200 * ms, Facts{Up: 1, Servers: 4}, "activate: partner dead: activating lvs; say taking over"},
		}},
		{"not blind: nothing answered there either", keyedBackup, []turn{
			{0, Facts{Up: 0, Servers: 4}, "say standby"},
			{100 * ms, says(Serving, servers(0)), ""},
			{1000 * ms, Tick{}, "say standby"},
			{2000 * ms, Tick{}, "say standby"},
			{3100 * ms, Tick{}, "warning: public path: no heartbeat for 3s; activate: partner dead: activating lvs; say taking over"},
		}},
	})
}
