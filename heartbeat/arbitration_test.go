package heartbeat

import "testing"

// Every path works one way: the partner took over from a router that it does
// not hear.
func TestUnheard(t *testing.T) {
	deaf := func(b *Beat) { b.Deaf = true }
	const again = "announce: partner active: resending arps; say serving"
	serving := []turn{
		{0, Tick{}, "say standby"},
		{100 * ms, says(PhaseStandby), "activate: backup inactive: activating lvs; say taking over"},
		{200 * ms, Raised{Job: 1}, "say serving"},
	}
	exchanges(t, []exchange{
		{"whoever hears gives way", keyedPrimary, append(serving[:3:3],
			turn{1200 * ms, says(Serving, deaf), again},
			turn{2200 * ms, says(Serving, deaf), again},
			turn{3200 * ms, says(Serving, deaf), again},
			turn{4200 * ms, says(Serving, deaf), again},
			turn{5200 * ms, says(Serving, deaf), "deactivate: partner active, and does not hear this router: deactivating LVS"},
		)},
		{"it heard this router at last", keyedPrimary, append(serving[:3:3],
			turn{1200 * ms, says(Serving, deaf), again},
			turn{2200 * ms, says(Serving), again},
			turn{3200 * ms, says(Serving, deaf), again},
			turn{4200 * ms, says(Serving, deaf), again},
			turn{5200 * ms, says(Serving, deaf), again},
		)},
	})
}

func TestBothStandby(t *testing.T) {
	exchanges(t, []exchange{
		{"the primary goes first", keyedPrimary, []turn{
			{0, Tick{}, "say standby"},
			{100 * ms, says(PhaseStandby), "activate: backup inactive: activating lvs; say taking over"},
			{200 * ms, Raised{Job: 2}, ""},
			{300 * ms, Raised{Job: 1}, "say serving"},
			{400 * ms, Raised{Job: 1}, ""},
		}},
		{"the backup waits for it, and not for ever", keyedBackup, []turn{
			{0, Tick{}, "say standby"},
			{100 * ms, says(PhaseStandby), ""},
			{1100 * ms, says(PhaseStandby), "say standby"},
			{2100 * ms, says(PhaseStandby), "say standby"},
			{3100 * ms, says(PhaseStandby), "activate: primary inactive: activating lvs; say taking over"},
		}},
		{"the backup goes first with fewer faults", keyedBackup, []turn{
			{0, Tick{}, "say standby"},
			{100 * ms, says(PhaseStandby, faulty(1)), "activate: primary inactive: activating lvs; say taking over"},
		}},
		{"the primary waits with more faults", keyedPrimary, []turn{
			{0, Fit{Faults: 2, Why: "track_script web"}, "warning: track_script web; say standby faults 2"},
			{0, Tick{}, ""},
			{100 * ms, says(PhaseStandby, faulty(1)), ""},
			{1100 * ms, says(PhaseStandby, faulty(1)), "say standby faults 2"},
			{2200 * ms, says(PhaseStandby, faulty(1)), "activate: backup inactive: activating lvs; say taking over faults 2"},
		}},
		{"nobody waits for a held one", keyedBackup, []turn{
			{0, Tick{}, "say standby"},
			{100 * ms, says(PhaseStandby, heldBeat), "activate: primary inactive: activating lvs; say taking over"},
		}},
		{"the one that reaches servers goes first", keyedPrimary, []turn{
			{0, Facts{Up: 0, Servers: 4}, "say standby"},
			{100 * ms, says(PhaseStandby, servers(4)), ""},
			{200 * ms, Facts{Up: 1, Servers: 4}, ""},
			{1100 * ms, says(PhaseStandby, servers(4)), "activate: backup inactive: activating lvs; say taking over"},
		}},
		{"what is let go is taken at once, when it is gone", keyedBackup, []turn{
			{0, Tick{}, "say standby"},
			{100 * ms, says(Serving), ""},
			{200 * ms, says(Dropping), ""},
			{300 * ms, says(PhaseStandby), "activate: primary inactive: activating lvs; say taking over"},
		}},
		{"what never goes is taken after deadtime", keyedBackup, []turn{
			{0, Tick{}, "say standby"},
			{100 * ms, says(Serving), ""},
			{1000 * ms, says(Dropping), "say standby"},
			{2000 * ms, says(Dropping), "say standby"},
			{3000 * ms, says(Dropping), "say standby"},
			{4000 * ms, says(Dropping), "activate: primary inactive: activating lvs; say taking over"},
		}},
		{"a restarted one has let go of nothing", keyedBackup, []turn{
			{0, Tick{}, "say standby"},
			{100 * ms, says(Serving), ""},
			{1100 * ms, says(PhaseStandby, rebooted), "say standby"},
		}},
	})
}

