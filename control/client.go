package control

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"syscall"
	"time"
)

// ErrNotRunning means that nobody answers on pulse's socket.
var ErrNotRunning = errors.New("pulse is not running")

// ErrOlder means that the running pulse does not know what it was asked for: it
// is of an older version than its client.
var ErrOlder = errors.New("the running pulse is of an older version")

// A ReplyError is what pulse itself answered to a request it could not meet,
// word for word.
type ReplyError string

// Error is the answer.
func (e ReplyError) Error() string { return string(e) }

const (
	snapshotLimit = 10 * time.Second
	reloadLimit   = time.Minute   // thousands of services take some seconds
	planLimit     = time.Minute   // the same work, but for the last step
	drainLimit    = time.Minute   // it may wait for a reload
	switchLimit   = time.Minute   // a few deadtimes
	probeLimit    = time.Minute   // pulse itself bounds it
	silenceLimit  = 3 * beatEvery // a follower hears from a living pulse more often
)

// A Client asks the pulse behind a socket, anew for each call, so that it
// outlives pulse's restarts. Its methods may be called at the same time.
//
// The errors match ErrNotRunning when nobody answers, fs.ErrPermission when
// the caller may not ask, ErrOlder when the running pulse does not know what is
// asked, ReplyError when it says no, and ctx's error when that was the end of
// it.
type Client struct {
	path string
}

// NewClient returns a client for the socket at path. Nothing is opened yet.
func NewClient(path string) *Client { return &Client{path: path} }

// Snapshot returns pulse's state of this moment, within 10 s unless ctx allows
// less.
func (c *Client) Snapshot(ctx context.Context) (*Snapshot, error) {
	ctx, cancel := context.WithTimeout(ctx, snapshotLimit)
	defer cancel()
	r, err := c.ask(ctx, Request{Do: GetSnapshot})
	if err != nil {
		return nil, err
	}
	if r.Snapshot == nil {
		return nil, fmt.Errorf("%s: pulse's reply holds no snapshot", c.path)
	}
	return r.Snapshot, nil
}

// Reload has pulse read lvs.cf again, and returns what that changed, for
// people, when it is done; within a minute unless ctx allows less. A refused
// file is a ReplyError with its reasons.
func (c *Client) Reload(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, reloadLimit)
	defer cancel()
	r, err := c.ask(ctx, Request{Do: Reload})
	return r.Message, err
}

// Plan returns what a Reload would change, were lvs.cf text, and changes
// nothing; within a minute unless ctx allows less. Nil is the file on disk. A
// file that would be refused is a ReplyError with its reasons; one of more than
// MaxText bytes matches ErrTooLong.
func (c *Client) Plan(ctx context.Context, text []byte) (*Plan, error) {
	ctx, cancel := context.WithTimeout(ctx, planLimit)
	defer cancel()
	q := Request{Do: GetPlan, Text: text}
	if err := q.check(); err != nil {
		return nil, err
	}
	r, err := c.ask(ctx, q)
	if err != nil {
		return nil, err
	}
	if r.Plan == nil {
		return nil, fmt.Errorf("%s: pulse's reply holds no plan", c.path)
	}
	return r.Plan, nil
}

// SwitchOver has the other router serve, and returns when it does; within a
// minute unless ctx allows less. With check it only tells what would go wrong.
// A Preflight without Done was refused for its Findings; force switches over
// all the same.
func (c *Client) SwitchOver(ctx context.Context, check, force bool) (*Preflight, error) {
	ctx, cancel := context.WithTimeout(ctx, switchLimit)
	defer cancel()
	r, err := c.ask(ctx, Request{Do: SwitchOver, Check: check, Force: force})
	if err != nil {
		return nil, err
	}
	if r.Preflight == nil {
		return nil, fmt.Errorf("%s: pulse's reply holds no pre-flight check", c.path)
	}
	return r.Preflight, nil
}

// Hold makes the router never take over, or ends that, and returns what pulse
// did, for people; within 10 s unless ctx allows less.
func (c *Client) Hold(ctx context.Context, on bool) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, snapshotLimit)
	defer cancel()
	r, err := c.ask(ctx, Request{Do: SetHold, On: on})
	return r.Message, err
}

