package alert

import (
	"context"
	"time"
)

// A Letter is an alert that waits to be sent over a channel.
type Letter struct {
	ID      int64 // rises within a channel
	Channel string
	Alert   []byte // JSON
	Made    time.Time
	Tries   int       // that failed
	Due     time.Time // of the next
}

// An Outbox keeps what is to be sent through a crash and a restart. Its methods
// may be called at the same time.
type Outbox interface {
	// Memory is what Put kept last; nil where that never was.
	Memory(ctx context.Context) ([]byte, error)
	// Put keeps memory and adds letters, both or neither. Of letters, Channel
	// and Alert count. It returns how many older ones it dropped, by its
	// bounds.
	Put(ctx context.Context, memory []byte, letters []Letter) (dropped int64, err error)
	// First is the oldest letter of a channel; ok is false where there is
	// none. It drops, and counts, those that are too old.
	First(ctx context.Context, channel string) (l Letter, ok bool, dropped int64, err error)
	// Sent takes a letter off.
	Sent(ctx context.Context, l Letter) error
	// Failed notes why a letter could not be sent, and when to try next.
	Failed(ctx context.Context, l Letter, why string, due time.Time) error
	// Hurry makes what waits in a channel due now.
	Hurry(ctx context.Context, channel string) error
	// Forget drops what waits in a channel.
	Forget(ctx context.Context, channel string) error
}
