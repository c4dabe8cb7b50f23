package heartbeat

import (
	"fmt"
	"slices"
	"time"
)

const (
	// sendsKept is how many of its own last packets a Line remembers the times
	// of: an echo of one shows how young the packet is that carries it.
	sendsKept = 64
	// startsKept is how many former starts of the partner are remembered, to
	// refuse what somebody recorded of them.
	startsKept = 4096
	// formersKept is how many that never showed whether they were the latest.
	formersKept = 16
	// clocksAgree is the most by which the wall clocks of the routers may
	// differ for a start of the partner to be believed that has not heard us.
	clocksAgree = time.Minute
	// staleSlack is how late a packet may be besides two keepalives: more than
	// a loaded machine's stalls.
	staleSlack = 500 * time.Millisecond
	// echoSlack is how long ago our own packet may have gone out, besides two
	// keepalives, that a packet echoes which counts as young.
	echoSlack = 2 * staleSlack
	// driftPerMille is by how much two monotonic clocks may run apart: each is
	// steered by at most 0.5 per mille (adjtimex(2)) around a quartz that is
	// wrong by less.
	driftPerMille = 2
)

// A replay tells new packets of the partner from those that somebody recorded
// and sends again, on the same path or another, soon or a year later.
//
// Of one start of the partner, which a random number names (boot), a packet is
// new on a path when its sequence number is above all before it. That leaves
// packets which were recorded elsewhere and never came: of a path that was
// cut, or lost. So a packet must also be young. It is when it echoes one of our
// own that went out just now. Where the partner does not hear us there is no
// echo; then the clocks tell: the time on the sender's monotonic clock against
// ours has to be what it was before, give or take their drift. An echo corrects
// that, but by no more than it proves: its packet may have been late itself,
// and must not make a later one look young that is not.
//
// A boot that was never heard is a start of the partner: now, or at any time
// in the past while we were deaf or not running. It is now when it echoes a
// packet that we sent after we last heard the start before. Every start shows
// this as soon as it has heard us once. What a start says that has not heard
// us yet, or never will because that way is cut, is believed only while the
// start before is silent, and only if its wall clock agrees with ours within a
// minute: otherwise what was recorded yesterday could keep a router that has
// just been restarted from taking over. The start before is then not forgotten
// but set aside: should it speak again, it was not the one that ended.
//
// So with clocks that are right, a recording of the last minute can be taken
// for a living partner for the rest of that minute, by a router that has just
// started; and an older one never.
type replay struct {
	boot uint64 // our own
	seq  uint64 // of our last packet
	sent [sendsKept]sending

	began   time.Time // the first moment that we were told
	current start
	aside   start // the last that was proven, while current is not
	guest   guest // while there is no current

	retired []uint64 // a ring
	oldest  int      // in retired, when it is full
	former  [formersKept]start
	formers int // counts all that were former
}

// A sending is when our packet of that sequence went out, if it did.
type sending struct {
	seq uint64
	at  time.Time
}

// A start is what is known of one start of the partner. None: boot is 0.
type start struct {
	boot   uint64
	proven bool // it has echoed us: it is the latest
	heard  [MaxPaths]uint64
	high   uint64 // of heard
	at     time.Time
	ourSeq uint64        // the last that we had sent at that time
	offset time.Duration // our time minus its, were a packet there at once
	every  time.Duration // its keepalive
}

// A guest is a start that has been heard and is not believed yet. It is echoed
// all the same, or two routers whose clocks differ would wait for each other.
// Of several, the one with the latest wall clock is the true one most likely.
type guest struct {
	boot, seq uint64
	wall      int64
	until     time.Time // it is given up, unless it is heard again
}

// meet notes a start that is not believed yet.
func (r *replay) meet(p packet, now time.Time) {
	if p.wall >= r.guest.wall || now.After(r.guest.until) {
		r.guest = guest{p.beat.Boot, p.seq, p.wall, now.Add(2*p.beat.Interval + staleSlack)}
	}
}

// echo is what to tell the partner that we have heard of it.
func (r *replay) echo() (boot, seq uint64) {
	if r.current.boot != 0 {
		return r.current.boot, r.current.high
	}
	return r.guest.boot, r.guest.seq
}

// sending notes that a packet goes out at now, if at all: a spare may not. It
// returns its sequence number and the time since the first.
func (r *replay) sending(now time.Time) (seq uint64, since time.Duration) {
	since = r.elapsed(now)
	r.seq++
	r.sent[r.seq%sendsKept] = sending{r.seq, now}
	return r.seq, since
}

func (r *replay) elapsed(now time.Time) time.Duration {
	if r.began.IsZero() {
		r.began = now
	}
	return max(now.Sub(r.began), 0)
}

