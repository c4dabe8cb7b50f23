package lab

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSum(t *testing.T) {
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	// One sample a second: a letter is the server that answered, "-" a failure.
	samples := func(s string) []Sample {
		var out []Sample
		for i, c := range s {
			one := Sample{At: start.Add(time.Duration(i) * time.Second), Took: time.Duration(i) * time.Millisecond}
			if c == '-' {
				one.Err = errors.New("timeout")
			} else {
				one.Server = string(c)
			}
			out = append(out, one)
		}
		return out
	}
	type counts = map[string]int
	tests := []struct {
		name, in string
		want     Tally
		text     string
	}{
		{"nothing", "", Tally{By: counts{}, Errors: counts{}}, "0 ok, 0 failed"},
		{"all well", "aba", Tally{OK: 3, By: counts{"a": 2, "b": 1}, Errors: counts{}, Slowest: 2 * time.Millisecond}, "3 ok, 0 failed, a 2, b 1"},
		{"gap from success to success", "a--b-b", Tally{OK: 3, Failed: 3, Gap: 3 * time.Second, By: counts{"a": 1, "b": 2}, Errors: counts{"timeout": 3}, Slowest: 5 * time.Millisecond},
			"3 ok, 3 failed, longest gap 3s, a 1, b 2; 3 times timeout"},
		{"fails at first", "---a", Tally{OK: 1, Failed: 3, Gap: 3 * time.Second, By: counts{"a": 1}, Errors: counts{"timeout": 3}, Slowest: 3 * time.Millisecond},
			"1 ok, 3 failed, longest gap 3s, a 1; 3 times timeout"},
		{"fails to the end", "aa--", Tally{OK: 2, Failed: 2, Gap: 2 * time.Second, By: counts{"a": 2}, Errors: counts{"timeout": 2}, Slowest: time.Millisecond},
			"2 ok, 2 failed, longest gap 2s, a 2; 2 times timeout"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Sum(samples(tt.in))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("tally (-want +got):\n%s", diff)
			}
			if got.String() != tt.text {
				t.Errorf("text %q, want %q", got, tt.text)
			}
		})
	}
}
