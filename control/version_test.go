package control

import "testing"

func TestOtherVersion(t *testing.T) {
	const long = "v1.3.0-1234-g0123456789abcdef"
	for _, tt := range []struct {
		partner Partner
		own     string
		want    bool
	}{
		{Partner{Keyed: true, Version: "1.3.0"}, "1.3.0", false},
		{Partner{Keyed: true, Version: "1.2.3"}, "1.3.0", true},
		{Partner{Keyed: true, Version: long[:24]}, long, false},
		{Partner{Keyed: true}, "1.3.0", true},
		{Partner{}, "1.3.0", false}, // Piranha, perhaps
	} {
		if got := tt.partner.OtherVersion(tt.own); got != tt.want {
			t.Errorf("%+v beside %q: %v", tt.partner, tt.own, got)
		}
	}
}
