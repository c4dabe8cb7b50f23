package bench

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"pacu/lvscf"
)

// What is measured is a file without a fault, and all of it is read.
func TestLVSFile(t *testing.T) {
	text := lvsFile(30)
	cfg, ps := lvscf.Read("lvs.cf", text)
	if len(ps) > 0 || len(cfg.Virtuals) != 30 || len(cfg.Virtuals[29].Servers) != servers {
		t.Fatal(ps)
	}
	if err := scanLines(text); err != nil {
		t.Error(err)
	}
	if got, ps := lvscf.Format(text); !bytes.Equal(got, text) {
		t.Error("the file is not as the console writes it", ps)
	}
}

func TestRewritten(t *testing.T) {
	tests := []struct {
		a, b string
		want int
	}{
		{"a\nb\nc\n", "a\nb\nc\n", 0},
		{"a\nb\nc\n", "a\nbb\nc\n", 3},
		{"a\nc\n", "a\nb\nc\n", 2},
		{"a\nb\nc\n", "a\nc\n", 0},
		{"a", "b", 1},
	}
	for _, tt := range tests {
		if got := rewritten([]byte(tt.a), []byte(tt.b)); got != tt.want {
			t.Errorf("%q to %q: %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestCost(t *testing.T) {
	calls := 0
	got, err := cost(t.Context(), func() error {
		calls++
		for end := time.Now().Add(sampleLeast); time.Now().Before(end); {
		}
		return nil
	})
	if err != nil || got <= 0 || calls < samples {
		t.Errorf("%v, %v after %d calls", got, err, calls)
	}
	broken := errors.New("broken")
	if _, err := cost(t.Context(), func() error { return broken }); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := cost(ctx, func() error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
