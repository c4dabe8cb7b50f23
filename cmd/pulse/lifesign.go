package main

import (
	"context"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"pacu/heartbeat"
)

// A lifesign tells systemd that pulse lives (sd_notify(3), WATCHDOG=1), as long
// as the heartbeat takes in what it is told: the one loop that the partner
// lives by. One that is silent for the unit's WatchdogSec is ended, and another
// started. By then the guard has taken the addresses down, unless deadtime is
// longer; in that case the next pulse goes on with them.
type lifesign struct {
	every time.Duration // 0: nobody watches
	tell  func(context.Context, heartbeat.Event)
	alive func()
}

// newLifesign makes one as the environment says that systemd wants it.
func newLifesign(tell func(context.Context, heartbeat.Event)) (*lifesign, error) {
	limit, err := daemon.SdWatchdogEnabled(true) // not for what pulse starts
	// Three words in a limit: one may be late.
	return &lifesign{limit / 3, tell, func() { _, _ = daemon.SdNotify(false, daemon.SdNotifyWatchdog) }}, err
}

func (l *lifesign) String() string { return "life sign" }

func (l *lifesign) run(ctx context.Context) error {
	if l.every == 0 {
		return nil
	}
	ticks := time.NewTicker(l.every)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticks.C:
		}
		l.tell(ctx, heartbeat.Tick{}) // it does what is due, as at any time
		if ctx.Err() == nil {
			l.alive()
		}
	}
}
