package bench

import "testing"

func TestFigure(t *testing.T) {
	tests := []struct {
		f    Figure
		want string
	}{
		{Figure{"failover/crash/gap-median-s", 2.414, "keepalived", 3.018, true}, "bench failover/crash/gap-median-s ours=2.41 peer=keepalived:3.02 ratio=0.80"},
		{Figure{"failover/planned/lost-median", 0, "keepalived", 12, false}, "bench failover/planned/lost-median ours=0 peer=keepalived:12 ratio=0.00"},
		{Figure{"even", 2.5, "keepalived", 5, false}, "bench even ours=2.50 peer=keepalived:5 ratio=0.50"},
		{Figure{"whole", 2, "keepalived", 1, true}, "bench whole ours=2.00 peer=keepalived:1.00 ratio=2.00"},
		{Figure{"both nothing", 0, "keepalived", 0, false}, "bench both nothing ours=0 peer=keepalived:0 ratio=1.00"},
		{Figure{"peer nothing", 3, "keepalived", 0, false}, "bench peer nothing ours=3 peer=keepalived:0 ratio=inf"},
	}
	for _, tt := range tests {
		if got := tt.f.String(); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

func TestMedian(t *testing.T) {
	tests := []struct {
		values []float64
		want   float64
	}{
		{[]float64{4}, 4},
		{[]float64{5, 1}, 3},
		{[]float64{9, 1, 2}, 2},
		{[]float64{9, 1, 2, 4}, 3},
	}
	for _, tt := range tests {
		if got := median(tt.values); got != tt.want {
			t.Errorf("median of %v is %v, want %v", tt.values, got, tt.want)
		}
	}
}
