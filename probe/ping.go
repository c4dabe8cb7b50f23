package probe

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Ping is up when the host answers an ICMP echo (RFC 792, RFC 4443), which says
// nothing of any service. The target's port does not matter. A second echo is
// sent after a third of the time; an ICMP error is down at once.
//
// It needs no capability where the group of nanny is within the kernel's
// net.ipv4.ping_group_range, which goes for IPv6 too (icmp(7)), and CAP_NET_RAW
// elsewhere.
type Ping struct{ Way }

// String names the check.
func (c Ping) String() string { return "ping" }

// Probe sends an echo.
func (c Ping) Probe(ctx context.Context, t Target) Result {
	start := time.Now()
	e := echo{start: start, v6: t.Addr.Unmap().Is6()}
	_, _ = rand.Read(e.id[:])     // never fails
	_, _ = rand.Read(e.cookie[:]) // nor does this
	q := inquiry{
		request: e.request(), limit: c.Timeout, again: c.Timeout / 3,
		judge: e.judge, from: t.Addr.Unmap().WithZone(""), most: maxEchoBytes,
	}
	f, err := c.openPing(&e, t.Addr.Unmap())
	if err != nil {
		return q.result(verdict{}, err, time.Since(start))
	}
	defer f.Close()
	v, err := q.exchange(ctx, f)
	return q.result(v, err, time.Since(start))
}

// openPing makes a socket that is connected to the host: the kernel's ping
// socket, which everybody may have whom the administrator lets, or a raw one.
func (c Ping) openPing(e *echo, addr netip.Addr) (*os.File, error) {
	to, err := newSockaddr(netip.AddrPortFrom(addr, 0))
	if err != nil {
		return nil, err
	}
	protocol := unix.IPPROTO_ICMP
	if e.v6 {
		protocol = unix.IPPROTO_ICMPV6
	}
	fd, err := newSock(&to, unix.SOCK_DGRAM, protocol)
	if errors.Is(err, unix.EACCES) {
		if fd, err = newSock(&to, unix.SOCK_RAW, protocol); errors.Is(err, unix.EPERM) {
			return nil, fmt.Errorf("may not ping: group %d is not in net.ipv4.ping_group_range: "+
				`sysctl -w net.ipv4.ping_group_range="0 2147483647" lets everybody`, os.Getegid())
		}
		e.raw = true
	}
	if err != nil {
		return nil, err
	}
	if err = c.prepare(fd, to.family()); err == nil {
		err = fd.connect(&to)
	}
	if err != nil {
		fd.close()
		return nil, err
	}
	return os.NewFile(uintptr(fd), "ping"), nil
}

const (
	echoHeaderBytes = 8
	ipv4HeaderBytes = 20  // at least
	maxEchoBytes    = 128 // more than the longest header and an echo; a ping socket does not tell how long a message is
)

// An echo is one probe's message on its way.
type echo struct {
	v6     bool
	raw    bool    // the socket is raw: IPv4 comes with its header, and the id is ours to match
	id     [2]byte // which a ping socket replaces by its own
	cookie [8]byte // comes back
	start  time.Time
}

// request is the message. The kernel fills in the checksum of ICMPv6.
func (e *echo) request() []byte {
	b := make([]byte, echoHeaderBytes, echoHeaderBytes+len(e.cookie))
	b[0] = 8 // echo request
	if e.v6 {
		b[0] = 128
	}
	copy(b[4:], e.id[:])
	b[7] = 1 // sequence number
	b = append(b, e.cookie[:]...)
	if !e.v6 {
		binary.BigEndian.PutUint16(b[2:], checksum(b))
	}
	return b
}

// judge looks at an ICMP message that came. Errors do not come this way.
func (e *echo) judge(b []byte) verdict {
	if e.raw && !e.v6 {
		if len(b) < ipv4HeaderBytes || len(b) < int(b[0]&0xf)*4 {
			return stray("garbage")
		}
		b = b[int(b[0]&0xf)*4:]
	}
	reply := byte(0)
	if e.v6 {
		reply = 129
	}
	switch {
	case len(b) < echoHeaderBytes+len(e.cookie) || b[0] != reply:
		return stray("another message")
	case e.raw && [2]byte(b[4:6]) != e.id, b[6] != 0, b[7] != 1, [8]byte(b[echoHeaderBytes:]) != e.cookie:
		return stray("the answer to another echo")
	}
	return verdict{decided: true, up: true, why: "answered in " + span(time.Since(e.start))}
}

// checksum is RFC 1071's, of an even number of bytes.
func checksum(b []byte) uint16 {
	var sum uint32
	for i := 0; i < len(b); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	sum = sum>>16 + sum&0xffff
	return ^uint16(sum + sum>>16)
}
