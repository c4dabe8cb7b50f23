package soak

import (
	"errors"
	"fmt"
	"io"
	"syscall"
	"time"
)

// A verdict says why a request was lost.
type verdict int

// The verdicts.
const (
	answered  verdict = iota
	onDead            // it was sent to a server that was dead, when nobody could know
	nearDead          // likewise, as far as can be told: its connection left the kernel's list with the server
	onDrift           // the kernel was as somebody else had left it
	onOutage          // the active router had failed, and the other did not serve yet
	onMachine         // the machine itself stood still: nobody can tell
	failed            // it should not have been lost
)

// A death is a time in which a server was dead.
type death struct {
	server   string
	from, to time.Time // to is zero until it is back
}

// A change is a time in which the active router's kernel was not as pulse had
// left it.
type change struct {
	what     string
	from, to time.Time // to is zero until pulse has put it right
	// server is the only one whose connections suffer; empty: all do.
	server string
	// harmless changes excuse nothing.
	harmless bool
	// outage tells that the active router failed; to is when the other served.
	outage bool
}

// A stall is a time in which an answer of a web server that has nothing to do
// with the routers took too long.
type stall struct{ from, to time.Time }

const (
	// tooLong an answer shows that the machine as a whole is slow; others take
	// some milliseconds.
	tooLong = 500 * time.Millisecond
	// aftermath is how long a stall goes on to be felt: probes ran into their
	// limits, and servers must earn their way back.
	aftermath = 2 * probeEvery
)

// A history is what a lost request may be blamed on.
type history struct {
	deaths  []death
	changes []change
	stalls  []stall
}

// stalled tells whether the machine stood still in a time, or shortly before.
func (h *history) stalled(from, to time.Time) bool {
	for _, s := range h.stalls {
		if s.from.Before(to) && from.Before(s.to.Add(aftermath)) {
			return true
		}
	}
	return false
}

// turnedAway tells whether a machine said no, or broke off: what a machine does
// whose web server has just been stopped.
func turnedAway(err error) bool {
	for _, e := range []error{syscall.ECONNREFUSED, syscall.ECONNRESET, io.EOF, io.ErrUnexpectedEOF} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// judge tells why a request was lost, in words too.
func (h *history) judge(r request) (verdict, string) {
	if r.err == nil {
		return answered, ""
	}
	for _, d := range h.deaths {
		if d.server != r.server || r.ended.Before(d.from) || !d.to.IsZero() && r.since().After(d.to) {
			continue
		}
		if known := d.from.Add(detection); r.since().After(known) && !h.stalled(d.from, r.since()) {
			return failed, fmt.Sprintf("%s had been dead for %.1f s", d.server, r.since().Sub(d.from).Seconds())
		}
		return onDead, d.server + " was dead"
	}
	for _, d := range h.deaths {
		if r.server == "" && turnedAway(r.err) && !r.ended.Before(d.from) && !r.since().After(d.from.Add(detection)) {
			return nearDead, d.server + " had just died"
		}
	}
	for _, c := range h.changes {
		switch {
		case c.harmless, r.ended.Before(c.from):
		case c.server != "" && r.server != "" && r.server != c.server:
		case !c.to.IsZero() && (r.since().After(c.to) || r.ended.After(c.to.Add(patience+time.Second))):
		case c.outage:
			return onOutage, c.what
		default:
			return onDrift, c.what
		}
	}
	if h.stalled(r.began, r.ended) {
		return onMachine, "the machine stood still"
	}
	return failed, "its server was well, and the kernel as pulse had left it"
}