// Explain returns why the router has its role; within 10 s unless ctx allows
// less.
func (c *Client) Explain(ctx context.Context) (*Explanation, error) {
	ctx, cancel := context.WithTimeout(ctx, snapshotLimit)
	defer cancel()
	r, err := c.ask(ctx, Request{Do: Explain})
	if err != nil {
		return nil, err
	}
	if r.Explanation == nil {
		return nil, fmt.Errorf("%s: pulse's reply holds no explanation", c.path)
	}
	return r.Explanation, nil
}

// Nannies are the nannies that watch a real server, named as in Request, with
// what they see of it; "" is all of them and all they see. Within 10 s unless
// ctx allows less.
func (c *Client) Nannies(ctx context.Context, server string) ([]Nanny, error) {
	ctx, cancel := context.WithTimeout(ctx, snapshotLimit)
	defer cancel()
	r, err := c.ask(ctx, Request{Do: GetNannies, Server: server})
	return r.Nannies, err
}

// Orders are how a real server, named as in Request, is probed; within 10 s
// unless ctx allows less. They are never empty without an error.
func (c *Client) Orders(ctx context.Context, server string) ([]Order, error) {
	ctx, cancel := context.WithTimeout(ctx, snapshotLimit)
	defer cancel()
	q := Request{Do: GetOrders, Server: server}
	if err := q.check(); err != nil {
		return nil, err
	}
	r, err := c.ask(ctx, q)
	if err == nil && len(r.Orders) == 0 {
		return nil, fmt.Errorf("%s: pulse's reply holds no orders", c.path)
	}
	return r.Orders, err
}

// Follow calls f with each event later than after, as it comes, until f
// returns an error, which Follow returns, or the stream ends. It never returns
// nil: an orderly end of pulse is ErrNotRunning, and a pulse that has hung is
// noticed after 30 s.
func (c *Client) Follow(ctx context.Context, after uint64, f func(Event) error) error {
	return c.talk(ctx, Request{Do: Follow, After: after}, func(conn net.Conn, r *bufio.Reader) error {
		for {
			_ = conn.SetReadDeadline(time.Now().Add(silenceLimit))
			if ctx.Err() != nil { // the deadline of its end may just have been overwritten
				return ctx.Err()
			}
			a, err := readReply(r)
			if err != nil {
				return err
			}
			if a.Event == nil {
				continue
			}
			if err := f(*a.Event); err != nil {
				return err
			}
		}
	})
}

// ask sends q and reads the only reply. Ctx has a deadline.
func (c *Client) ask(ctx context.Context, q Request) (a Reply, err error) {
	err = c.talk(ctx, q, func(_ net.Conn, r *bufio.Reader) error {
		a, err = readReply(r)
		return err
	})
	if errors.Is(err, ReplyError(badRequest(unknownVerb(q.Do)))) {
		return a, fmt.Errorf("%w and cannot do %q yet: restart it", ErrOlder, q.Do)
	}
	return a, err
}

// talk connects, sends q and lets hear read the answer.
func (c *Client) talk(ctx context.Context, q Request, hear func(net.Conn, *bufio.Reader) error) error {
	d := net.Dialer{Timeout: ioLimit}
	conn, err := d.DialContext(ctx, "unix", c.path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("%w: nobody answers on %s", ErrNotRunning, c.path)
	}
	if err != nil {
		return fmt.Errorf("ask pulse: %w", err)
	}
	defer conn.Close()
	if t, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(t)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()

	// A server that is full answers and closes before it reads; that answer
	// is worth more than the failed write.
	writeErr := writeRequest(conn, q)
	if errors.Is(writeErr, ErrTooLong) { // nothing went out
		return fmt.Errorf("ask pulse: %w", writeErr)
	}
	err = hear(conn, bufio.NewReader(conn))
	if ctx.Err() != nil {
		return fmt.Errorf("ask pulse on %s: %w", c.path, ctx.Err())
	}
	if writeErr != nil && !errors.As(err, new(ReplyError)) {
		err = writeErr
	}
	if errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) {
		return fmt.Errorf("%w any more: it closed the connection", ErrNotRunning)
	}
	return err
}

func readReply(r *bufio.Reader) (Reply, error) {
	var a Reply
	if err := readValue(r, MaxReply, &a); err != nil {
		return Reply{}, err
	}
	if a.Error != "" {
		return Reply{}, ReplyError(a.Error)
	}
	return a, nil
}
