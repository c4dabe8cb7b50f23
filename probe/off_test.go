package probe

import "testing"

func TestOff(t *testing.T) {
	wantResult(t, Off{}.Probe(t.Context(), here), false, "switched off")
	if got := (Off{}).String(); got != "off" {
		t.Error(got)
	}
}
