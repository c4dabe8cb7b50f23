package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"pacu/alert"
	"pacu/store"
	"pacu/web"
)

const (
	// certificateNear is when the end of the console's certificate is told. One
	// that the console made itself is renewed before.
	certificateNear = 14 * 24 * time.Hour
	// diskLow is when the disk is told to be nearly full: an lvs.cf of the
	// largest size, 32 MiB, must fit twice.
	diskLow = 64 << 20
)

// newAlerts is what sends alerts; cert is nil without TLS.
func newAlerts(pulse alert.Daemon, st *store.Store, state string, cert *web.Certificate, log *slog.Logger) *alert.Engine {
	host, err := os.Hostname()
	if err != nil {
		host = "router" // alerts then do not say which
	}
	return alert.NewEngine(alert.Options{
		Router: host, Pulse: pulse, Outbox: web.AlertOutbox(st), Settings: web.AlertSettings(st), Log: log,
		Facts: func() []alert.Fact { return alertFacts(state, cert, time.Now()) },
	})
}

// alertFacts are what the console knows of itself.
func alertFacts(state string, cert *web.Certificate, now time.Time) []alert.Fact {
	disk := alert.Fact{Kind: alert.Disk, Object: state}
	var st unix.Statfs_t
	if err := unix.Statfs(state, &st); err != nil {
		disk.Why = fmt.Sprintf("it cannot be looked at: %v", err)
	} else if free := st.Bavail * uint64(st.Bsize); st.Blocks > 0 && free < diskLow {
		disk.Why = fmt.Sprintf("%d MiB are free", free>>20)
	}
	facts := []alert.Fact{disk}
	if cert != nil {
		c := alert.Fact{Kind: alert.Certificate, Object: "the console"}
		if end := cert.NotAfter(); end.Sub(now) < certificateNear {
			c.Why = "it is valid until " + end.Format(time.RFC3339)
		}
		facts = append(facts, c)
	}
	return facts
}

// runAlerts tells of what happens until ctx ends.
func runAlerts(ctx context.Context, alerts *alert.Engine, log *slog.Logger) {
	if err := alerts.Run(ctx); err != nil {
		log.Error("no alerts are sent until lvsgui is started again", "error", err)
	}
}
