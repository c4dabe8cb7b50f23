package main

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"pacu/control"
)

// A reporter hands reports to pulse without ever making a watcher wait: of a
// post whose report pulse has not taken yet only the newest is kept. Reports that
// say nothing new wait a little for others: to write one, and to read it, costs
// both processes more than the probe did.
type reporter struct {
	mu      sync.Mutex
	pending map[post]control.Report
	order   []post        // of pending, oldest first
	wake    chan struct{} // holds one token when pending is not empty
	hurry   chan struct{} // holds one token when pending has what pulse must know at once
}

// idle is how long a report waits that says nothing new.
const idle = 500 * time.Millisecond

func newReporter() *reporter {
	return &reporter{pending: make(map[post]control.Report), wake: make(chan struct{}, 1), hurry: make(chan struct{}, 1)}
}

func (r *reporter) add(report control.Report) {
	p := post{report.Server, report.Service, report.RealPort}
	r.mu.Lock()
	defer r.mu.Unlock()
	if old, waits := r.pending[p]; waits {
		report.Changed = report.Changed || old.Changed
		report.Probes = report.Probes.Plus(old.Probes)
	} else {
		r.order = append(r.order, p)
	}
	r.pending[p] = report
	token := r.wake
	if report.Changed || report.Trouble != "" {
		token = r.hurry
	}
	select {
	case token <- struct{}{}:
	default:
	}
}

// next returns the oldest report, or ok false when there is none.
func (r *reporter) next() (report control.Report, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.order) == 0 {
		return report, false
	}
	p := r.order[0]
	r.order = r.order[1:]
	report = r.pending[p]
	delete(r.pending, p)
	return report, true
}

// tooLong stands for reasons that do not fit into a report.
const tooLong = "too long to tell"

// batch is when to stop gathering reports for one write, in bytes.
const batch = 16 << 10

// gather returns the reports that wait, in the lines that pulse reads: all, or
// some. One that is too long for pulse is told without its reasons.
func (r *reporter) gather(lines []byte) []byte {
	for report, ok := r.next(); ok; report, ok = r.next() {
		more, err := control.AppendReport(lines, report)
		if errors.Is(err, control.ErrTooLong) {
			report.Why = tooLong
			if report.Trouble != "" {
				report.Trouble = tooLong
			}
			more, err = control.AppendReport(lines, report)
		}
		if err == nil {
			lines = more
		}
		if len(lines) >= batch {
			break
		}
	}
	return lines
}

// run writes reports to w until ctx ends or w fails: then pulse is gone, which
// the reader of its orders notices too.
func (r *reporter) run(ctx context.Context, w io.Writer) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.hurry:
		case <-r.wake:
			select {
			case <-ctx.Done():
				return
			case <-r.hurry:
			case <-time.After(idle):
			}
		}
		// The memory is given back: most of the time there is little to say.
		for lines := r.gather(nil); len(lines) > 0; lines = r.gather(lines[:0]) {
			if _, err := w.Write(lines); err != nil {
				return
			}
		}
	}
}
