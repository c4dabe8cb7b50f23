package ipvs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// What the kernel takes where a Daemon does not say, see ip_vs_sync.c.
const (
	defaultSyncPort = 8848 // IP_VS_SYNC_PORT
	defaultSyncTTL  = 1
	// defaultSyncLen fits the usual 1500 bytes of a link, of either family.
	defaultSyncLen = 1500 - 40 - 8
)

var defaultSyncGroup = netip.AddrFrom4([4]byte{224, 0, 0, 81}) // IP_VS_SYNC_GROUP

const (
	// sendWithin bounds the sending of one message.
	sendWithin = time.Second
	// syncBurst messages go out at once, then there is a syncPause: a receiver's
	// buffer, of 212,992 bytes unless someone said otherwise, holds some ninety.
	syncBurst = 16
	syncPause = time.Millisecond
)

// A SyncSender tells the backup daemons of other routers of connections, as the
// kernel's master daemon does, but at once: that one does so up to three seconds
// late. It is for one goroutine at a time.
type SyncSender struct {
	conn net.Conn
	m    *syncMessage
	sent int // messages since the last pause
}

// NewSyncSender opens a sender in the calling thread's network namespace, that
// speaks as d's master daemon would.
func NewSyncSender(ctx context.Context, d Daemon) (*SyncSender, error) {
	conn, err := dialSync(ctx, d)
	if err != nil {
		return nil, fmt.Errorf("tell of connections on %s: %w", d.Interface, err)
	}
	return &SyncSender{conn: conn, m: newSyncMessage(uint8(d.SyncID), int(cmp.Or(d.MaxLen, defaultSyncLen)))}, nil
}

func dialSync(ctx context.Context, d Daemon) (net.Conn, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	link, err := net.InterfaceByName(d.Interface)
	if err != nil {
		return nil, err
	}
	group := d.Group
	if !group.IsValid() {
		group = defaultSyncGroup
	}
	ttl := int(cmp.Or(d.TTL, defaultSyncTTL))
	network := "udp4"
	if group.Is6() {
		network = "udp6"
		if group.IsLinkLocalMulticast() {
			group = group.WithZone(strconv.Itoa(link.Index))
		}
	}
	dialer := net.Dialer{ControlContext: func(_ context.Context, _, _ string, c syscall.RawConn) error {
		var err error
		cerr := c.Control(func(fd uintptr) { err = multicast(int(fd), link.Index, ttl, group.Is6()) })
		return errors.Join(cerr, err)
	}}
	to := netip.AddrPortFrom(group, cmp.Or(d.Port, defaultSyncPort))
	return dialer.DialContext(ctx, network, to.String())
}

// multicast makes a socket send as make_send_sock does in ip_vs_sync.c: from the
// link, so many hops far, not to this machine itself, in fragments if need be.
func multicast(fd, link, ttl int, v6 bool) error {
	if v6 {
		return errors.Join(
			unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_IF, link),
			unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_HOPS, ttl),
			unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_LOOP, 0),
			unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_MTU_DISCOVER, unix.IPV6_PMTUDISC_DONT))
	}
	return errors.Join(
		unix.SetsockoptIPMreqn(fd, unix.IPPROTO_IP, unix.IP_MULTICAST_IF, &unix.IPMreqn{Ifindex: int32(link)}),
		unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_MULTICAST_TTL, ttl),
		unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_MULTICAST_LOOP, 0),
		unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_MTU_DISCOVER, unix.IP_PMTUDISC_DONT))
}

// Tell tells of a connection, with the next ones when there is room for them:
// see Flush. A connection that cannot be told matches os.ErrInvalid.
func (s *SyncSender) Tell(c *SyncConnection) error {
	fits, err := s.m.add(c)
	if fits || err != nil {
		return err
	}
	if err := s.Flush(); err != nil {
		return err
	}
	_, err = s.m.add(c)
	return err
}

// Flush sends what was told and not sent yet. What cannot be sent is forgotten.
func (s *SyncSender) Flush() error {
	if s.m.conns() == 0 {
		return nil
	}
	defer s.m.reset()
	if s.sent++; s.sent == syncBurst {
		s.sent = 0
		time.Sleep(syncPause)
	}
	if err := s.conn.SetWriteDeadline(time.Now().Add(sendWithin)); err != nil {
		return fmt.Errorf("tell of connections: %w", err)
	}
	if _, err := s.conn.Write(s.m.buf); err != nil {
		return fmt.Errorf("tell of connections: %w", err)
	}
	return nil
}

// Close ends it. What was not flushed is not sent.
func (s *SyncSender) Close() error { return s.conn.Close() }
