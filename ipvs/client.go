package ipvs

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mdlayher/genetlink"
	"github.com/mdlayher/netlink"
)

// A Client reads and writes the IPVS table of one network namespace of the
// kernel. It is safe for concurrent use; its calls wait for each other.
//
// Errors of a caller without CAP_NET_ADMIN match ErrPermission.
type Client struct {
	family uint16
	sent   atomic.Uint64

	mu       sync.Mutex // guards one exchange with the kernel, and following
	wire     wire
	counter  *os.File // nil if it could not be opened
	sequence uint32   // of the last message
	stale    bool     // an answer may still come to a request that was given up
	out, in  []byte   // what is sent and read, kept for the next
}

// bufferSize of one read: the most the kernel puts in one piece of a dump, and
// it fills what it is given.
const bufferSize = 32 << 10

// Dial opens a Client in the calling thread's network namespace, and stays in
// it. The error matches ErrNoIPVS if the kernel has no IPVS.
func Dial() (*Client, error) { return dial(0) }

// DialNetNS opens a Client in the network namespace that fd refers to, for
// which it needs CAP_SYS_ADMIN. Errors are as Dial's.
func DialNetNS(fd int) (*Client, error) { return dial(fd) }

func dial(netns int) (*Client, error) {
	conn, err := netlink.Dial(genetlink.Protocol, &netlink.Config{NetNS: netns})
	if err != nil {
		return nil, fmt.Errorf("open generic netlink: %w", err)
	}
	c, err := newClient(conn)
	if err != nil {
		_ = conn.Close() // the first error is the one to tell
		return nil, err
	}
	// Without it there is no Count, and all else works.
	c.counter, _ = openCounter(netns)
	return c, nil
}

// newClient makes a Client of conn. The caller closes conn on error.
func newClient(conn *netlink.Conn) (*Client, error) {
	// Both make answers better and neither is needed: the kernel's own words,
	// and refusals that do not repeat the request, so that a batch's worth of
	// them fits the socket's buffer. Kernels before Linux 4.12 lack one.
	_ = conn.SetOption(netlink.ExtendedAcknowledge, true)
	_ = conn.SetOption(netlink.CapAcknowledge, true)
	family, err := lookUp(conn)
	if err != nil {
		return nil, err
	}
	w, err := newKernelWire(conn)
	if err != nil {
		return nil, err
	}
	return &Client{family: family, wire: w, in: make([]byte, bufferSize)}, nil
}

// lookUp is the number that the kernel gave the family.
func lookUp(conn *netlink.Conn) (uint16, error) {
	if err := conn.SetReadDeadline(time.Now().Add(answerIn)); err != nil {
		return 0, err
	}
	f, err := genetlink.NewConn(conn).GetFamily(familyName)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return 0, ErrNoIPVS
	case err != nil:
		return 0, fmt.Errorf("look up netlink family %s: %w", familyName, err)
	}
	return f.ID, nil
}

// Close frees the Client's sockets and ends its running calls with an error.
func (c *Client) Close() error {
	err := c.wire.close()
	if c.counter != nil {
		err = errors.Join(err, c.counter.Close())
	}
	return err
}

// Sent returns how many messages the kernel's IPVS was sent since Dial; each
// change of an Apply is one, and each begin of reading a list.
func (c *Client) Sent() uint64 { return c.sent.Load() }

// Info tells the kernel's version of IPVS and the size of its connection table.
func (c *Client) Info() (Info, error) {
	var i Info
	err := c.get(cmdGetInfo, nil, func(b []byte) (err error) {
		i, err = decodeInfo(b)
		return err
	})
	if err != nil {
		return Info{}, fmt.Errorf("read IPVS info: %w", err)
	}
	return i, nil
}

// Services returns all services in no order; empty if there are none. If the
// table keeps changing meanwhile, the error matches ErrInterrupted.
func (c *Client) Services() ([]ServiceStatus, error) {
	all, err := dump(c, []ServiceStatus{}, cmdGetService, nil, decodeService)
	if err != nil {
		return nil, fmt.Errorf("read services: %w", err)
	}
	return all, nil
}

// Service returns the service at k. If there is none, the error matches
// os.ErrNotExist.
func (c *Client) Service(k Key) (ServiceStatus, error) {
	s, err := c.service(k)
	if err != nil {
		return ServiceStatus{}, fmt.Errorf("read %v: %w", k, err)
	}
	return s, nil
}

func (c *Client) service(k Key) (ServiceStatus, error) {
	if err := k.check(); err != nil {
		return ServiceStatus{}, err
	}
	var s ServiceStatus
	err := c.get(cmdGetService, encodeKey(k), func(b []byte) (err error) {
		s, err = decodeService(b)
		return err
	})
	return s, err
}