// An arrival is a packet that has come, and what is known of its age.
type arrival struct {
	packet
	path    int
	now     time.Time
	elapsed time.Duration // our monotonic clock
	ourSeq  uint64        // of our last packet
	age     time.Duration // since we sent what it echoes: it is no older. Only if young
	young   bool          // and that was just now
}

func (r *replay) arrive(path int, p packet, now time.Time) arrival {
	a := arrival{packet: p, path: path, now: now, elapsed: r.elapsed(now), ourSeq: r.seq}
	if s := r.sent[p.echoSeq%sendsKept]; p.echo == r.boot && p.echoSeq != 0 && s.seq == p.echoSeq {
		a.age = now.Sub(s.at)
		a.young = a.age <= 2*p.beat.Interval+echoSlack
	}
	return a
}

// judge takes in an authenticated packet of the partner. Late: one that was
// sent later came before, on another path. The error matches ErrReplayed,
// ErrStale, ErrRetired or ErrUnconfirmed.
func (r *replay) judge(path int, p packet, now time.Time) (late bool, err error) {
	a := r.arrive(path, p, now)
	switch boot := p.beat.Boot; {
	case boot == r.current.boot:
		late, err = r.current.follow(a)
		if err == nil && a.young && !r.current.proven && p.echoSeq > r.aside.ourSeq {
			r.current.proven = true
			r.end(&r.aside)
		}
		return late, err
	case boot == r.aside.boot:
		s := r.aside
		if late, err = s.follow(a); err != nil {
			return false, err
		}
		r.end(&r.current) // it may be the next start after all, heard early
		r.current, r.aside = s, start{}
		return late, nil
	case r.isRetired(boot):
		return false, ErrRetired
	}
	before := &r.current
	if r.aside.boot != 0 {
		before = &r.aside
	}
	next := r.recall(p.beat.Boot)
	next.proven = a.young && (before.boot == 0 || p.echoSeq > before.ourSeq)
	if !next.proven {
		if r.current.boot != 0 && now.Sub(r.current.at) <= 2*r.current.every {
			return false, ErrUnconfirmed
		}
		if apart := time.Duration(now.UnixNano() - p.wall).Abs(); apart > clocksAgree {
			r.meet(p, now)
			return false, fmt.Errorf("%w, and its clock differs from ours by %v", ErrUnconfirmed, apart.Round(time.Second))
		}
	}
	if late, err = next.follow(a); err != nil {
		return false, err
	}
	switch {
	case next.proven:
		r.end(&r.aside)
		r.end(&r.current)
	case r.current.proven:
		r.aside = r.current
	default:
		r.end(&r.current)
	}
	r.current = next
	return late, nil
}

// follow takes in a packet of this start.
func (s *start) follow(a arrival) (late bool, err error) {
	if a.seq <= s.heard[a.path] {
		return false, ErrReplayed
	}
	offset := a.elapsed - a.since
	least := offset - max(a.age-echoSlack, 0)
	expected := s.offset + a.now.Sub(s.at)*driftPerMille/1000
	switch first := s.at.IsZero(); {
	case first && a.young:
		offset = least
	case first:
	case a.young: // its clock may have stood still meanwhile
		offset = max(least, min(offset, expected))
	case offset-expected > 2*a.beat.Interval+staleSlack:
		return false, fmt.Errorf("%w: by %v", ErrStale, (offset - expected).Round(time.Millisecond))
	default:
		offset = min(offset, expected)
	}
	late = a.seq <= s.high
	s.heard[a.path], s.high = a.seq, max(s.high, a.seq)
	s.at, s.ourSeq, s.offset, s.every = a.now, a.ourSeq, offset, a.beat.Interval
	return late, nil
}

// end empties s, and remembers it. That it has ended is certain only if it was
// proven: another may be heard before what its forerunner sent, and come back.
func (r *replay) end(s *start) {
	switch {
	case s.boot == 0:
	case !s.proven:
		slot := slices.IndexFunc(r.former[:], func(f start) bool { return f.boot == s.boot })
		if slot < 0 {
			slot = r.formers % formersKept
			r.formers++
		}
		r.former[slot] = *s
	case len(r.retired) < startsKept:
		r.retired = append(r.retired, s.boot)
	default:
		r.retired[r.oldest] = s.boot
		r.oldest = (r.oldest + 1) % startsKept
	}
	*s = start{}
}

// recall returns what is known of a start that was never proven: its name
// alone, if it was not heard before.
func (r *replay) recall(boot uint64) start {
	for _, s := range r.former {
		if s.boot == boot {
			return s
		}
	}
	return start{boot: boot}
}

func (r *replay) isRetired(boot uint64) bool { return slices.Contains(r.retired, boot) }
