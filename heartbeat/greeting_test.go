package heartbeat

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestReplayClocks(t *testing.T) {
	tests := []struct {
		name  string
		apart time.Duration // of the wall clocks
		want  Refusal       // of a packet that echoes nothing
	}{
		{"right", 0, ""},
		{"nearly", time.Minute, ""},
		{"a minute and a bit ahead", time.Minute + time.Millisecond, ErrUnconfirmed},
		{"a minute and a bit behind", -time.Minute - time.Millisecond, ErrUnconfirmed},
		{"hours", 5 * time.Hour, ErrUnconfirmed},
		{"ages", -50 * 365 * 24 * time.Hour, ErrUnconfirmed},
	}
	for _, tt := range tests {
		a, b := NewLine([]Key{testKey(1)}, Primary, 5), NewLine([]Key{testKey(1)}, Backup, 6)
		wall := testStart.Add(tt.apart)
		beat := Beat{Message: Running, Interval: wireBeat}
		if _, _, err := b.Open(0, a.Seal(beat, wall), testStart); refusal(err) != tt.want {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
		// Whatever the clocks say, an echo is enough.
		if _, _, err := a.Open(0, NewLine([]Key{testKey(1)}, Backup, 6).Seal(beat, testStart), wall); refusal(err) != tt.want {
			t.Errorf("%s: the other way: %v, want %q", tt.name, err, tt.want)
		}
		b.Seal(beat, testStart)
		a.replay.current = start{boot: 6, high: 1}
		if _, _, err := b.Open(0, a.Seal(beat, wall), testStart); err != nil {
			t.Errorf("%s: an echo: %v", tt.name, err)
		}
	}
}

// Two routers whose clocks are hours apart believe each other after one beat
// each.
func TestReplayGreeting(t *testing.T) {
	a, b := NewLine([]Key{testKey(1)}, Primary, 5), NewLine([]Key{testKey(1)}, Backup, 6)
	beat := Beat{Message: Running, Interval: wireBeat}
	now, apart := testStart, 7*time.Hour
	var heard []string
	for i := range 3 {
		now = now.Add(wireBeat)
		if _, _, err := b.Open(0, a.Seal(beat, now.Add(apart)), now); err == nil {
			heard = append(heard, "b")
		} else if !errors.Is(err, ErrUnconfirmed) {
			t.Errorf("beat %d: %v", i, err)
		}
		if _, _, err := a.Open(0, b.Seal(beat, now), now.Add(apart)); err == nil {
			heard = append(heard, "a")
		} else if !errors.Is(err, ErrUnconfirmed) {
			t.Errorf("beat %d: %v", i, err)
		}
	}
	if diff := cmp.Diff([]string{"a", "b", "a", "b", "a"}, heard); diff != "" {
		t.Errorf("heard (-want +got):\n%s", diff)
	}
}
