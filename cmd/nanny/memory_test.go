package main

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
)

// TestTidy: a nanny of few servers leaves its memory alone.
func TestTidy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		ctx, cancel := context.WithCancel(t.Context())
		go b.tidy(ctx)
		collected := func() uint32 {
			time.Sleep(tidyEvery)
			synctest.Wait()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			return m.NumForcedGC
		}
		before := collected()
		if got := collected(); got != before {
			t.Errorf("collected %d times for no server", got-before)
		}
		b.crew.mu.Lock()
		for port := range uint16(tidyFrom) {
			b.watchers[post{server, "tcp 10.10.1.30:80", port}] = nil
		}
		b.crew.mu.Unlock()
		if got := collected(); got <= before {
			t.Error("nothing is given back")
		}
		cancel()
		synctest.Wait()
	})
}
