package probe

import (
	"net"
	"os"
	"runtime"
	"testing"
	"time"
)

// leaks fails the test when goroutines or descriptors are left at its end. Call
// it first, so that it looks last, after what the test has yet to close; it
// counts those of the whole process and is of no use in parallel tests.
func leaks(t *testing.T) {
	t.Helper()
	// The first socket makes the runtime open what it polls with, for good.
	if l, err := net.Listen("tcp", "127.0.0.1:0"); err == nil {
		_ = l.Close()
	}
	goroutines, files := runtime.NumGoroutine(), openFiles(t)
	t.Cleanup(func() {
		// Both go a moment after what held them has returned.
		patience := time.After(time.Minute)
		again := time.NewTicker(5 * time.Millisecond)
		defer again.Stop()
		for {
			g, f := runtime.NumGoroutine(), openFiles(t)
			if g <= goroutines && f <= files {
				return
			}
			select {
			case <-again.C:
			case <-patience:
				stacks := make([]byte, 64<<10)
				t.Errorf("left: %d goroutines and %d files, of %d and %d before\n%s",
					g, f, goroutines, files, stacks[:runtime.Stack(stacks, true)])
				return
			}
		}
	})
}

// openFiles counts the process's descriptors.
func openFiles(t *testing.T) int {
	t.Helper()
	names, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(names)
}
