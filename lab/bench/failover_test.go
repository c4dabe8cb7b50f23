package bench

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCompare(t *testing.T) {
	ours := []outcome{{gap: 2 * time.Second, lost: 210}, {gap: 2500 * time.Millisecond, lost: 240}, {}}
	theirs := []outcome{{gap: 3 * time.Second, lost: 300}, {gap: 4 * time.Second, lost: 404}, {gap: 2 * time.Second, lost: 200}}
	nothing := []outcome{{}, {}, {}}
	figures := compareGaps("failover/crash-1s", ours, "keepalived", theirs, second.String())
	figures = append(figures, compareLosses("failover/planned-1s", ours, "keepalived", theirs, second.String())...)
	figures = append(figures, compareLosses("failover/planned-1s", nothing, "keepalived", theirs, second.String())...)
	var got strings.Builder
	for _, f := range figures {
		got.WriteString(f.String() + "\n")
	}
	want := `bench failover/crash-1s/gap-median-s ours=2.00 peer=keepalived:3.00 ratio=0.67 want<=1.00 met (3 crashes each; keepalive 1s, deadtime 3s, advert 1s)
bench failover/crash-1s/gap-worst-s ours=2.50 peer=keepalived:4.00 ratio=0.62 want<=1.00 met (3 crashes each; keepalive 1s, deadtime 3s, advert 1s)
bench failover/planned-1s/lost ours=450 peer=keepalived:904 ratio=0.50 want=0 MISSED (of 100 requests a second; none in 1 of 3 rounds, peer in 0 of 3; keepalive 1s, deadtime 3s, advert 1s)
bench failover/planned-1s/lost ours=0 peer=keepalived:904 ratio=0.00 want=0 met (of 100 requests a second; none in 3 of 3 rounds, peer in 0 of 3; keepalive 1s, deadtime 3s, advert 1s)
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
