package heartbeat

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// sendWithin bounds the sending of a heartbeat. A datagram is queued or
	// refused at once; one that cannot be is worth less than the next.
	sendWithin = 100 * time.Millisecond
	// readBuffer is more than a heartbeat, so that a longer datagram shows.
	readBuffer = 512
)

// A Path is a UDP socket that carries heartbeats to and from the partner. It
// is safe for concurrent use.
type Path struct {
	name   string
	conn   *net.UDPConn
	local  netip.AddrPort
	remote netip.AddrPort

	mu    sync.Mutex
	stats PathStats // guarded by mu
}

// PathStats are what a Path has counted since Listen.
type PathStats struct {
	Sent      uint64
	Heard     uint64
	Dropped   uint64    // datagrams of another sender, of another length, or that say nothing known
	LastHeard time.Time // zero if never
}

// Listen opens a path in the calling thread's network namespace. It receives
// at local, which must be an address of this router, and sends to remote. The
// error names local, and what to do.
//
// The socket is exclusive: a second pulse must not start.
func Listen(local, remote netip.AddrPort, name string) (*Path, error) {
	network := "udp4"
	if local.Addr().Is6() {
		network = "udp6"
	}
	conn, err := net.ListenUDP(network, net.UDPAddrFromAddrPort(local))
	if err != nil {
		return nil, listenError(local, err)
	}
	return &Path{
		name: name, conn: conn, remote: remote,
		local: unmapped(conn.LocalAddr().(*net.UDPAddr).AddrPort()),
	}, nil
}

func listenError(local netip.AddrPort, err error) error {
	for _, known := range []struct {
		is   unix.Errno
		then string
	}{
		{unix.EADDRINUSE, "is another pulse running? (ss -lunp)"},
		{unix.EADDRNOTAVAIL, "no interface of this router has it (ip address)"},
		{unix.EACCES, "a port below 1024 needs root or CAP_NET_BIND_SERVICE"},
	} {
		if errors.Is(err, known.is) {
			return fmt.Errorf("udp %s: %w: %s", local, known.is, known.then)
		}
	}
	return fmt.Errorf("udp %s: %w", local, err)
}

// Close closes the socket.
func (p *Path) Close() error { return p.conn.Close() }

// Name is the path's, as given to Listen.
func (p *Path) Name() string { return p.name }

// Local is where the path receives.
func (p *Path) Local() netip.AddrPort { return p.local }

// Remote is where the path sends to.
func (p *Path) Remote() netip.AddrPort { return p.remote }

// String is for logs: "public 10.10.1.31:539 -> 10.10.1.32:539".
func (p *Path) String() string { return fmt.Sprintf("%s %s -> %s", p.name, p.local, p.remote) }

// Stats returns what was counted.
func (p *Path) Stats() PathStats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stats
}

// Send sends m once. That nobody listens at the other end is no error.
func (p *Path) Send(m Message) error {
	if err := p.conn.SetWriteDeadline(time.Now().Add(sendWithin)); err != nil {
		return fmt.Errorf("heartbeat on %s: %w", p, err)
	}
	_, err := p.conn.WriteToUDPAddrPort(m.Append(make([]byte, 0, Size)), p.remote)
	if err != nil && !errors.Is(err, unix.ECONNREFUSED) {
		return fmt.Errorf("heartbeat on %s: %w", p, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stats.Sent++
	return nil
}

// Run calls heard for each heartbeat of the partner until ctx ends, and
// returns ctx's error, or until the socket fails. As with Piranha, the sender
// must have the partner's address and may have any port; every other datagram
// is dropped and counted.
func (p *Path) Run(ctx context.Context, heard func(Message)) error {
	// A deadline in the past wakes the reader.
	stop := context.AfterFunc(ctx, func() { _ = p.conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	buf := make([]byte, readBuffer)
	for {
		n, from, err := p.conn.ReadFromUDPAddrPort(buf)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, unix.ECONNREFUSED):
			continue
		case err != nil:
			return fmt.Errorf("heartbeat on %s: %w", p, err)
		}
		m, err := Parse(buf[:n])
		ok := err == nil && from.Addr().Unmap().WithZone("") == p.remote.Addr().WithZone("")
		p.count(ok)
		if ok {
			heard(m)
		}
	}
}

func (p *Path) count(ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !ok {
		p.stats.Dropped++
		return
	}
	p.stats.Heard++
	p.stats.LastHeard = time.Now()
}

func unmapped(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}
