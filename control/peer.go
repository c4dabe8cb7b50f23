package control

import (
	"context"
	"fmt"
	"net"

	"golang.org/x/sys/unix"
)

// A Peer is the process at the other end of a unix socket, as it was when it
// connected (SO_PEERCRED, unix(7)).
type Peer struct {
	Pid int
	UID uint32
	GID uint32
}

// String is for the log.
func (p Peer) String() string { return fmt.Sprintf("pid %d of user %d", p.Pid, p.UID) }

type peerKey struct{}

// PeerFrom returns who asked; ok is false outside a Handler's methods.
func PeerFrom(ctx context.Context) (p Peer, ok bool) {
	p, ok = ctx.Value(peerKey{}).(Peer)
	return p, ok
}

func peerOf(c *net.UnixConn) (Peer, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return Peer{}, err
	}
	var cred *unix.Ucred
	var credErr error
	if err := raw.Control(func(fd uintptr) {
		cred, credErr = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	}); err != nil {
		return Peer{}, err
	}
	if credErr != nil {
		return Peer{}, fmt.Errorf("peer credentials: %w", credErr)
	}
	return Peer{Pid: int(cred.Pid), UID: cred.Uid, GID: cred.Gid}, nil
}
