package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// A toll is what checks cost their processes.
type toll struct {
	checks    int64
	processor time.Duration
	long      time.Duration // of the measuring
}

// each is the processor time of a check, in microseconds.
func (t toll) each() float64 {
	return float64(t.processor) / float64(time.Microsecond) / float64(max(t.checks, 1))
}

// rate is the checks a second.
func (t toll) rate() float64 { return float64(t.checks) / t.long.Seconds() }

// cores is how many processors were busy with them.
func (t toll) cores() float64 { return float64(t.processor) / float64(t.long) }

// String is for the progress.
func (t toll) String() string {
	return fmt.Sprintf("%.0f checks a second, %.1f us each, %.2f of a core", t.rate(), t.each(), t.cores())
}

// meter measures processes, which may come and go, for a while. There must be at
// least that part of the checks a second that are wanted; a machine that has other
// things to do gets more than one chance.
func (f *field) meter(ctx context.Context, pids func() ([]int, error), long time.Duration, want, part float64) (t toll, err error) {
	for range attempts {
		if t, err = f.meterOnce(ctx, pids, long); err != nil {
			return t, err
		}
		if r := t.rate() / want; r > part && r < 2-part {
			return t, nil
		}
	}
	return t, fmt.Errorf("%.0f checks a second, want %.0f: is the machine busy?", t.rate(), want)
}

func (f *field) meterOnce(ctx context.Context, pids func() ([]int, error), long time.Duration) (toll, error) {
	before, err := processorOf(pids)
	if err != nil {
		return toll{}, err
	}
	checks, err := connections(f.servers)
	if err != nil {
		return toll{}, err
	}
	began := time.Now()
	if err := pause(ctx, long); err != nil {
		return toll{}, err
	}
	later, err := connections(f.servers)
	if err != nil {
		return toll{}, err
	}
	t := toll{checks: later - checks, long: time.Since(began)}
	after, err := processorOf(pids)
	if err != nil {
		return toll{}, err
	}
	t.processor = after - before
	return t, nil
}

// processorOf is the processor time of processes since they began, and of those
// that they had and lost.
func processorOf(pids func() ([]int, error)) (sum time.Duration, err error) {
	all, err := pids()
	if err != nil {
		return 0, err
	}
	for _, p := range all {
		text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p), "stat"))
		if err != nil {
			return 0, err
		}
		st, err := parseStat(string(text))
		if err != nil {
			return 0, err
		}
		sum += st.processor + st.ended
	}
	return sum, nil
}
