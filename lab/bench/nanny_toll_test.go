package bench

import (
	"os"
	"testing"
	"time"
)

func TestToll(t *testing.T) {
	c := toll{checks: 50000, processor: 2 * time.Second, long: 5 * time.Second}
	if got, want := c.String(), "10000 checks a second, 40.0 us each, 0.40 of a core"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := (toll{long: time.Second}).each(); got != 0 {
		t.Errorf("%f us a check without checks", got)
	}
}

func TestProcessorOf(t *testing.T) {
	one, err := processorOf(these(os.Getpid()))
	if err != nil {
		t.Fatal(err)
	}
	if two, err := processorOf(these(os.Getpid(), os.Getpid())); err != nil || two < 2*one {
		t.Errorf("twice this process: %v, %v, want %v at least", two, err, 2*one)
	}
	if _, err := processorOf(these(os.Getpid(), -1)); err == nil {
		t.Error("a process that there is not has no error")
	}
}

func these(pids ...int) func() ([]int, error) {
	return func() ([]int, error) { return pids, nil }
}
