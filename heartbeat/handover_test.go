package heartbeat

import "testing"

func TestHandover(t *testing.T) {
	exchanges(t, []exchange{
		{"switchover: the other serves before this one stops", keyedPrimary, append(serving[:3:3], []turn{
			{300 * ms, Switchover{}, "info: switchover: the backup takes over; say handing over"},
			{400 * ms, says(PhaseStandby), ""},
			{500 * ms, Tick{}, "say handing over"},
			{550 * ms, says(Taking), ""},
			{600 * ms, says(Serving), "deactivate: partner active: deactivating LVS; say giving up"},
			{700 * ms, Lowered{Job: 2}, "say standby"},
			{1600 * ms, says(Serving), ""},
		}...)},
		{"switchover: the other does not take", keyedPrimary, append(serving[:3:3], []turn{
			{300 * ms, Switchover{}, "info: switchover: the backup takes over; say handing over"},
			{1300 * ms, says(PhaseStandby), "say handing over"},
			{2300 * ms, says(PhaseStandby), "say handing over"},
			{3300 * ms, Tick{}, "warning: the backup did not take over: serving on; say serving"},
		}...)},
		{"switchover: the other gets the time to raise", keyedPrimary, append(serving[:3:3], []turn{
			{300 * ms, Switchover{}, "info: switchover: the backup takes over; say handing over"},
			{1300 * ms, says(PhaseStandby), "say handing over"},
			{2300 * ms, says(PhaseStandby), "say handing over"},
			{3200 * ms, says(Taking), "say handing over"},
			{4200 * ms, says(Taking), "say handing over"},
			{5200 * ms, says(Taking), "say handing over"},
			{6200 * ms, Tick{}, "warning: the backup did not take over: serving on; say serving"},
		}...)},
		{"switchover: asked by the other", keyedPrimary, append(serving[:3:3], []turn{
			{300 * ms, says(PhaseStandby, wanting, heldBeat), "info: switchover: the backup asks for it; warning: switchover: the backup is held: pulse hold off, there"},
			{400 * ms, says(PhaseStandby, wanting), ""},
			{500 * ms, says(PhaseStandby), ""},
			{600 * ms, says(PhaseStandby, wanting), "info: switchover: the backup asks for it; info: switchover: the backup takes over; say handing over"},
			{700 * ms, says(Serving), "deactivate: partner active: deactivating LVS; say giving up"},
		}...)},
		{"switchover: asking", keyedBackup, []turn{
			{0, Switchover{}, "warning: switchover: the primary does not serve: it is unknown; say standby"},
			{100 * ms, says(Serving), ""},
			{200 * ms, Switchover{}, "info: switchover: asking the primary to hand over; say standby wants"},
			{300 * ms, says(Yielding), "activate: primary inactive: activating lvs; say taking over"},
			{400 * ms, Raised{Job: 1}, "say serving"},
			{500 * ms, says(Dropping), ""},
			{600 * ms, says(PhaseStandby), "announce: partner inactive: resending arps"},
			{700 * ms, says(PhaseStandby), ""},
		}},
		{"switchover: asking in vain", keyedBackup, []turn{
			{0, Tick{}, "say standby"},
			{100 * ms, says(Serving), ""},
			{200 * ms, Switchover{}, "info: switchover: asking the primary to hand over; say standby wants"},
			{1200 * ms, says(Serving), "say standby wants"},
			{2200 * ms, says(Serving), "say standby wants"},
			{3200 * ms, Tick{}, "warning: switchover: the primary did not hand over; say standby"},
		}},
		{"switchover: refused", keyedPrimary, append(serving[:3:3], []turn{
			{300 * ms, says(PhaseStandby, heldBeat), ""},
			{300 * ms, Switchover{}, "warning: switchover: the backup is held: pulse hold off, there"},
			{400 * ms, says(PhaseStandby, faulty(1)), ""},
			{400 * ms, Switchover{}, "warning: switchover: the backup is less fit than this router"},
			{500 * ms, says(Dropping), ""},
			{500 * ms, Switchover{}, "warning: switchover: the backup still gives up its addresses: try again"},
			{600 * ms, says(Serving), ""},
			{600 * ms, Switchover{}, "warning: switchover: the backup serves already"},
		}...)},
		{"switchover: there is nobody", with(keyedPrimary, func(s *Settings) { s.Partner = false }), []turn{
			{0, Switchover{}, "warning: switchover: there is no other router; activate: no backup router: activating lvs"},
		}},
		{"switchover: a partner without a key", with(keyedBackup, func(s *Settings) { s.Keyed = false }), []turn{
			{0, Tick{}, "send stopped"},
			{100 * ms, Heard{Beat: Beat{Message: Running}}, ""},
			{150 * ms, Switchover{}, "warning: switchover: without a key the primary cannot be asked: pulse switchover, there"},
			{1200 * ms, Heard{Beat: Beat{Message: Stopped}}, "activate: primary inactive: activating lvs; send stopped"},
			{1300 * ms, Raised{Job: 1}, "send running"},
			{2300 * ms, Switchover{}, "info: switchover: the primary takes over; send stopped"},
			{2400 * ms, Heard{Beat: Beat{Message: Running}}, "deactivate: partner active: deactivating LVS"},
			{2500 * ms, Lowered{Job: 2}, "send stopped"},
		}},
		{"leave: gone when the addresses are", keyedPrimary, append(serving[:3:3], []turn{
			{300 * ms, Leave{}, "info: stopping: the backup takes over; say handing over"},
			{400 * ms, says(Taking), ""},
			{500 * ms, says(Serving), "deactivate: partner active: deactivating LVS; say giving up"},
			{500 * ms, Leave{}, ""},
			{600 * ms, says(Serving), ""},
			{700 * ms, Lowered{Job: 2}, "say standby; gone"},
			{800 * ms, Tick{}, ""},
		}...)},
		{"leave: nobody would take it", keyedPrimary, append(serving[:3:3], []turn{
			{300 * ms, says(PhaseStandby, heldBeat), ""},
			{300 * ms, Leave{}, "deactivate: stopping: deactivating LVS; say giving up"},
			{400 * ms, Lowered{Job: 2}, "say standby; gone"},
		}...)},
		{"leave: before the addresses are up", keyedPrimary, append(serving[:2:2], []turn{
			{150 * ms, Leave{}, "deactivate: stopping: deactivating LVS; say giving up"},
			{200 * ms, Raised{Job: 1}, ""},
			{300 * ms, Failed{Job: 1, Why: "too late"}, ""},
			{400 * ms, Lowered{Job: 2}, "say standby; gone"},
		}...)},
		{"leave: while giving up", keyedPrimary, append(serving[:3:3], []turn{
			{300 * ms, Failed{Why: "lvsd died"}, "deactivate: lvsd died; say giving up"},
			{400 * ms, Leave{}, ""},
			{500 * ms, Lowered{Job: 2}, "say standby; gone"},
		}...)},
		{"an offer is taken blind, not held", keyedBackup, []turn{
			{0, Facts{Up: 0, Servers: 4}, "say standby"},
			{100 * ms, says(Serving, servers(4)), ""},
			{200 * ms, Hold{On: true}, "info: held: this router does not take over; say standby held blind"},
			{300 * ms, says(Yielding, servers(4)), ""},
			{400 * ms, Hold{On: false}, "info: not held any more: this router takes over where it must; say standby blind"},
			{500 * ms, says(Yielding, servers(4)), "activate: primary inactive: activating lvs; say taking over blind"},
		}},
	})
}
