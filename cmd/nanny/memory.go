package main

import (
	"context"
	"runtime"
	"runtime/debug"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// memoryLimit is where the garbage collector begins to work harder, in
	// bytes: much more than even 10,000 servers need, but for a moment in which
	// all of them fail.
	memoryLimit = 128 << 20
	// tidyEvery is how often a nanny gives free memory back. It takes about a
	// millisecond, and a pool of 256 nannies is smaller by a fifth for it.
	tidyEvery = 15 * time.Second
	// tidyFrom is how many watchers make that worth it: with fewer there is so
	// little garbage that the collector itself would need more memory than it
	// finds.
	tidyFrom = 8
)

// frugal sets the Go runtime up for one of hundreds of processes that each have
// little to do: no processor to spare, a small heap, and no huge pages in it.
func frugal() {
	runtime.GOMAXPROCS(1)
	debug.SetGCPercent(25)
	debug.SetMemoryLimit(memoryLimit)
	// Where the kernel gives huge pages to all, a heap of half a megabyte takes
	// two. An older kernel may refuse; nothing else depends on it.
	_ = unix.Prctl(unix.PR_SET_THP_DISABLE, 1, 0, 0, 0)
}

// tidy gives free memory back to the kernel now and then, until ctx ends.
func (c *crew) tidy(ctx context.Context) {
	ticks := time.NewTicker(tidyEvery)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		c.mu.Lock()
		n := len(c.watchers)
		c.mu.Unlock()
		if n >= tidyFrom {
			debug.FreeOSMemory()
		}
	}
}
