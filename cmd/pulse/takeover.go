package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"pacu/control"
)

// momentsKept bounds the steps of one change of role.
const momentsKept = 64

// A takeover is a change of role under way.
type takeover struct {
	control.Takeover
	of         int // addresses
	up, told   int // of them; told: announced once
	raised     bool
	first, all time.Time // address up
	last       time.Time // announcement
	announced  time.Time // the last address that is up
	down       time.Time // all addresses
	heard      time.Time // the last heartbeat on any path; zero: none
	base       uint64    // connections before, where based
	based      bool
	counting   bool      // for the first request
	answered   time.Time // the first request
}

// add writes down a step at its time.
func (t *takeover) add(at time.Time, what string) {
	if len(t.Steps) < momentsKept {
		t.Steps = append(t.Steps, control.Moment{At: at, What: what})
	}
}

// sorted is the takeover with its own copy of the steps, in their order.
func (t *takeover) sorted() control.Takeover {
	c := t.Takeover
	c.Steps = slices.Clone(c.Steps)
	slices.SortStableFunc(c.Steps, func(a, b control.Moment) int { return a.At.Compare(b.At) })
	return c
}

// conclude sees whether all that came up is announced.
func (t *takeover) conclude() {
	if t.announced.IsZero() && t.raised && t.told >= t.up && !t.last.IsZero() {
		t.announced = t.last
		t.add(t.last, "all addresses are announced")
	}
}

// complete tells whether nothing is to come any more.
func (t *takeover) complete() bool {
	if t.To == control.Standby {
		return !t.down.IsZero()
	}
	return t.raised && t.told >= t.up && !t.counting
}

// summary is the takeover in one line: its length counts from the last
// heartbeat to the last address announced.
func (t *takeover) summary() string {
	var words []string
	say := func(at time.Time, what string) {
		if !at.IsZero() {
			words = append(words, what+" after "+span(at.Sub(t.Began)))
		}
	}
	from := t.Began
	if !t.heard.IsZero() {
		from = t.heard
		words = append(words, "last heartbeat "+span(t.Began.Sub(from))+" before")
	}
	if t.To == control.Standby {
		if t.down.IsZero() {
			return "giving up was interrupted"
		}
		return "gave up in " + span(t.down.Sub(t.Began))
	}
	if t.of > 1 {
		say(t.first, "first address up")
	}
	switch {
	case t.of == 1 && t.up == 1:
		say(t.all, "address up")
	case t.up == t.of:
		say(t.all, fmt.Sprintf("all %d up", t.of))
	default:
		say(t.all, fmt.Sprintf("%d of %d up", t.up, t.of))
	}
	say(t.announced, "announced")
	say(t.answered, "first request served")
	end := t.announced
	if end.IsZero() {
		end = t.all
	}
	if end.IsZero() {
		return strings.Join(append([]string{"taking over was interrupted"}, words...), ", ")
	}
	return "took over in " + span(end.Sub(from)) + ": " + strings.Join(words, ", ")
}

// span is a time as people read it: "12 ms", "3.02 s".
func span(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}
