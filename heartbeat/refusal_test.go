package heartbeat

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestDrops(t *testing.T) {
	var d Drops
	if d.ByReason() != nil || d.Total() != 0 {
		t.Error("something was dropped before the first")
	}
	at := func(s int) time.Time { return testStart.Add(time.Duration(s) * time.Second) }
	tests := []struct {
		at   int
		err  error
		want string
	}{
		{0, fmt.Errorf("%w: 5 bytes instead of 4", ErrLength), "dropped a datagram: bad heartbeat packet: 5 bytes instead of 4"},
		{1, ErrLength, ""},
		{2, ErrReplayed, "dropped a datagram: repeated or overtaken"},
		{3, ErrReplayed, ""},
		{4, ErrReplayed, ""},
		{59, ErrLength, ""},
		{61, ErrReplayed, "dropped more datagrams in 1m1s: 2: bad heartbeat packet; 3: repeated or overtaken"},
		{62, ErrReplayed, ""},
		{121, ErrLength, "dropped more datagrams in 1m0s: 1: bad heartbeat packet; 1: repeated or overtaken"},
	}
	for _, tt := range tests {
		if got := d.Add(tt.err, at(tt.at)); got != tt.want {
			t.Errorf("at %d: %q, want %q", tt.at, got, tt.want)
		}
	}
	want := map[string]uint64{"bad heartbeat packet": 4, "repeated or overtaken": 5}
	if diff := cmp.Diff(want, d.ByReason()); diff != "" || d.Total() != 9 {
		t.Errorf("%d in all (-want +got):\n%s", d.Total(), diff)
	}
}
