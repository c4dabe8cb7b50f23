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
// ours has to be what it was before, give or take their drift.
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

// A sending is when our packet of that sequence went out.
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
	offset time.Duration // our time minus its, of the fastest packets
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

// sending notes that a packet goes out now, and returns its sequence number
// and the time since the first.
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

// judge takes in an authenticated packet of the partner. Late: one that was
// sent later came before, on another path. The error matches ErrReplayed,
// ErrStale, ErrRetired or ErrUnconfirmed.
func (r *replay) judge(path int, p packet, now time.Time) (late bool, err error) {
	young := r.young(p, now)
	switch boot := p.beat.Boot; {
	case boot == r.current.boot:
		late, err = r.current.follow(path, p, young, r.elapsed(now), now, r.seq)
		if err == nil && young && !r.current.proven && p.echoSeq > r.aside.ourSeq {
			r.current.proven = true
			r.end(&r.aside)
		}
		return late, err
	case boot == r.aside.boot:
		s := r.aside
		if late, err = s.follow(path, p, young, r.elapsed(now), now, r.seq); err != nil {
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
	next.proven = young && (before.boot == 0 || p.echoSeq > before.ourSeq)
	if !next.proven {
		if r.current.boot != 0 && now.Sub(r.current.at) <= 2*r.current.every {
			return false, ErrUnconfirmed
		}
		if apart := time.Duration(now.UnixNano() - p.wall).Abs(); apart > clocksAgree {
			r.meet(p, now)
			return false, fmt.Errorf("%w, and its clock differs from ours by %v", ErrUnconfirmed, apart.Round(time.Second))
		}
	}
	if late, err = next.follow(path, p, young, r.elapsed(now), now, r.seq); err != nil {
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

// young tells whether p echoes a packet that we sent just now.
func (r *replay) young(p packet, now time.Time) bool {
	s := r.sent[p.echoSeq%sendsKept]
	return p.echo == r.boot && p.echoSeq != 0 && s.seq == p.echoSeq && now.Sub(s.at) <= 2*p.beat.Interval+2*staleSlack
}

// follow takes in a packet of this start.
func (s *start) follow(path int, p packet, young bool, elapsed time.Duration, now time.Time, ourSeq uint64) (late bool, err error) {
	if p.seq <= s.heard[path] {
		return false, ErrReplayed
	}
	offset := elapsed - p.since
	if !young && !s.at.IsZero() {
		drift := now.Sub(s.at) * driftPerMille / 1000
		if stale := offset - s.offset - drift; stale > 2*p.beat.Interval+staleSlack {
			return false, fmt.Errorf("%w: by %v", ErrStale, stale.Round(time.Millisecond))
		}
		offset = min(offset, s.offset+drift)
	}
	late = p.seq <= s.high
	s.heard[path], s.high = p.seq, max(s.high, p.seq)
	s.at, s.ourSeq, s.offset, s.every = now, ourSeq, offset, p.beat.Interval
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
