package main

import (
	"context"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

func TestShowLife(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	t.Setenv("NOTIFY_SOCKET", path)
	t.Setenv("WATCHDOG_USEC", "30000")
	t.Setenv("WATCHDOG_PID", strconv.Itoa(os.Getpid()))
	buf := make([]byte, 64)
	for range 2 { // as of a closed console, and then of the open one
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			showLife(ctx, slog.New(slog.NewTextHandler(io.Discard, nil)))
		}()
		for range 2 {
			if err := l.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
				t.Fatal(err)
			}
			n, err := l.Read(buf)
			if err != nil || string(buf[:n]) != "WATCHDOG=1" {
				t.Fatalf("%q, %v", buf[:n], err)
			}
		}
		stop()
		for alive := true; alive; { // what nobody reads would hold it up
			select {
			case <-done:
				alive = false
			default:
			}
			for err := error(nil); err == nil; _, err = l.Read(buf) {
				if err := l.SetReadDeadline(time.Now().Add(20 * time.Millisecond)); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	// Without a watchdog it has nothing to do.
	t.Setenv("WATCHDOG_USEC", "")
	showLife(t.Context(), slog.New(slog.NewTextHandler(io.Discard, nil)))
}
