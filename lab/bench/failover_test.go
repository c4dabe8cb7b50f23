package bench

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCompare(t *testing.T) {
	ours := []outcome{{gap: 2 * time.Second, lost: 210}, {gap: 2500 * time.Millisecond, lost: 240}, {}}
	theirs := []outcome{{gap: 3 * time.Second, lost: 300}, {gap: 4 * time.Second, lost: 404}, {gap: 2 * time.Second, lost: 200}}
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

func TestQuietest(t *testing.T) {
	s := Settings{Deadtime: 3 * time.Second}
	tests := []struct {
		name    string
		stalls  []time.Duration // of the attempts, in order
		attempt int             // the one that counts, from 0
		played  int
	}{
		{"quiet", []time.Duration{300 * time.Millisecond}, 0, 1},
		{"the second is quiet", []time.Duration{time.Second, 0}, 1, 2},
		{"none is", []time.Duration{4 * time.Second, time.Second, 2 * time.Second, 3 * time.Second}, 1, attempts},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			played := 0
			got, err := s.quietest(func() (outcome, error) {
				played++
				return outcome{lost: played - 1, stall: tt.stalls[played-1]}, nil
			})
			if err != nil || got.lost != tt.attempt || played != tt.played {
				t.Errorf("took attempt %d of %d, error %v; want %d of %d", got.lost, played, err, tt.attempt, tt.played)
			}
		})
	}
	broken := errors.New("broken")
	if _, err := s.quietest(func() (outcome, error) { return outcome{}, broken }); err != broken {
		t.Errorf("error %v, want %v", err, broken)
	}
}
