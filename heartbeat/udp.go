package heartbeat

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// readBuffer is more than a heartbeat, so that a longer datagram shows.
	readBuffer = 512

	// classControl is CS6, network control (RFC 2474, RFC 4594): heartbeats
	// pass before the traffic that they keep alive. In IPv4's TOS and IPv6's
	// traffic class the code point has the upper six bits.
	classControl = 48 << 2
	// queueFirst is TC_PRIO_INTERACTIVE of linux/pkt_sched.h: the first band of
	// our own interface's queue, and the highest that needs no privilege.
	queueFirst = 6
)

// A Path is a UDP socket that carries datagrams to and from the partner. It
// knows whose they are by the address, and not what they say: that is for a
// Line. It is safe for concurrent use.
type Path struct {
	name   string
	conn   *net.UDPConn
	local  netip.AddrPort
	remote netip.AddrPort
	raw    syscall.RawConn // conn's
	to     unix.Sockaddr   // remote

	mu    sync.Mutex
	stats PathStats // guarded by mu
	drops Drops     // guarded by mu
}

// PathStats are what a Path has counted since Listen.
type PathStats struct {
	Sent       uint64
	Heard      uint64
	Dropped    uint64            // datagrams that were no heartbeat of the partner's
	DroppedFor map[string]uint64 // the same by the reason; nil if none
	LastHeard  time.Time         // zero if never
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
	config := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error { return hurry(c, local.Addr().Is6()) }}
	conn, err := config.ListenPacket(context.Background(), network, local.String())
	if err != nil {
		return nil, listenError(local, err)
	}
	return newPath(conn.(*net.UDPConn), remote, name)
}

// Another opens a path on the socket of p, with the same local end. It stays
// open when p is closed; until then a datagram comes by either.
func (p *Path) Another(remote netip.AddrPort, name string) (*Path, error) {
	own, err := -1, error(nil)
	// conn.File would make the socket block for a moment, and a reader with it.
	outer := p.raw.Control(func(fd uintptr) { own, err = unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0) })
	if err = cmp.Or(outer, err); err != nil {
		return nil, fmt.Errorf("udp %s: %w", p.local, err)
	}
	f := os.NewFile(uintptr(own), name)
	defer f.Close() // FilePacketConn makes its own
	conn, err := net.FilePacketConn(f)
	if err != nil {
		return nil, fmt.Errorf("udp %s: %w", p.local, err)
	}
	return newPath(conn.(*net.UDPConn), remote, name)
}

func newPath(conn *net.UDPConn, remote netip.AddrPort, name string) (*Path, error) {
	p := &Path{name: name, conn: conn, remote: remote, local: unmapped(conn.LocalAddr().(*net.UDPAddr).AddrPort())}
	var err error
	if p.raw, err = conn.SyscallConn(); err == nil {
		p.to, err = Sockaddr(remote)
	}
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("udp %s: %w", p.local, err)
	}
	return p, nil
}

// Sockaddr is a as the kernel takes it. The error names a: its zone may be no
// interface.
func Sockaddr(a netip.AddrPort) (unix.Sockaddr, error) {
	if a = unmapped(a); a.Addr().Is4() {
		return &unix.SockaddrInet4{Port: int(a.Port()), Addr: a.Addr().As4()}, nil
	}
	to := &unix.SockaddrInet6{Port: int(a.Port()), Addr: a.Addr().As16()}
	if zone := a.Addr().Zone(); zone != "" {
		i, err := net.InterfaceByName(zone)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", a, err)
		}
		to.ZoneId = uint32(i.Index)
	}
	return to, nil
}

// hurry lets what the socket sends go first.
func hurry(c syscall.RawConn, is6 bool) error {
	var err error
	outer := c.Control(func(fd uintptr) {
		if is6 {
			err = unix.SetsockoptInt(int(fd), unix.IPPROTO_IPV6, unix.IPV6_TCLASS, classControl)
		} else {
			err = unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_TOS, classControl)
		}
		// After the class, which sets it too.
		err = errors.Join(err, unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_PRIORITY, queueFirst))
	})
	return errors.Join(outer, err)
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
	s := p.stats
	s.Dropped, s.DroppedFor = p.drops.Total(), p.drops.ByReason()
	return s
}

// Send sends a datagram once, and never waits: one that the kernel cannot queue
// at once is worth less than the next. That nobody listens at the other end is
// no error.
func (p *Path) Send(raw []byte) error {
	var err error
	outer := p.raw.Write(func(fd uintptr) bool {
		err = unix.Sendto(int(fd), raw, unix.MSG_DONTWAIT, p.to)
		return true // one try
	})
	if err = cmp.Or(outer, err); err != nil && !errors.Is(err, unix.ECONNREFUSED) {
		return fmt.Errorf("heartbeat on %s: %w", p, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stats.Sent++
	return nil
}

// Socket calls use with the path's socket, to which datagrams are sent as
// remote says. It must not wait.
func (p *Path) Socket(use func(fd uintptr)) error { return p.raw.Control(use) }

// Run calls open for each datagram of the partner until ctx ends, and returns
// ctx's error, or until the socket fails. raw holds until open returns. An
// error of open, as Line.Open's, says why the datagram is dropped. As with
// Piranha, the sender must have the partner's address and may have any port;
// all else is dropped without asking. What is dropped is counted, and tell is
// called with a line for the log when Drops finds that it is time.
func (p *Path) Run(ctx context.Context, open func(raw []byte, at time.Time) error, tell func(line string)) error {
	// A deadline in the past wakes the reader.
	stop := context.AfterFunc(ctx, func() { _ = p.conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	buf := make([]byte, readBuffer)
	for {
		n, from, err := p.conn.ReadFromUDPAddrPort(buf)
		now := time.Now()
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, unix.ECONNREFUSED):
			continue
		case err != nil:
			return fmt.Errorf("heartbeat on %s: %w", p, err)
		}
		if sender := from.Addr().Unmap().WithZone(""); sender == p.remote.Addr().WithZone("") {
			err = open(buf[:n], now)
		} else {
			err = fmt.Errorf("%w: %s", ErrSender, sender)
		}
		if line := p.count(err, now); line != "" {
			tell(line)
		}
	}
}

// count counts a datagram that came, and was dropped where err says why.
func (p *Path) count(err error, now time.Time) (line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		return p.drops.Add(err, now)
	}
	p.stats.Heard++
	p.stats.LastHeard = now
	return ""
}

func unmapped(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}
