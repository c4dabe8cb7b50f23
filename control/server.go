package control

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"iter"
	"net"
	"sync"
	"syscall"
	"time"
)

// A Handler is pulse, as its clients see it. Its methods are called at the
// same time from many goroutines; PeerFrom(ctx) tells who asks.
type Handler interface {
	// Snapshot returns the state of this moment, which nobody changes later.
	Snapshot(ctx context.Context) (*Snapshot, error)
	// Reload reads lvs.cf again and returns what it changed, for people, when
	// that is done. It is not cut short by the client's leaving.
	Reload(ctx context.Context) (string, error)
	// Plan returns what a Reload would change, were lvs.cf text; nil is the
	// file on disk. A file that would be refused is an error with its reasons.
	Plan(ctx context.Context, text []byte) (*Plan, error)
	// Drain takes the new connections of a real server away, ends those that
	// are left after timeout unless that is 0, and says what it did, for
	// people. The server is named as in Request.
	Drain(ctx context.Context, server string, timeout time.Duration) (string, error)
	// Undrain is the end of a Drain, however far that has come.
	Undrain(ctx context.Context, server string) (string, error)
	// SwitchOver has the other router serve, unless that would go wrong and
	// force is not set; with check it only tells what would. It returns when
	// the other router serves.
	SwitchOver(ctx context.Context, check, force bool) (*Preflight, error)
	// Hold makes this router never take over, or ends that, and says what it
	// did, for people.
	Hold(ctx context.Context, on bool) (string, error)
	// Explain says why this router has its role.
	Explain(ctx context.Context) (*Explanation, error)
	// Nannies are the nannies that watch the real server, which is named as in
	// Request, with what they see of it; "" is all of them and all they see.
	Nannies(ctx context.Context, server string) ([]Nanny, error)
	// Orders are how nannies are told to watch the real server, which is named
	// as in Request. One that none watches is an error.
	Orders(ctx context.Context, server string) ([]Order, error)
	// Force overrules the probes of the real server, which is named as in
	// Request, or ends that, and says what it did, for people.
	Force(ctx context.Context, server string, to Way) (string, error)
	// Probe probes the real server, which is named as in Request, once now,
	// and returns what each probe found, within a bound.
	Probe(ctx context.Context, server string) ([]Probed, error)
	// Setup tells what the real servers that q chooses must be set up with.
	Setup(ctx context.Context, q SetupQuery) (*Setup, error)
	// TestAlerts has lvsgui send a test over every channel of its alerts, and
	// returns what became of it. That nobody listens is an error.
	TestAlerts(ctx context.Context) (*AlertTest, error)
	// AlertsTold takes what became of such a test, or that it has begun.
	AlertsTold(ctx context.Context, t AlertTest) error
	// Events yields the events later than after, then new ones until ctx
	// ends; see Log.Events.
	Events(ctx context.Context, after uint64) iter.Seq2[Event, error]
}

const (
	maxClients = 64               // a console, its readers and some scripts; more is a leak or an attack
	ioLimit    = 10 * time.Second // for a client to send its request, and to take each reply
	beatEvery  = 10 * time.Second // an empty reply to a follower, so that each end notices the other's death
)

// Serve answers requests on l, one a connection, until ctx ends; then it closes
// l and returns nil when every running answer is finished. A client beyond the
// 64th is told so and sent away.
func Serve(ctx context.Context, l net.Listener, h Handler) error {
	ctx, cancel := context.WithCancel(ctx)
	var clients sync.WaitGroup
	defer clients.Wait()
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()
	seats := make(chan struct{}, maxClients)
	for {
		c, err := l.Accept()
		if ctx.Err() != nil {
			if err == nil {
				_ = c.Close()
			}
			return nil
		}
		if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) || errors.Is(err, syscall.ECONNABORTED) {
			select { // it passes when others close
			case <-time.After(100 * time.Millisecond):
			case <-ctx.Done():
			}
			continue
		}
		if err != nil {
			_ = l.Close()
			return fmt.Errorf("control socket: %w", err)
		}
		select {
		case seats <- struct{}{}:
			clients.Go(func() {
				defer func() { <-seats }()
				defer c.Close()
				answer(ctx, c, h)
			})
		default:
			_ = reply(c, Reply{Error: fmt.Sprintf("too many clients, at most %d", maxClients)})
			_ = c.Close()
		}
	}
}

