package heartbeat

import (
	"testing"
	"time"
)

// TestWallClockJumps sets the wall clock of either router by hours, both ways,
// while heartbeats go on: none is refused. What time.Now returns keeps its
// monotonic part through that; a jump is a time whose wall part alone is another,
// which only the packet's field shows here.
func TestWallClockJumps(t *testing.T) {
	keys := []Key{testKey(1)}
	for _, jump := range []time.Duration{-7 * time.Hour, -time.Minute, time.Minute, 7 * time.Hour} {
		lines := [2]*Line{NewLine(keys, Primary, 5), NewLine(keys, Backup, 6)}
		now := testStart
		for i := range 40 {
			now = now.Add(250 * time.Millisecond)
			from := i % 2
			beat := Beat{Message: Running, Interval: 500 * time.Millisecond}
			raw := lines[from].Seal(beat, now)
			if i >= 20 && from == 0 {
				raw = setWall(lines[0], raw, now.Add(jump))
			}
			if _, _, err := lines[1-from].Open(0, raw, now); err != nil {
				t.Errorf("a jump of %v: beat %d: %v", jump, i, err)
			}
		}
	}
}

// setWall signs raw anew with another time on the wall clock.
func setWall(l *Line, raw []byte, wall time.Time) []byte {
	p, err := parsePacket(raw)
	if err != nil {
		panic(err)
	}
	p.wall = wall.UnixNano()
	return l.sign(p.appendTo(nil))
}
