package bench

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWorstOf(t *testing.T) {
	ours, theirs := []float64{100, 230, 180}, []float64{240, 300, 200}
	for _, tt := range []struct {
		name, peer string
		theirs     []float64
		want       []string
	}{
		{"alone", "", nil, []string{
			"bench x-worst-ms ours=230.00 peer=bound:220.00 ratio=1.05 want<=1.00 MISSED (why)",
			"bench x-median-ms ours=180.00 peer=bound:220.00 ratio=0.82",
		}},
		{"beside a peer", "peer", theirs, []string{
			"bench x-worst-ms ours=230.00 peer=bound:220.00 ratio=1.05 want<=1.00 MISSED (why)",
			"bench x-worst-ms ours=230.00 peer=peer:300.00 ratio=0.77 want<=1.00 met",
			"bench x-median-ms ours=180.00 peer=peer:240.00 ratio=0.75 want<=1.00 met",
		}},
	} {
		var got []string
		for _, f := range worstOf("x", ours, tt.peer, tt.theirs, "why") {
			got = append(got, f.String())
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestAll(t *testing.T) {
	k := &flock{up: map[netip.Addr]bool{netip.MustParseAddr("10.78.0.1"): true}}
	if err := all(k, 1)(); err != nil {
		t.Error(err)
	}
	if err := all(k, 2)(); err == nil || !strings.Contains(err.Error(), "1 servers, want 2") {
		t.Errorf("error %v", err)
	}
}

// Each server has an address of its own, in the net that the router knows.
func TestAddresses(t *testing.T) {
	net := netip.MustParsePrefix(fieldNet)
	seen := map[netip.Addr]bool{}
	for _, a := range addresses(40000) {
		if seen[a] || !net.Contains(a) || !a.IsGlobalUnicast() {
			t.Fatalf("%s: seen before %v", a, seen[a])
		}
		seen[a] = true
	}
}
