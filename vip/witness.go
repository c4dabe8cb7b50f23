package vip

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"
)

// A Check is how a witness is asked.
type Check int

// The kinds of Check.
const (
	// CheckAuto is CheckARP for a witness on a network of this router's, else
	// CheckPing.
	CheckAuto Check = iota
	// CheckARP asks with ARP, for IPv6 with neighbour solicitations: a host
	// cannot but answer.
	CheckARP
	// CheckPing asks with ICMP echoes, which a host or a firewall may refuse.
	CheckPing
)

// ParseCheck reads the word of lvs.cf's witness_check: auto, arp or ping.
func ParseCheck(word string) (Check, error) {
	for c := CheckAuto; c <= CheckPing; c++ {
		if word == c.String() {
			return c, nil
		}
	}
	return 0, fmt.Errorf("%q is neither auto, arp nor ping", word)
}

// String is the word of lvs.cf.
func (c Check) String() string { return [...]string{"auto", "arp", "ping"}[c] }

// resolvedFor is how long a witness's place counts: the list of addresses is
// too long to be read for each question.
const resolvedFor = 5 * time.Second

// A Witness is a host outside the pair, such as a gateway, that shows by
// answering that this router's network works. It keeps its sockets between
// questions, and opens others when the interface changed. It is not safe for
// concurrent use.
type Witness struct {
	addr     netip.Addr
	check    Check
	floating []netip.Addr

	conn      *Conn // nil before the first question
	resolved  time.Time
	iface     string // empty to ping
	from      netip.Addr
	link      Link      // that neighbour was opened on
	neighbour neighbour // nil until asked
	ping      *pinger   // nil until pinged
}

// NewWitness returns the witness at addr. Its questions never come from one of
// the floating addresses. Nothing is opened before it is asked.
func NewWitness(addr netip.Addr, check Check, floating ...netip.Addr) *Witness {
	return &Witness{addr: addr, check: check, floating: floating}
}

// Address is where the witness is.
func (w *Witness) Address() netip.Addr { return w.addr }

// How is the way in which it was asked last: arp or ping; auto before the
// first question.
func (w *Witness) How() Check {
	switch {
	case w.resolved.IsZero():
		return w.check
	case w.iface != "":
		return CheckARP
	}
	return CheckPing
}

// Ask asks the witness once, in the calling thread's network namespace, and returns nil when it answers before ctx ends;
// ctx needs a deadline. An error says what happened: "no answer to ARP for
// 10.10.1.1 on eth0 in 500ms" (ErrNoAnswer), or at once that its link is down
// (ErrLinkDown), or what a router on the way said.
func (w *Witness) Ask(ctx context.Context) error {
	began := time.Now()
	if err := w.resolve(began); err != nil {
		return fmt.Errorf("witness %s: %w", w.addr, err)
	}
	how, ask := neighbourWords(w.addr, w.iface), w.askNeighbour
	if w.iface == "" {
		how, ask = "ping of "+w.addr.String(), w.askPing
	}
	err := ask(ctx)
	var refused *refusedError
	if err == nil || ctx.Err() != nil || errors.Is(err, ErrLinkDown) || errors.As(err, &refused) {
		return unanswered(ctx, how, began, err)
	}
	// It could not even be asked: the interface or this router's address may
	// have changed.
	w.resolved = time.Time{}
	return errors.Join(unanswered(ctx, how, began, err), w.forget())
}

func (w *Witness) askNeighbour(ctx context.Context) error {
	l, err := w.conn.link(w.iface)
	if err != nil {
		return err
	}
	if !l.Up || !l.Carrier {
		return ErrLinkDown
	}
	if w.neighbour != nil && (l.Index != w.link.Index || l.HardwareAddr.String() != w.link.HardwareAddr.String()) {
		if err := w.forget(); err != nil {
			return err
		}
	}
	if w.neighbour == nil {
		if w.neighbour, err = askNeighbour(l, w.from, w.addr); err != nil {
			w.neighbour = nil
			return err
		}
		w.link = l
	}
	return w.neighbour.ask(ctx)
}

func (w *Witness) askPing(ctx context.Context) error {
	if w.ping == nil {
		p, err := newPinger(w.from, w.addr)
		if err != nil {
			return err
		}
		w.ping = p
	}
	return w.ping.ask(ctx)
}

// resolve finds out from where to ask, when that is not known or long ago.
func (w *Witness) resolve(now time.Time) error {
	if !w.resolved.IsZero() && now.Sub(w.resolved) < resolvedFor {
		return nil
	}
	if w.conn == nil {
		c, err := Dial()
		if err != nil {
			return err
		}
		w.conn = c
	}
	iface, from, ok, err := w.conn.OnLink(w.addr, w.floating...)
	if err != nil {
		return err
	}
	if ok {
		l, err := w.conn.Link(iface)
		if err != nil {
			return err
		}
		if w.check == CheckAuto && !l.ethernet() {
			iface = ""
		}
	}
	if w.check == CheckARP && !ok {
		return fmt.Errorf("no network of this router has it: ARP cannot ask for it")
	}
	if w.check == CheckPing {
		iface = ""
	}
	if iface != w.iface || from != w.from {
		if err := w.forget(); err != nil {
			return err
		}
	}
	w.iface, w.from, w.resolved = iface, from, now
	return nil
}

// forget closes what the questions were asked on.
func (w *Witness) forget() error {
	var errs []error
	if w.neighbour != nil {
		errs = append(errs, w.neighbour.close())
	}
	if w.ping != nil {
		errs = append(errs, w.ping.close())
	}
	w.neighbour, w.ping = nil, nil
	return errors.Join(errs...)
}

// Close closes the sockets. The witness may be asked again, and opens them
// anew.
func (w *Witness) Close() error {
	err := w.forget()
	if w.conn != nil {
		err = errors.Join(err, w.conn.Close())
	}
	w.conn, w.resolved = nil, time.Time{}
	return err
}

// Ask asks once on the interface whether a neighbour has the address to, and
// returns nil when one answers before ctx ends; ctx needs a deadline. The
// question, an ARP request (RFC 826) or a neighbour solicitation (RFC 4861),
// comes from the address from, which should be this router's own and never one
// that floats. Answers to others are ignored.
//
// The error matches ErrNoAnswer, ErrLinkDown, ErrNoInterface, or
// ErrNoNeighbours on an interface without any.
func Ask(ctx context.Context, iface string, from, to netip.Addr) error {
	began := time.Now()
	how := neighbourWords(to, iface)
	var n neighbour
	l, err := liveLink(iface)
	if err == nil {
		n, err = askNeighbour(l, from, to)
	}
	if err == nil {
		err = n.ask(ctx)
		err = errors.Join(err, n.close())
	}
	return unanswered(ctx, how, began, err)
}
