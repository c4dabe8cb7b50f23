package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// showLife tells systemd, where its unit has a WatchdogSec, that lvsgui lives
// (sd_notify(3), WATCHDOG=1), until ctx ends. It asks nothing of the database or
// of pulse: a console that waits for these says so, and is of more use than one
// that is started over and over.
func showLife(ctx context.Context, log *slog.Logger) {
	// The environment stays as it is: a console that was closed shows its life
	// once more when it opens.
	limit, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		log.Warn("systemd's watchdog", "error", err)
	}
	if limit == 0 {
		return
	}
	ticks := time.NewTicker(limit / 3) // one may be late
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
			if _, err := daemon.SdNotify(false, daemon.SdNotifyWatchdog); err != nil {
				log.Warn("tell systemd", "error", err)
			}
		}
	}
}
