package scenario

import (
	"runtime"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// stalls notice when the machine as a whole stood still.
type stalls struct {
	mu   sync.Mutex
	seen []stall
}

type stall struct {
	end  time.Time
	long time.Duration
}

// watchStalls watches until the test ends, from a thread that goes before all
// ordinary ones: what it misses, everybody did.
func watchStalls(t *testing.T) *stalls {
	const beat = 10 * time.Millisecond
	s := &stalls{}
	stop, done := make(chan struct{}), make(chan struct{})
	t.Cleanup(func() { close(stop); <-done })
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlocked: the thread ends with its priority
		// Without the right to it, busy programs count as stalls too.
		_ = unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_FIFO, Priority: 1}, 0)
		for last := time.Now(); ; {
			select {
			case <-stop:
				return
			default:
			}
			pause := unix.NsecToTimespec(beat.Nanoseconds())
			_ = unix.Nanosleep(&pause, nil) // a shorter one does no harm
			now := time.Now()
			if long := now.Sub(last) - beat; long > beat {
				s.mu.Lock()
				s.seen = append(s.seen, stall{now, long})
				s.mu.Unlock()
			}
			last = now
		}
	}()
	return s
}

// longest is the longest of those that a time saw something of.
func (s *stalls) longest(from, to time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	var long time.Duration
	for _, st := range s.seen {
		if !st.end.Before(from) && !st.end.Add(-st.long).After(to) {
			long = max(long, st.long)
		}
	}
	return long
}
