package bench

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCompare(t *testing.T) {
	ours := []outcome{{2 * time.Second, 210}, {2500 * time.Millisecond, 240}, {0, 0}}
	theirs := []outcome{{3 * time.Second, 300}, {4 * time.Second, 404}, {2 * time.Second, 200}}
	var got strings.Builder
	for _, f := range compare("failover/crash", ours, "keepalived", theirs) {
		got.WriteString(f.String() + "\n")
	}
	want := `bench failover/crash/gap-median-s ours=2.00 peer=keepalived:3.00 ratio=0.67
bench failover/crash/gap-worst-s ours=2.50 peer=keepalived:4.00 ratio=0.62
bench failover/crash/lost-median ours=210 peer=keepalived:300 ratio=0.70
bench failover/crash/lost-worst ours=240 peer=keepalived:404 ratio=0.59
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
