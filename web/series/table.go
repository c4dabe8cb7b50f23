package series

import (
	"net/netip"
	"time"
)

// Budget bounds the memory of a Table, in bytes.
const Budget = 32 << 20

// maxRings is how many rings fit into it: those of some 11,000 objects.
const maxRings = Budget / ringBytes

// A Key names an object: a service by its key, and a real server by its
// address in it besides.
type Key struct {
	Service string
	Server  netip.AddrPort // zero: the service itself
}

// A Rank says which real servers are kept where memory does not do for all.
type Rank uint8

// The ranks, lowest first.
const (
	Calm    Rank = iota // a real server with which all is well
	Trouble             // one with which something is not
	Watched             // somebody looks at its service
	Service             // a service itself
	ranks
)

// A Table is the series of all objects. It is used by one goroutine at a time;
// the zero Table is ready.
type Table struct {
	rings map[Key]*entry
	have  [ranks]int // how many of each rank
	step  int64      // of the newest look
	first time.Time  // the beginning of the step of the first look
	room  int        // maxRings; tests have less
}

type entry struct {
	ring
	rank Rank
	look int64 // step of the last Put
}

// Due reports whether a look at at belongs to another step than the one before
// it: then it is to be taken in, and else it brings nothing.
func (t *Table) Due(at time.Time) bool { return t.stepOf(at) > t.step }

// Begin starts taking in a look at at.
func (t *Table) Begin(at time.Time) {
	if t.rings == nil {
		t.rings = map[Key]*entry{}
	}
	if t.room == 0 {
		t.room = maxRings
	}
	if t.first.IsZero() {
		t.first = at.Add(-time.Duration(at.UnixNano() % int64(Step))) // not Truncate: that takes the monotonic clock
	}
	t.step = max(t.stepOf(at), t.step)
}

// Put takes in what the look that was begun says of an object. One that finds
// no place is left out; the next looks try again.
func (t *Table) Put(k Key, at time.Time, rank Rank, s Sample) {
	e := t.rings[k]
	if e == nil {
		if len(t.rings) >= t.room && !t.evict(rank) {
			return
		}
		e = &entry{}
		e.step = t.step - 1
		t.rings[k] = e
	} else {
		t.have[e.rank]--
	}
	t.have[rank]++
	e.rank, e.look = rank, t.step
	e.put(t.step, at, s)
}

// evict makes room for an object of rank, if there is one of a lower rank.
func (t *Table) evict(rank Rank) bool {
	lowest := Calm
	for t.have[lowest] == 0 && lowest < rank {
		lowest++
	}
	if lowest >= rank {
		return false
	}
	for k, e := range t.rings {
		if e.rank == lowest {
			t.drop(k, e)
			return true
		}
	}
	return false
}

func (t *Table) drop(k Key, e *entry) {
	delete(t.rings, k)
	t.have[e.rank]--
}

// End ends a look: objects that it did not name have a gap, and those go that
// have not been named for as long as a chart shows.
func (t *Table) End() {
	for k, e := range t.rings {
		switch {
		case e.look == t.step:
		case t.step-e.look >= Points:
			t.drop(k, e)
		default:
			e.miss(t.step)
		}
	}
}

// Miss takes in a look at at that pulse did not answer.
func (t *Table) Miss(at time.Time) {
	t.Begin(at)
	t.End()
}

// Points returns what is known of an object, oldest first, Points of them, and
// false where nothing is.
func (t *Table) Points(k Key, kind Kind) ([]float32, bool) {
	e := t.rings[k]
	if e == nil {
		return nil, false
	}
	return e.points(kind, t.step), true
}

// Len is the number of objects.
func (t *Table) Len() int { return len(t.rings) }

// stepOf counts from the first look, by the monotonic clock: charts go on when
// the wall clock is set back, and do not jump when it is set forward.
func (t *Table) stepOf(at time.Time) int64 {
	if t.first.IsZero() {
		return 1
	}
	return int64(at.Sub(t.first)/Step) + 1
}
