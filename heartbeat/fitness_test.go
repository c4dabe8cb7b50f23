package heartbeat

import "testing"

// serving is how a primary comes to serve beside a standby backup.
var serving = []turn{
	{0, Tick{}, "say standby"},
	{100 * ms, says(PhaseStandby), "activate: backup inactive: activating lvs; say taking over"},
	{200 * ms, Raised{Job: 1}, "say serving"},
}

func TestFitness(t *testing.T) {
	cut := Fit{Faults: 2, Cut: true, Why: "Primary NIC: link down"}
	web := Fit{Faults: 1, Why: "track_script web"}
	legacy := with(keyedPrimary, func(s *Settings) { s.Keyed = false })
	exchanges(t, []exchange{
		{"faults: the other serves before this one stops", keyedPrimary, append(serving[:3:3], []turn{
			{300 * ms, web, "warning: track_script web; warning: not fit (track_script web): the backup takes over; say handing over faults 1"},
			{400 * ms, says(Taking), ""},
			{500 * ms, says(Serving), "deactivate: partner active: deactivating LVS; say giving up faults 1"},
			{600 * ms, Lowered{Job: 2}, "say standby faults 1"},
			{700 * ms, Fit{}, "info: fit to serve again; say standby"},
		}...)},
		{"faults: the other does not take", keyedPrimary, append(serving[:3:3], []turn{
			{300 * ms, web, "warning: track_script web; warning: not fit (track_script web): the backup takes over; say handing over faults 1"},
			{1300 * ms, says(PhaseStandby), "say handing over faults 1"},
			{2300 * ms, says(PhaseStandby), "say handing over faults 1"},
			{3300 * ms, says(PhaseStandby), "warning: the backup did not take over: serving on; say serving faults 1"},
			{4300 * ms, says(PhaseStandby), "say serving faults 1"},
			{5300 * ms, says(PhaseStandby), "say serving faults 1"},
			{6300 * ms, says(PhaseStandby), "say serving faults 1"},
			{7300 * ms, says(PhaseStandby), "say serving faults 1"},
			{8300 * ms, says(PhaseStandby), "say serving faults 1"},
			{9300 * ms, says(PhaseStandby), "say serving faults 1"},
			{10300 * ms, says(PhaseStandby), "say serving faults 1"},
			{11300 * ms, says(PhaseStandby), "say serving faults 1"},
		}...)},
		{"faults: and is tried again when something changed", keyedPrimary, append(serving[:3:3], []turn{
			{300 * ms, web, "warning: track_script web; warning: not fit (track_script web): the backup takes over; say handing over faults 1"},
			{1300 * ms, says(PhaseStandby), "say handing over faults 1"},
			{2300 * ms, says(PhaseStandby), "say handing over faults 1"},
			{3300 * ms, says(PhaseStandby), "warning: the backup did not take over: serving on; say serving faults 1"},
			{4300 * ms, Fit{Faults: 2, Why: "track_script dns"}, "warning: track_script dns; say serving faults 2"},
			{5300 * ms, says(PhaseStandby), "say serving faults 2"},
			{6300 * ms, says(PhaseStandby), "say serving faults 2"},
			{7300 * ms, says(PhaseStandby), "say serving faults 2"},
			{8300 * ms, says(PhaseStandby), "say serving faults 2"},
			{9300 * ms, says(PhaseStandby), "say serving faults 2"},
			{10300 * ms, says(PhaseStandby), "warning: not fit (track_script dns): the backup takes over; say handing over faults 2"},
		}...)},
		{"faults: cured before the other took", keyedPrimary, append(serving[:3:3], []turn{
			{300 * ms, web, "warning: track_script web; warning: not fit (track_script web): the backup takes over; say handing over faults 1"},
			{400 * ms, Fit{}, "info: fit to serve again; info: no less fit than the backup any more: serving on; say serving"},
		}...)},
		{"faults: not to a held one, nor one with as many, nor a blind one", keyedPrimary, append(serving[:3:3], []turn{
			{300 * ms, says(PhaseStandby, heldBeat), ""},
			{400 * ms, web, "warning: track_script web; say serving faults 1"},
			{1300 * ms, says(PhaseStandby, faulty(1)), ""},
			{2300 * ms, says(PhaseStandby, func(b *Beat) { b.Blind = true }), "say serving faults 1"},
		}...)},
		{"faults: some service beats none", keyedBackup, []turn{
			{0, web, "warning: track_script web; say standby faults 1"},
			{1000 * ms, Tick{}, "say standby faults 1"},
			{2000 * ms, Tick{}, "say standby faults 1"},
			{3000 * ms, Tick{}, "warning: public path: no heartbeat for 3s; activate: partner dead: activating lvs; say taking over faults 1"},
			{3100 * ms, Raised{Job: 1}, "say serving faults 1"},
		}},
		{"cut: silence proves nothing", keyedBackup, []turn{
			{0, cut, "warning: Primary NIC: link down; warning: Local NIC link failure: Pulse disabled; say standby faults 2"},
			{1000 * ms, Tick{}, "say standby faults 2"},
			{2000 * ms, Tick{}, "say standby faults 2"},
			{3000 * ms, Tick{}, "warning: public path: no heartbeat for 3s; warning: no heartbeat, but this router's own network is in doubt: not taking over; say standby faults 2"},
			{4000 * ms, Tick{}, "say standby faults 2"},
			{4100 * ms, Fit{Faults: 1}, "info: Local NIC link(s) restored: Pulse enabled; say standby faults 1"},
			{5100 * ms, Tick{}, "say standby faults 1"},
			{6100 * ms, Tick{}, "say standby faults 1"},
			{7100 * ms, Tick{}, "warning: public path: no heartbeat for 3s; activate: partner dead: activating lvs; say taking over faults 1"},
		}},
		{"cut: active and the partner silent", keyedPrimary, append(serving[:3:3], []turn{
			{300 * ms, says(PhaseStandby, faulty(3)), ""},
			{400 * ms, cut, "warning: Primary NIC: link down; warning: Local NIC link failure: Pulse disabled; say serving faults 2"},
			{1400 * ms, Tick{}, "say serving faults 2"},
			{2400 * ms, Tick{}, "say serving faults 2"},
			{3300 * ms, Tick{}, "warning: public path: no heartbeat for 3s; warning: partner dead; deactivate: local link failure: deactivating LVS; say giving up faults 2"},
		}...)},
		{"cut: handed over, and given up if nobody takes", keyedPrimary, append(serving[:3:3], []turn{
			{300 * ms, cut, "warning: Primary NIC: link down; warning: Local NIC link failure: Pulse disabled; warning: not fit (Primary NIC: link down): the backup takes over; say handing over faults 2"},
			{1300 * ms, says(PhaseStandby), "say handing over faults 2"},
			{2300 * ms, says(PhaseStandby), "say handing over faults 2"},
			{3300 * ms, Tick{}, "deactivate: local link failure: deactivating LVS; say giving up faults 2"},
			{3400 * ms, Lowered{Job: 2}, "say standby faults 2"},
			{3500 * ms, says(PhaseStandby), ""},
			{4500 * ms, says(PhaseStandby), "say standby faults 2"},
			{5500 * ms, says(PhaseStandby), "say standby faults 2"},
			{6500 * ms, says(PhaseStandby, faulty(3)), "activate: backup inactive: activating lvs; say taking over faults 2"},
		}...)},
		{"cut: at once without a key", legacy, []turn{
			{0, Tick{}, "send stopped"},
			{100 * ms, Heard{Beat: Beat{Message: Stopped}}, "activate: backup inactive: activating lvs; send running"},
			{200 * ms, Raised{Job: 1}, ""},
			{300 * ms, cut, "warning: Primary NIC: link down; warning: Local NIC link failure: Pulse disabled; deactivate: local link failure: deactivating LVS"},
			{400 * ms, Lowered{Job: 2}, "send stopped"},
			{1400 * ms, Heard{Beat: Beat{Message: Stopped}}, "send stopped"},
		}},
		{"faults: without a key, once, to a living partner", legacy, []turn{
			{0, Tick{}, "send stopped"},
			{100 * ms, Heard{Beat: Beat{Message: Stopped}}, "activate: backup inactive: activating lvs; send running"},
			{200 * ms, Raised{Job: 1}, ""},
			{300 * ms, web, "warning: track_script web; deactivate: not fit (track_script web): deactivating LVS"},
			{400 * ms, Lowered{Job: 2}, "send stopped"},
			{1100 * ms, Heard{Beat: Beat{Message: Stopped}}, ""},
			{2100 * ms, Heard{Beat: Beat{Message: Stopped}}, "send stopped"},
			{3400 * ms, Heard{Beat: Beat{Message: Stopped}}, "activate: backup inactive: activating lvs; send running"},
			{3500 * ms, Raised{Job: 3}, ""},
			{4500 * ms, Heard{Beat: Beat{Message: Stopped}}, "send running"},
		}},
	})
}
