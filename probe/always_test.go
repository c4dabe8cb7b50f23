package probe

import "testing"

func TestAlways(t *testing.T) {
	wantResult(t, Always{Up: true}.Probe(t.Context(), here), true, "not checked")
	wantResult(t, Always{}.Probe(t.Context(), here), false, "switched off")
	if a, b := (Always{Up: true}).String(), (Always{}).String(); a != "none" || b != "off" {
		t.Error(a, b)
	}
}
