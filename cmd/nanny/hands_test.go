package main

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Turns never wait for others, and few hands stay.
func TestHands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		h := newHands()
		var under, done atomic.Int32
		slow := func() {
			under.Add(1)
			time.Sleep(time.Second)
			under.Add(-1)
			done.Add(1)
		}
		for range 2 { // the second time some hands are there
			for range 100 {
				go h.take(ctx, slow)
			}
			synctest.Wait()
			if n := under.Load(); n != 100 {
				t.Fatalf("%d turns at once, want 100", n)
			}
			time.Sleep(time.Second)
			synctest.Wait()
			if n := h.idle.Load(); n != idlers {
				t.Errorf("%d hands stay, want %d", n, idlers)
			}
		}
		for range 100 { // one after another
			go h.take(ctx, func() { done.Add(1) })
			synctest.Wait()
		}
		if n := done.Load(); n != 300 {
			t.Errorf("%d turns done, want 300", n)
		}
		cancel() // and all hands go
	})
}
