package bench

import "testing"

func TestFigure(t *testing.T) {
	tests := []struct {
		f    Figure
		want string
	}{
		{Figure{Name: "failover/crash/gap-median-s", Ours: 2.414, Peer: "keepalived", PeerValue: 3.018, Fractional: true}, "bench failover/crash/gap-median-s ours=2.41 peer=keepalived:3.02 ratio=0.80"},
		{Figure{Name: "failover/planned/lost-median", Ours: 0, Peer: "keepalived", PeerValue: 12}, "bench failover/planned/lost-median ours=0 peer=keepalived:12 ratio=0.00"},
		{Figure{Name: "even", Ours: 2.5, Peer: "keepalived", PeerValue: 5}, "bench even ours=2.50 peer=keepalived:5 ratio=0.50"},
		{Figure{Name: "whole", Ours: 2, Peer: "keepalived", PeerValue: 1, Fractional: true}, "bench whole ours=2.00 peer=keepalived:1.00 ratio=2.00"},
		{Figure{Name: "both nothing", Ours: 0, Peer: "keepalived", PeerValue: 0}, "bench both nothing ours=0 peer=keepalived:0 ratio=1.00"},
		{Figure{Name: "peer nothing", Ours: 3, Peer: "keepalived", PeerValue: 0}, "bench peer nothing ours=3 peer=keepalived:0 ratio=inf"},
		{Figure{Name: "met", Ours: 1, Peer: "ipvsadm", PeerValue: 5, Want: 0.2}, "bench met ours=1 peer=ipvsadm:5 ratio=0.20 want<=0.20 met"},
		{Figure{Name: "missed", Ours: 2, Peer: "ipvsadm", PeerValue: 5, Want: 0.2, Note: "slow"}, "bench missed ours=2 peer=ipvsadm:5 ratio=0.40 want<=0.20 MISSED (slow)"},
		{Figure{Name: "nothing wanted", Peer: bound, Want: 1}, "bench nothing wanted ours=0 peer=bound:0 ratio=1.00 want<=1.00 met"},
		{Figure{Name: "something", Ours: 1, Peer: bound, Want: 1}, "bench something ours=1 peer=bound:0 ratio=inf want<=1.00 MISSED"},
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
