package lvscf

import "testing"

func TestNearest(t *testing.T) {
	words := names(InVirtual)
	for in, want := range map[string]string{
		"shceduler": "scheduler", "Port": "port", "sorry-server": "sorry_server", "persistant": "persistent",
		"expct": "expect", "colour": "", "x": "", "": "",
		"averyveryveryveryveryveryveryveryverylongword": "",
	} {
		if got := nearest(in, words); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	tests := []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"", "ab", 2}, {"wlcc", "wlc", 1}, {"prot", "port", 1}, {"abc", "xyz", 3}, {"ca", "abc", 3}}
	for _, tt := range tests {
		if got := distance(tt.a, tt.b); got != tt.want {
			t.Errorf("%s %s: %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}