// Destinations returns the destinations of the service at k in no order; empty
// if it has none. If there is no service, the error matches os.ErrNotExist; if
// the table keeps changing meanwhile, ErrInterrupted.
func (c *Client) Destinations(k Key) ([]DestinationStatus, error) {
	return c.DestinationsOf(k, []DestinationStatus{})
}

// DestinationsOf is Destinations for those who read many services: it appends
// to buf, and returns all of it. On error that is buf as it was given.
func (c *Client) DestinationsOf(k Key, buf []DestinationStatus) ([]DestinationStatus, error) {
	all, err := c.destinations(k, buf)
	if err == nil && len(all) == len(buf) {
		// The kernel lists no destinations, too, of a service it has not.
		_, err = c.service(k)
	}
	if err != nil {
		return buf, fmt.Errorf("read destinations of %v: %w", k, err)
	}
	return all, nil
}

func (c *Client) destinations(k Key, buf []DestinationStatus) ([]DestinationStatus, error) {
	if err := k.check(); err != nil {
		return buf, err
	}
	return dump(c, buf, cmdGetDest, encodeKey(k), func(b []byte) (DestinationStatus, error) {
		return decodeDestination(b, k)
	})
}

// Flush removes all services and destinations.
func (c *Client) Flush() error {
	if err := c.do(cmdFlush, nil); err != nil {
		return fmt.Errorf("flush the table: %w", err)
	}
	return nil
}

// Zero sets all counters back to 0, of services and destinations.
func (c *Client) Zero() error {
	if err := c.do(cmdZero, nil); err != nil {
		return fmt.Errorf("zero all counters: %w", err)
	}
	return nil
}

// ZeroService sets the counters of the service at k and of its destinations
// back to 0. If there is no service, the error matches os.ErrNotExist.
func (c *Client) ZeroService(k Key) error {
	err := k.check()
	if err == nil {
		err = c.do(cmdZero, encodeKey(k))
	}
	if err != nil {
		return fmt.Errorf("zero counters of %v: %w", k, err)
	}
	return nil
}

// Timeouts returns the connection timeouts.
func (c *Client) Timeouts() (Timeouts, error) {
	var t Timeouts
	err := c.get(cmdGetConfig, nil, func(b []byte) (err error) {
		t, err = decodeTimeouts(b)
		return err
	})
	if err != nil {
		return Timeouts{}, fmt.Errorf("read timeouts: %w", err)
	}
	return t, nil
}

// SetTimeouts sets the connection timeouts that are not 0.
func (c *Client) SetTimeouts(t Timeouts) error {
	err := t.check()
	if err == nil {
		err = c.do(cmdSetConfig, encodeTimeouts(t))
	}
	if err != nil {
		return fmt.Errorf("set timeouts: %w", err)
	}
	return nil
}

// Daemons returns the sync daemons that run; empty if none does.
func (c *Client) Daemons() ([]Daemon, error) {
	all, err := dump(c, []Daemon{}, cmdGetDaemon, nil, decodeDaemon)
	if err != nil {
		return nil, fmt.Errorf("read sync daemons: %w", err)
	}
	return all, nil
}

// StartDaemon starts a sync daemon. If one of its role runs already, the error
// matches os.ErrExist; if the table has a destination of the other address
// family than its service's, os.ErrInvalid.
func (c *Client) StartDaemon(d Daemon) error {
	err := d.check()
	if err == nil {
		err = c.do(cmdNewDaemon, encodeDaemon(d))
	}
	if err != nil {
		return fmt.Errorf("start %v sync daemon on %s: %w", d.Role, d.Interface, err)
	}
	return nil
}

// StopDaemon stops the sync daemon of role r. If none runs, the error matches
// os.ErrNotExist.
func (c *Client) StopDaemon(r DaemonRole) error {
	if err := c.stopDaemon(r); err != nil {
		return fmt.Errorf("stop %v sync daemon: %w", r, err)
	}
	return nil
}

// stopIn bounds the wait for the answer to a stop. The kernel has done its
// work when the request is sent; but a daemon stopped before its thread ever
// ran makes kthread_stop return EINTR, and netlink_rcv_skb answers that error
// alone with silence (af_netlink.c). Whether it stopped, the list tells.
const stopIn = 250 * time.Millisecond

func (c *Client) stopDaemon(r DaemonRole) error {
	err := c.exchange(stopIn, cmdDelDaemon, netlink.Acknowledge, encodeRole(r), nil)
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	running, lerr := c.Daemons()
	if lerr != nil {
		return errors.Join(err, lerr)
	}
	if slices.ContainsFunc(running, func(d Daemon) bool { return d.Role == r }) {
		return err
	}
	return nil
}
