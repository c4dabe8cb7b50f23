package firewall

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

const (
	// answerWithin bounds one exchange with the kernel, which takes half a
	// second for a hundred thousand elements.
	answerWithin = 10 * time.Second
	// attempts bounds the retries of a request that failed for a transient
	// reason, the first included.
	attempts = 5
	// pause is how long the first retry waits; each next waits twice as long.
	pause = 5 * time.Millisecond
)

// A Conn is a connection to the kernel's nftables. It is safe for concurrent
// use, but there should be one in a network namespace: there is one table.
type Conn struct {
	dial func() (socket, error)

	mu sync.Mutex // held during a conversation
	s  socket     // nil after a conversation that broke off
	// What the last Replace left: the table, and the generation of all
	// tables at which it was last seen to be so.
	left       contents
	generation uint32
	seen       bool // generation means something
}

// A socket is the part of a netlink.Conn that a Conn needs.
type socket interface {
	Close() error
	SendMessages([]netlink.Message) ([]netlink.Message, error)
	Receive() ([]netlink.Message, error)
	SetDeadline(time.Time) error
	SetWriteBuffer(int) error
}

// Dial opens a connection in the calling thread's network namespace. Without
// nfnetlink in the kernel, the error matches ErrNoNFTables. Until the first
// Replace, the Conn takes it that the table shall not be there.
func Dial() (*Conn, error) {
	s, err := dialKernel()
	if err != nil {
		return nil, err
	}
	return &Conn{s: s, dial: dialKernel}, nil
}

func dialKernel() (socket, error) {
	c, err := netlink.Dial(unix.NETLINK_NETFILTER, nil)
	if err != nil {
		return nil, fmt.Errorf("open nfnetlink: %w", explain(err))
	}
	// The kernel's words for an error; older ones have none.
	_ = c.SetOption(netlink.ExtendedAcknowledge, true)
	return c, nil
}

// Close closes the connection. The table stays.
func (c *Conn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.s == nil {
		return nil
	}
	err := c.s.Close()
	c.s = nil
	return err
}

// Replace makes the table hold exactly r, or removes it when r is empty. Every
// packet meets the old rules or the new ones, and connections keep the address
// they were given. On an error of the kernel's the table is as it was, or all
// new. A ruleset that makes no sense matches os.ErrInvalid, a caller
// without CAP_NET_ADMIN os.ErrPermission, a kernel without what it takes
// ErrNoNFTables.
func (c *Conn) Replace(r Ruleset) error {
	if r.Empty() {
		return c.Remove()
	}
	var fresh [2][]message
	for i, table := range []string{standIn, tableName} {
		made, err := build(r, table)
		if err != nil {
			return fmt.Errorf("nftables: %w", err)
		}
		gone, err := removal(table)
		if err != nil {
			return fmt.Errorf("nftables: %w", err)
		}
		fresh[i] = append(gone, made...)
	}
	leave, err := removal(standIn)
	if err != nil {
		return fmt.Errorf("nftables: %w", err)
	}
	release, err := removal(holdTable)
	if err != nil {
		return fmt.Errorf("nftables: %w", err)
	}
	err = c.converse(func() error {
		there, err := c.there(tableName)
		if err != nil {
			return err
		}
		left, err := c.there(standIn) // by a crash
		if err != nil {
			return err
		}
		held, err := c.there(holdTable) // by a crash too
		if err != nil {
			return err
		}
		table := fresh[1]
		if held {
			table = slices.Concat(table, release)
		}
		if !there && !left {
			return c.put(table)
		}
		return c.put(fresh[0], table, leave)
	})
	if err != nil {
		return fmt.Errorf("replace nftables table inet %s: %w", tableName, err)
	}
	return nil
}

// Remove removes the table. It is not an error when there is none, nor when
// the kernel has no nftables. Connections that were given a source address
// end, unless another table holds a chain for NAT: without one the kernel does
// not translate their packets any more. So remove it last, or not at all while
// they shall live.
func (c *Conn) Remove() error {
	err := c.converse(func() error {
		var batch []message
		for _, table := range []string{tableName, standIn, holdTable, hushTable} {
			there, err := c.there(table)
			if err != nil {
				return err
			}
			if !there {
				continue
			}
			gone, err := removal(table)
			if err != nil {
				return err
			}
			batch = append(batch, gone...)
		}
		if batch != nil {
			return c.put(batch)
		}
		c.left, c.seen = contents{}, false
		return nil
	})
	if err != nil {
		return fmt.Errorf("remove nftables table inet %s: %w", tableName, err)
	}
	return nil
}

// removal removes a table whether it is there or not: it is made first.
func removal(table string) ([]message, error) {
	made, err := newTable(table)
	if err != nil {
		return nil, err
	}
	gone, err := deleteTable(table)
	if err != nil {
		return nil, err
	}
	return []message{made, gone}, nil
}

// put commits the batches and takes down what the table is then. When others
// changed a table meanwhile, it might have been ours: then it is done again.
func (c *Conn) put(batches ...[]message) error {
	for try := 1; ; try++ {
		before, err := c.gen()
		if err != nil {
			return err
		}
		for i, b := range batches {
			if i > 0 {
				settle()
			}
			if err := c.commit(b); err != nil {
				return err
			}
		}
		left, after, err := c.read()
		if err != nil {
			return err
		}
		if after == before+uint32(len(batches)) || try == attempts {
			c.left, c.generation, c.seen = left, after, true
			return nil
		}
	}
}

// Intact tells whether the kernel's table still is what the last Replace made
// it. It costs one small message when nothing changed in any table, else the
// table is read.
func (c *Conn) Intact() (bool, error) {
	intact := false
	err := c.converse(func() error {
		now, err := c.gen()
		if err != nil {
			return err
		}
		if c.seen && now == c.generation {
			intact = true
			return nil
		}
		found, at, err := c.read()
		if err != nil {
			return err
		}
		if intact = found == c.left; intact {
			c.generation, c.seen = at, true
		}
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("read nftables table inet %s: %w", tableName, err)
	}
	return intact, nil
}

// converse calls f with a socket, again when it failed for a transient reason.
// After any error the socket is closed: an answer that comes late would be
// taken for the answer to the next question.
func (c *Conn) converse(f func() error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for try := 1; ; try++ {
		err := c.once(f)
		if err == nil || try == attempts || !transient(err) {
			return err
		}
		time.Sleep(pause << (try - 1))
	}
}

func (c *Conn) once(f func() error) error {
	if c.s == nil {
		s, err := c.dial()
		if err != nil {
			return err
		}
		c.s = s
	}
	err := f()
	if err != nil {
		_ = c.s.Close() // what matters is the error before
		c.s = nil
	}
	return err
}
