package peer

import (
	"context"
	"net"
	"time"
)

// A Peer is the other router. Its methods may be called one at a time.
type Peer struct {
	Settings Settings
	Identity *Identity
	Known    *KnownHosts

	// DialContext connects to it; nil is net.Dialer's.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)

	hurry map[Step]time.Duration // limits of steps, for tests; others are as below
}

// The limits of the steps. They are generous: the other router may be busy,
// and an emulated one is slow.
const (
	connectLimit = 10 * time.Second
	loginLimit   = 20 * time.Second
	stepLimit    = 30 * time.Second
	moveLimit    = 2 * time.Minute // 32 MiB over a slow line
	workLimit    = 2 * time.Minute // pulse checks or loads 100,000 real servers
)

// LongestConfig bounds lvs.cf, in bytes: what the console takes.
const LongestConfig = 32 << 20
