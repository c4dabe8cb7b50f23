package heartbeat

import "testing"

func TestService(t *testing.T) {
	primary := with(keyedPrimary, func(s *Settings) { s.Fos = true })
	backup := with(keyedBackup, func(s *Settings) { s.Fos = true })
	legacy := with(backup, func(s *Settings) { s.Keyed = false })
	failed := PartnerFailed{Why: "nginx: connection refused"}
	exchanges(t, []exchange{
		{"the partner's service fails, and it is told to stop", backup, []turn{
			{0, failed, "say standby"},
			{100 * ms, says(Serving, fosBeat), ""},
			{1200 * ms, failed, "warning: nginx: connection refused; activate: partner's service failed: activating; say taking over stop"},
			{1300 * ms, Raised{Job: 1}, "say serving stop"},
			{1400 * ms, says(Serving, fosBeat), ""},
			{1500 * ms, says(Dropping, fosBeat), ""},
			{2400 * ms, says(PhaseStandby, fosBeat), "announce: partner inactive: resending arps; say serving"},
		}},
		{"told to stop, the primary does", primary, []turn{
			{0, Tick{}, "say standby"},
			{100 * ms, says(PhaseStandby, fosBeat), "activate: backup inactive: activating lvs; say taking over"},
			{200 * ms, Raised{Job: 1}, "say serving"},
			{300 * ms, says(Taking, fosBeat, stopBeat), "deactivate: partner runs the service: deactivating; say giving up"},
			{400 * ms, Lowered{Job: 2}, "say standby"},
			{500 * ms, says(Serving, fosBeat), ""},
			{600 * ms, failed, ""},
			{1600 * ms, says(Serving, fosBeat), "say standby"},
			{3600 * ms, says(Serving, fosBeat), "say standby"},
			{5600 * ms, says(Serving, fosBeat), "say standby"},
			{7600 * ms, says(Serving, fosBeat), "say standby"},
			{9600 * ms, says(Serving, fosBeat), "say standby"},
			{10400 * ms, failed, "warning: nginx: connection refused; activate: partner's service failed: activating; say taking over stop"},
		}},
		{"without a key", legacy, []turn{
			{0, Tick{}, "send fos stopped"},
			{100 * ms, Heard{Beat: Beat{Message: FOSRunning}}, ""},
			{200 * ms, failed, "warning: nginx: connection refused; activate: partner's service failed: activating; send fos running; send fos stop"},
			{300 * ms, Raised{Job: 1}, ""},
			{1200 * ms, Heard{Beat: Beat{Message: FOSRunning}}, "send fos running; send fos stop"},
			{2200 * ms, Heard{Beat: Beat{Message: FOSStopped}}, "announce: partner inactive: resending arps; send fos running"},
			{3200 * ms, Heard{Beat: Beat{Message: FOSStop}}, "deactivate: partner runs the service: deactivating"},
			{3300 * ms, Lowered{Job: 2}, "send fos stopped"},
			{3400 * ms, Heard{Beat: Beat{Message: Running}}, "warning: Incompatible heartbeat received -- other system not using identical services"},
		}},
		{"not held, not unfit, and not for service = lvs", with(backup, func(s *Settings) { s.Held = true }), []turn{
			{0, Tick{}, "say standby held"},
			{100 * ms, says(Serving, fosBeat), ""},
			{200 * ms, failed, ""},
			{300 * ms, Hold{On: false}, "info: not held any more: this router takes over where it must; say standby"},
			{400 * ms, Fit{Faults: 1, Cut: true, Why: "gateway"}, "warning: gateway; warning: Local NIC link failure: Pulse disabled; say standby faults 1"},
			{500 * ms, failed, ""},
		}},
	})
}
