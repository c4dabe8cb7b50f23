package vip

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/jsimonetti/rtnetlink/v2"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

const (
	// answerWithin bounds the wait for an answer of the kernel's. It answers
	// while it is asked; more than this means it never will.
	answerWithin = 5 * time.Second
	// dumpAttempts bounds the retries of a list that changed while it was read.
	dumpAttempts = 8
	// rtextFilterSkipStats is RTEXT_FILTER_SKIP_STATS of linux/rtnetlink.h,
	// which package unix lacks: the counters are most of an answer, and not
	// wanted.
	rtextFilterSkipStats = 1 << 3
)

// A Conn is a connection to the kernel's links and addresses. It is safe for
// concurrent use.
type Conn struct {
	dial func() (executor, error)

	mu sync.Mutex // held during a conversation
	c  executor
	// promote makes the kernel keep the other addresses of a subnet when the
	// subnet's first is removed from the interface; restore undoes that.
	promote func(iface string) (restore func() error, err error)
}

// An executor is the part of a netlink.Conn that a Conn needs.
type executor interface {
	Close() error
	SendMessages([]netlink.Message) ([]netlink.Message, error)
	Receive() ([]netlink.Message, error)
	SetReadDeadline(time.Time) error
}

// Dial opens a connection in the calling thread's network namespace.
func Dial() (*Conn, error) {
	c, err := dialKernel()
	if err != nil {
		return nil, err
	}
	return newConn(c, dialKernel), nil
}

func dialKernel() (executor, error) {
	c, err := netlink.Dial(unix.NETLINK_ROUTE, &netlink.Config{Strict: true})
	if err != nil {
		return nil, fmt.Errorf("open rtnetlink: %w", err)
	}
	return c, nil
}

func newConn(c executor, dial func() (executor, error)) *Conn {
	return &Conn{c: c, dial: dial, promote: promoteSecondaries}
}

// Close closes the connection. The addresses stay.
func (c *Conn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.c.Close()
}

func (c *Conn) execute(kind uint16, flags netlink.HeaderFlags, body []byte) ([]netlink.Message, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	msgs, err := c.exchange(netlink.Message{
		Header: netlink.Header{Type: netlink.HeaderType(kind), Flags: netlink.Request | flags},
		Data:   body,
	})
	var refusal unix.Errno
	if err != nil && !errors.As(err, &refusal) {
		err = c.redial(err)
	}
	return msgs, err
}

// exchange asks for one thing. The caller holds mu.
func (c *Conn) exchange(m netlink.Message) ([]netlink.Message, error) {
	sent, err := c.send([]netlink.Message{m})
	if err != nil {
		return nil, err
	}
	msgs, err := c.c.Receive()
	if err != nil {
		return nil, err
	}
	return msgs, netlink.Validate(sent[0], msgs)
}

// send sends questions. The time for the answers runs from then on: the kernel
// does what it is asked for while it is asked, which takes long when others hold
// its locks, and the answer is there. The caller holds mu.
func (c *Conn) send(msgs []netlink.Message) (sent []netlink.Message, err error) {
	if sent, err = c.c.SendMessages(msgs); err != nil {
		return nil, err
	}
	return sent, c.c.SetReadDeadline(time.Now().Add(answerWithin))
}

// redial replaces the socket after err, which is no answer of the kernel's or
// not one to the question: an answer that comes late would be taken for that
// to the next. The caller holds mu.
func (c *Conn) redial(err error) error {
	if fresh, derr := c.dial(); derr == nil {
		err = errors.Join(err, c.c.Close())
		c.c = fresh
	}
	return err
}

// dump asks for a whole table, again when it changed meanwhile.
func (c *Conn) dump(kind uint16, body []byte) ([]netlink.Message, error) {
	for range dumpAttempts {
		msgs, err := c.execute(kind, netlink.Dump, body)
		if err != nil {
			return nil, err
		}
		if !interrupted(msgs) {
			return msgs, nil
		}
	}
	return nil, ErrInterrupted
}

// interrupted tells whether the kernel flagged a dump as inconsistent, which
// package netlink leaves to the caller to notice.
func interrupted(msgs []netlink.Message) bool {
	for _, m := range msgs {
		if m.Header.Flags&netlink.DumpInterrupted != 0 {
			return true
		}
	}
	return false
}

// A Link is a network interface.
type Link struct {
	Name         string
	Index        int
	Up           bool             // switched on by the administrator
	Carrier      bool             // switched on, and the other end of the cable is alive
	NoARP        bool             // has no neighbours to announce to, as the loopback
	HardwareAddr net.HardwareAddr // nil where the kind of interface has none
}

// Link returns the interface of that name. If there is none, the error
// matches ErrNoInterface.
func (c *Conn) Link(name string) (Link, error) {
	l, err := c.link(name)
	if err != nil {
		return Link{}, fmt.Errorf("interface %s: %w", name, err)
	}
	return l, nil
}

func (c *Conn) link(name string) (Link, error) {
	if name == "" || len(name) >= unix.IFNAMSIZ {
		return Link{}, ErrNoInterface
	}
	body, err := (&rtnetlink.LinkMessage{Attributes: &rtnetlink.LinkAttributes{Name: name}}).MarshalBinary()
	if err != nil {
		return Link{}, err
	}
	msgs, err := c.execute(unix.RTM_GETLINK, 0, body)
	if errors.Is(err, unix.ENODEV) {
		return Link{}, ErrNoInterface
	}
	if err != nil {
		return Link{}, err
	}
	if len(msgs) != 1 {
		return Link{}, fmt.Errorf("kernel answered with %d messages instead of 1", len(msgs))
	}
	return decodeLink(msgs[0].Data)
}

// links returns all interfaces by their index.
func (c *Conn) links() (map[int]Link, error) {
	skipStats := uint32(rtextFilterSkipStats)
	body, err := (&rtnetlink.LinkMessage{Attributes: &rtnetlink.LinkAttributes{ExtMask: &skipStats}}).MarshalBinary()
	if err != nil {
		return nil, err
	}
	msgs, err := c.dump(unix.RTM_GETLINK, body)
	if err != nil {
		return nil, fmt.Errorf("list interfaces: %w", err)
	}
	links := make(map[int]Link, len(msgs))
	for _, m := range msgs {
		l, err := decodeLink(m.Data)
		if err != nil {
			return nil, fmt.Errorf("list interfaces: %w", err)
		}
		links[l.Index] = l
	}
	return links, nil
}