func TestBothActive(t *testing.T) {
	alone := []turn{
		{0, Tick{}, "say standby"},
		{1000 * ms, Tick{}, "say standby"},
		{2000 * ms, Tick{}, "say standby"},
		{3000 * ms, Tick{}, "warning: public path: no heartbeat for 3s; activate: partner dead: activating lvs; say taking over"},
		{3100 * ms, Raised{Job: 1}, "say serving"},
	}
	exchanges(t, []exchange{
		{"the primary stays, and announces", keyedPrimary, append(alone[:5:5], []turn{
			{3500 * ms, says(Serving), "info: public path: heartbeat again after 3.5s"},
			{4100 * ms, says(Serving), "announce: partner active: resending arps; say serving"},
			{4200 * ms, says(Serving), ""},
			{5100 * ms, says(Dropping), "say serving"},
			{5200 * ms, says(PhaseStandby), "announce: partner inactive: resending arps"},
			{6200 * ms, says(PhaseStandby), "say serving"},
			{8000 * ms, says(PhaseStandby), "say serving"},
			{10000 * ms, says(PhaseStandby), "say serving"},
			{10200 * ms, Tick{}, "announce: resending arps once more"},
		}...)},
		{"the backup gives up, and says so when it has", keyedBackup, append(alone[:5:5], []turn{
			{3500 * ms, says(Serving), "info: public path: heartbeat again after 3.5s; deactivate: partner active: deactivating LVS"},
			{4500 * ms, Tick{}, ""},
			{4550 * ms, Lowered{Job: 1}, ""},
			{4560 * ms, Lowered{Job: 2}, "say standby"},
		}...)},
		{"it is heard before it is taken for dead", keyedBackup, append(alone[:5:5], []turn{
			{3500 * ms, says(Serving), "info: public path: heartbeat again after 3.5s; deactivate: partner active: deactivating LVS"},
			{4600 * ms, Tick{}, "say giving up"},
		}...)},
		{"the backup stays with fewer faults", keyedBackup, append(alone[:5:5], []turn{
			{4000 * ms, says(Serving, faulty(1)), "info: public path: heartbeat again after 4s"},
			{4200 * ms, says(Dropping, faulty(1)), "say serving"},
			{4300 * ms, says(PhaseStandby, faulty(1)), "announce: partner inactive: resending arps"},
		}...)},
		{"the primary gives up with more faults", keyedPrimary, append(alone[:5:5], []turn{
			{3200 * ms, Fit{Faults: 2, Why: "track_script web"}, "warning: track_script web; say serving faults 2"},
			{3500 * ms, says(Serving, faulty(1)), "info: public path: heartbeat again after 3.5s; deactivate: partner active: deactivating LVS"},
		}...)},
		{"nobody gives up for one that is about to", keyedBackup, append(alone[:5:5], []turn{
			{3500 * ms, says(Taking), "info: public path: heartbeat again after 3.5s"},
			{3600 * ms, says(Serving), "deactivate: partner active: deactivating LVS"},
		}...)},
		{"one that is about to gives up for one that serves", keyedBackup, append(alone[:4:4], []turn{
			{3500 * ms, says(Taking), "info: public path: heartbeat again after 3.5s"},
			{3600 * ms, says(Serving), "deactivate: partner active: deactivating LVS"},
			{3600 * ms, Raised{Job: 1}, ""},
			{3700 * ms, Lowered{Job: 2}, "say standby"},
		}...)},
		{"nothing is taken while it is given up", keyedBackup, append(alone[:5:5], []turn{
			{3500 * ms, says(Serving), "info: public path: heartbeat again after 3.5s; deactivate: partner active: deactivating LVS"},
			{3600 * ms, says(Yielding), ""},
			{3700 * ms, Lowered{Job: 2}, "say standby"},
			{3800 * ms, says(Yielding), "activate: primary inactive: activating lvs; say taking over"},
		}...)},
		{"one that hands over hears at once that it can", keyedPrimary, append(alone[:5:5], []turn{
			{3500 * ms, says(Yielding), "info: public path: heartbeat again after 3.5s; say serving"},
			{3600 * ms, says(Yielding), ""},
			{3700 * ms, says(PhaseStandby), "announce: partner inactive: resending arps"},
		}...)},
		{"both hand over", keyedBackup, append(alone[:5:5], []turn{
			{3200 * ms, says(PhaseStandby), "info: public path: heartbeat again after 3.2s; announce: partner inactive: resending arps"},
			{3300 * ms, Switchover{}, "info: switchover: the primary takes over; say handing over"},
			{3400 * ms, says(Yielding), ""}, // it may let go to us just now
			{3450 * ms, says(Dropping), ""},
		}...)},
		{"both go on handing over", keyedBackup, append(alone[:5:5], []turn{
			{3200 * ms, says(PhaseStandby), "info: public path: heartbeat again after 3.2s; announce: partner inactive: resending arps"},
			{3300 * ms, Switchover{}, "info: switchover: the primary takes over; say handing over"},
			{3400 * ms, says(Yielding), ""},
			{3500 * ms, Tick{}, "say handing over"},
			{3700 * ms, Tick{}, "say handing over"},
			{3900 * ms, Tick{}, "say handing over"},
			{4100 * ms, Tick{}, "say handing over"},
			{4200 * ms, says(Yielding), ""},
			{4300 * ms, says(Yielding), "deactivate: partner active: deactivating LVS; say giving up"},
		}...)},
	})
}
