package lab

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestBusy(t *testing.T) {
	at := func(s float64) time.Time { return time.UnixMilli(int64(1000 * s)) }
	c := &Client{Timeout: 3 * time.Second, samples: []Sample{
		{At: at(10), Took: time.Millisecond},
		{At: at(20), Took: 2 * time.Second},
		{At: at(30), Took: Bearable},
		{At: at(40), Took: time.Second, Err: errors.New("refused")},
	}}
	for _, tt := range []struct {
		name     string
		from, to float64
		want     string
	}{
		{"nothing was asked", 11, 19, ""},
		{"answered at once", 9, 11, ""},
		{"slow", 19, 21, "took 2s too"},
		{"slow, and sent before", 21, 25, "took 2s too"},
		{"slow, and over before", 23, 25, ""},
		{"sent after", 11, 19.9, ""},
		{"bearable", 29, 31, ""},
		{"failed", 40.5, 45, "failed too"},
		{"both", 0, 50, "failed too"},
	} {
		if got := c.Busy(at(tt.from), at(tt.to)); (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
