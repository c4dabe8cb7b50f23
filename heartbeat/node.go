package heartbeat

import "time"

const (
	// yieldEvery is the most between heartbeats of a router that hands over:
	// when one is lost, the hand-over must not wait a whole keepalive.
	yieldEvery = 200 * time.Millisecond

	// retryAfter is the least between a failed activation and the next try. A
	// failure is seldom cured in seconds, and each try takes the addresses up
	// and down. Nor is a hand-over for faults, or a takeover of a failed
	// service, tried again before.
	retryAfter = 10 * time.Second

	// againAfter is when the winner of a split brain announces once more.
	againAfter = 5 * time.Second
)

// A Node is one router of a pair. It is a value: Step returns the next one.
// Times are offsets from any fixed moment on a clock that never jumps.
//
// The rules, with the lines that pulse has always logged:
//
//   - No partner: the primary activates at once. A backup without partner
//     never does.
//   - A heartbeat goes out on every path each keepalive, and at once after a
//     change. Without a key it says Running when active, else Stopped. What the
//     next one says is known beforehand (Spare): a small process sends it when
//     this one is late.
//   - Silence of deadtime on all paths: the partner is dead and a standby
//     activates ("partner dead: activating lvs"). One silent path is only told
//     of.
//   - Serving takes time to begin and to end: Taking ends with Raised, Dropping
//     with Lowered. A Taking router is active, a Dropping one is standby, and
//     does not activate before Lowered.
//   - Failed: the router deactivates. It does not try again until it has heard
//     that the partner serves, or for a while.
//   - No failback: nothing but what stands here changes who is active.
//
// Both are standby (consider, mayFollow): the primary activates when it hears
// that ("backup inactive: activating lvs"). The backup does at once if the
// partner was active just before, and has let go; otherwise only if the primary
// still does not serve when both have been standby for more than two keepalives
// ("primary inactive: activating lvs"): it cannot. With a key, the router with
// fewer faults goes first, then the one that reaches real servers, then the
// primary; and nobody waits for a partner that is held.
//
// Both are active (bothActive, heardRunning): with a key, the one with fewer
// faults stays, then the primary. The other one deactivates when it hears that
// the partner serves, not that it is about to ("partner active: deactivating
// LVS"), and is not heard again before its addresses are gone, or half of
// deadtime has passed. Where every path works one way only, the one that hears
// the other gives way, after deadtime. Without a key the primary stays, and the
// backup sends Running once more. The one that stays announces its addresses
// again, at most once a keepalive ("partner active: resending arps"), when the
// other has let go ("partner inactive: resending arps"), and once more 5 s
// later. The last two also follow a silence, and a start as the active router.
//
// Handing over (handover.go): a Yielding router serves on until it hears that
// its partner serves. A partner that does not take within deadtime leaves it as
// it was, or without its addresses if it was to stop or is Cut.
//
//   - Leave: it stops afterwards. Without a living partner, or with one that is
//     held, it goes at once.
//   - Switchover: it is a standby afterwards. A standby asks its partner for
//     it, with Wants.
//   - Faults: an active router gives way to a living standby that has fewer,
//     and is neither held nor blind, once in each situation. To one without a
//     key, which does not say, it gives way without waiting.
//
// Fitness (fitness.go): with faults alone it serves where nobody else does.
// Cut, its network is in doubt: it does not take silence for death, and gives up
// when its partner is silent ("local link failure: deactivating LVS"). Cut no
// more, it listens for deadtime first. To a partner without a key nothing of
// this can be said: Cut, it gives up at once, and does not activate.
//
// Held (hold.go), a standby never activates but for ForceActive and Resume, at
// its first step. Blind, it does not when the partner
// falls silent, and does not preempt. Preempting (preempt.go), a primary takes
// back when it is fit.
//
// The time (listen.go): a step later than a keepalive past Next means that this
// process was not running, and that the silence was its own: it listens for
// deadtime before it takes silence for death, and for two keepalives (or
// deadtime, if that is less) does not act on a partner that is standby, which
// may have waited in a queue. Later than an eighth of a keepalive, it listens
// for a quarter more, once. An active router that has sent nothing for deadtime
// deactivates first: its partner has taken over, as far as it knows. A Spare
// that was sent meanwhile does not count.
//
// A message without a key that contradicts what the partner began to say less
// than a keepalive ago may be an older one, overtaken on its way or sent by the
// slower path. It shows that the path is alive and decides nothing: if it is
// true it comes again. With a key, Line finds those, and they come as Late.
//
// For service = fos (service.go) a standby whose probes find the partner's
// service dead activates, and has it stop until it says that it has.
type Node struct {
	settings Settings
	started  bool // stepped at least once

	// What this router does.
	phase      Phase
	phaseSince time.Duration
	since      time.Duration // of State
	why        string        // the reason of State
	reason     Reason        // of phase
	job        int           // the last Activate or Deactivate
	mute       bool          // Taking, and a partner without a key must not let go yet
	ending     bool          // giving up for good

	// What it says.
	sendAt time.Duration
	sentAt time.Duration
	spoken Message // said last, or 0

	// What it hears.
	paths        [MaxPaths]path
	partner      PartnerState
	partnerSince time.Duration // of partner
	last         Beat          // what the partner last said and was believed; kept through silence
	lastAt       time.Duration // of last; means nothing unless heard
	heard        bool          // last was said since this router listens
	droppingFrom time.Duration // since when the partner says Dropping
	deafFrom     time.Duration // since when the partner says that it does not hear this router
	handed       bool          // it has let go: it is standby right after being active
	foreign      bool          // told of messages of another service

	// How fit it is.
	faults      uint16
	cut         bool
	faultsWhy   string
	facts       Facts
	failed      bool
	retryAt     time.Duration // after failed
	listenUntil time.Duration // after a stall; at the start, any time that has passed
	graced      bool          // time was added for heartbeats that wait to be read

	// Both active.
	contested   bool // active, and the partner was or may have been too
	relieves    bool // active, and the partner hands over to it
	announcedAt time.Duration
	againAt     time.Duration // when to announce once more; Never: not

	// Handing over.
	cause   cause // why it is Yielding, or was
	yieldBy time.Duration
	taken   bool          // the partner takes over
	tried   bool          // it gave way for its faults, and nothing changed since
	triedAt time.Duration // retryAfter ago at the start

	// What an operator wants.
	held       bool
	barrier    barrier // told of last
	wants      bool
	wantsUntil time.Duration
	asked      bool          // the partner's Wants is answered
	suspended  bool          // it does not preempt: an operator wanted the partner to serve
	preemptAt  time.Duration // when it preempts; Never: it waits for something

	// The service itself, for service = fos.
	stopping  bool // has the partner stop its service
	serviceAt time.Duration
}

// A path is what a Node knows of one path.
type path struct {
	heard  time.Duration // the last message, or when listening began
	ever   bool          // it was a message
	silent bool
}

// NewNode returns a standby router that has heard nothing. Its first step is
// due at once.
func NewNode(now time.Duration, s Settings) Node {
	n := Node{
		settings: s.usable(), since: now, phaseSince: now, partnerSince: now, why: "started", held: s.Held,
		sendAt: now, sentAt: now, listenUntil: now, retryAt: now, againAt: Never, preemptAt: Never,
		triedAt: now - retryAfter, serviceAt: now - retryAfter,
	}
	for i := range n.paths {
		n.paths[i].heard = now
	}
	return n
}
