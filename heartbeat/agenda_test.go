package heartbeat_test

import "time"

// An agenda is a heap of what is to happen, by the time and then in the order
// in which it was put there.
type agenda struct {
	heap []appointment
	seq  uint64
}

type appointment struct {
	at  time.Duration
	seq uint64
	do  func()
}

func (a appointment) before(b appointment) bool {
	return a.at < b.at || a.at == b.at && a.seq < b.seq
}

// due tells whether something is to happen until then.
func (a *agenda) due(until time.Duration) bool { return len(a.heap) > 0 && a.heap[0].at <= until }

func (a *agenda) push(at time.Duration, do func()) {
	a.seq++
	a.heap = append(a.heap, appointment{at, a.seq, do})
	q := a.heap
	for i := len(q) - 1; i > 0; {
		up := (i - 1) / 2
		if !q[i].before(q[up]) {
			break
		}
		q[i], q[up] = q[up], q[i]
		i = up
	}
}

func (a *agenda) pop() appointment {
	q := a.heap
	first, last := q[0], len(q)-1
	q[0] = q[last]
	q[last] = appointment{}
	q = q[:last]
	for i := 0; ; {
		next := 2*i + 1
		if next >= len(q) {
			break
		}
		if next+1 < len(q) && q[next+1].before(q[next]) {
			next++
		}
		if !q[next].before(q[i]) {
			break
		}
		q[i], q[next] = q[next], q[i]
		i = next
	}
	a.heap = q
	return first
}