// answer reads one request and answers it. Its own errors are the client's
// leaving, which is nobody's business.
func answer(ctx context.Context, c net.Conn, h Handler) {
	if u, ok := c.(*net.UnixConn); ok {
		p, err := peerOf(u)
		if err != nil {
			_ = reply(c, Reply{Error: err.Error()})
			return
		}
		ctx = context.WithValue(ctx, peerKey{}, p)
	}
	_ = c.SetReadDeadline(time.Now().Add(ioLimit))
	stop := context.AfterFunc(ctx, func() { _ = c.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	r := bufio.NewReader(c)
	q, err := readRequest(r)
	if err != nil {
		_ = reply(c, Reply{Error: badRequest(err)})
		return
	}
	switch q.Do {
	case GetSnapshot:
		snap, err := h.Snapshot(ctx)
		_ = reply(c, Reply{Snapshot: snap, Error: text(err)})
	case Reload:
		msg, err := h.Reload(ctx)
		_ = reply(c, Reply{Message: msg, Error: text(err)})
	case GetPlan:
		plan, err := h.Plan(ctx, q.Text)
		_ = reply(c, Reply{Plan: plan, Error: text(err)})
	case DrainServer:
		msg, err := h.Drain(ctx, q.Server, time.Duration(q.Timeout))
		_ = reply(c, Reply{Message: msg, Error: text(err)})
	case Undrain:
		msg, err := h.Undrain(ctx, q.Server)
		_ = reply(c, Reply{Message: msg, Error: text(err)})
	case SwitchOver:
		flight, err := h.SwitchOver(ctx, q.Check, q.Force)
		_ = reply(c, Reply{Preflight: flight, Error: text(err)})
	case SetHold:
		msg, err := h.Hold(ctx, q.On)
		_ = reply(c, Reply{Message: msg, Error: text(err)})
	case Explain:
		why, err := h.Explain(ctx)
		_ = reply(c, Reply{Explanation: why, Error: text(err)})
	case GetNannies:
		nannies, err := h.Nannies(ctx, q.Server)
		_ = reply(c, Reply{Nannies: nannies, Error: text(err)})
	case GetOrders:
		orders, err := h.Orders(ctx, q.Server)
		_ = reply(c, Reply{Orders: orders, Error: text(err)})
	case ForceServer:
		msg, err := h.Force(ctx, q.Server, q.To)
		_ = reply(c, Reply{Message: msg, Error: text(err)})
	case ProbeServer:
		probed, err := h.Probe(ctx, q.Server)
		_ = reply(c, Reply{Probed: probed, Error: text(err)})
	case GetSetup:
		setup, err := h.Setup(ctx, *q.Setup)
		_ = reply(c, Reply{Setup: setup, Error: text(err)})
	case TestAlerts:
		test, err := h.TestAlerts(ctx)
		_ = reply(c, Reply{Alerts: test, Error: text(err)})
	case AlertsTold:
		_ = reply(c, Reply{Error: text(h.AlertsTold(ctx, *q.Alerts))})
	case Follow:
		follow(ctx, c, r, h.Events, q.After)
	}
}

// follow streams events until the client leaves, ctx ends, or one of them is
// too slow.
func follow(ctx context.Context, c net.Conn, r *bufio.Reader, events func(context.Context, uint64) iter.Seq2[Event, error], after uint64) {
	ctx, cancel := context.WithCancel(ctx)
	var helpers sync.WaitGroup
	defer helpers.Wait()
	defer c.Close() // ends the reading helper
	defer cancel()

	helpers.Go(func() { // a client that has asked only reads: anything from it, or its end, is the end
		defer cancel()
		_ = c.SetReadDeadline(time.Time{})
		if ctx.Err() == nil {
			_, _ = r.ReadByte()
		}
	})
	var mu sync.Mutex // one reply at a time
	send := func(a Reply) error {
		mu.Lock()
		defer mu.Unlock()
		return reply(c, a)
	}
	helpers.Go(func() {
		t := time.NewTicker(beatEvery)
		defer t.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-t.C:
				if send(Reply{}) != nil {
					cancel()
					return
				}
			}
		}
	})
	for e, err := range events(ctx, after) {
		if err != nil {
			_ = send(Reply{Error: err.Error()})
			return
		}
		if send(Reply{Event: &e}) != nil {
			return
		}
	}
}

// reply writes one line; one that cannot be written whole leaves the
// connection unusable.
func reply(c net.Conn, a Reply) error {
	if a.Error != "" {
		a = Reply{Error: a.Error}
	}
	_ = c.SetWriteDeadline(time.Now().Add(ioLimit))
	err := writeValue(c, MaxReply, a)
	if errors.Is(err, ErrTooLong) {
		return writeValue(c, MaxReply, Reply{Error: "reply: " + err.Error()})
	}
	return err
}

// badRequest is what is said of a request that is none.
func badRequest(err error) string { return fmt.Sprintf("request: %v", err) }

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
