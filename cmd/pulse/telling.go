package main

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"net/netip"
	"os"
	"time"

	"pacu/control"
	"pacu/director"
	"pacu/ipvs"
)

// A telling tells the other router of all connections, and then, round after
// round, of those that are new or changed.
type telling struct {
	h      *handover
	teller *director.Teller
	sender syncSender
	// told are the states of the connections told of, both as hashes: there may
	// be millions.
	told  map[uint64]uint64
	first bool // round
	odd   bool // something was not told, and the log has it
}

// open begins one; nil where lvs.cf asks for no sync, or it cannot be.
func (h *handover) open(ctx context.Context) *telling {
	teller, as, ok := h.teller()
	if !ok {
		return nil
	}
	sender, err := h.dial(ctx, as)
	if err != nil {
		h.events.add(control.Warning, "kernel", "", oneLine("", err))
		return nil
	}
	return &telling{h: h, teller: teller, sender: sender, told: make(map[uint64]uint64), first: true}
}

func (t *telling) close() {
	if t != nil {
		_ = t.sender.Close() // all was sent
	}
}

// round tells of what is new or changed since the round before.
func (t *telling) round(ctx context.Context) {
	began := time.Now()
	n := 0
	err := t.h.read(func(c *ipvs.Connection) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !t.news(c) {
			return nil
		}
		conn, ok := t.teller.Of(c)
		if !ok {
			return nil
		}
		n++
		err := t.sender.Tell(&conn)
		if errors.Is(err, os.ErrInvalid) {
			return nil // one that the protocol has no words for
		}
		return err
	})
	if err == nil {
		err = t.sender.Flush()
	}
	if err != nil && ctx.Err() == nil && !t.odd {
		t.odd = true
		t.h.events.add(control.Warning, "kernel", "", oneLine("the other router may not know of all connections: ", err))
	}
	if t.first {
		t.h.events.add(control.Info, "kernel", "", fmt.Sprintf("told the other router of %d connections in %s", n, span(time.Since(began))))
	}
	t.first = false
}

// news tells whether c is new, or not as it was told. What is over when it is
// first seen is none: the other router would have no use for it.
func (t *telling) news(c *ipvs.Connection) bool {
	name := maphash.Comparable(t.h.seed, struct {
		protocol        ipvs.Protocol
		client, virtual netip.AddrPort
	}{c.Protocol, c.Client, c.Virtual})
	is := maphash.Comparable(t.h.seed, struct {
		state       ipvs.ConnectionState
		destination netip.AddrPort
	}{c.State, c.Destination})
	was, known := t.told[name]
	if known && was == is || !known && c.Over() {
		return false
	}
	t.told[name] = is
	return true
}
