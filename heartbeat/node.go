package heartbeat

import (
	"math"
	"time"
)

const (
	// Never is what Next returns when nothing is due.
	Never = time.Duration(math.MaxInt64)

	// leaveEvery is the most between heartbeats of a router that is leaving:
	// when one is lost, the hand-over must not wait a whole keepalive.
	leaveEvery = 200 * time.Millisecond

	// retryAfter is the least between a failed activation and the next try. A
	// failure is seldom cured in seconds, and each try takes the addresses up
	// and down.
	retryAfter = 10 * time.Second
)

// A Node is one router of a pair. It is a value: Step returns the next one.
// Times are offsets from any fixed moment on a clock that never jumps.
//
// The rules, with the lines that pulse has always logged:
//
//   - No partner: the primary activates at once. A backup without partner
//     never does.
//   - A heartbeat goes out on every path each keepalive, and at once after a
//     change of state: Running when active, else Stopped.
//   - Silence of deadtime on all paths: the partner is dead and a standby
//     activates ("partner dead: activating lvs"). One silent path is only told
//     of.
//   - A standby primary that hears Stopped activates ("backup inactive:
//     activating lvs").
//   - A standby backup that hears Stopped activates at once if the message
//     before was Running: the primary has just let go, or is leaving.
//     Otherwise both are standby and the primary comes first: it activates at
//     the backup's next Stopped. So the backup activates only when the primary
//     still says Stopped though the backup has said Stopped for more than two
//     keepalives ("primary inactive: activating lvs"): the primary cannot.
//   - Both active: the backup sends Running once more, so that the primary
//     knows, and deactivates ("partner active: deactivating LVS"). The primary
//     stays and announces its addresses again, at most once a keepalive
//     ("partner active: resending arps").
//   - An active router whose partner was active too, or silent, which may have
//     been the same, announces once more when the partner says Stopped
//     ("partner inactive: resending arps").
//   - A router that is not fit deactivates and does not activate. Fit again,
//     it listens for deadtime before it takes silence for death: its own
//     links were the reason. Without a partner none of this applies.
//   - Failed: the router deactivates. It does not try again until it has heard
//     the partner say Running, or for a while.
//   - Leave, active, with a living partner: the router says Stopped and keeps
//     serving until it hears Running, or for deadtime. In all other cases it
//     goes at once.
//   - A step later than a keepalive past Next means that this process was not
//     running, and that the silence was its own: it listens for deadtime
//     before it takes silence for death, and for two keepalives (or deadtime,
//     if that is less) acts on no Stopped, which may have waited in a queue.
//     Later than an eighth of a keepalive, it listens for a quarter more, once.
//     An active router goes on; if the partner has taken over meanwhile, both
//     are active.
//   - A message that contradicts what the partner began to say less than a
//     keepalive ago may be an older one, overtaken on its way or sent by the
//     slower path. It shows that the path is alive and decides nothing: if it
//     is true it comes again.
//   - No failback: nothing else changes who is active.
type Node struct {
	settings Settings
	state    State
	since    time.Duration // of state
	why      string        // the reason of state
	started  bool          // stepped at least once

	sendAt time.Duration
	paths  [MaxPaths]path

	partner      PartnerState
	partnerSince time.Duration // of partner
	said         Message       // what the partner last said and was believed, or 0
	handed       bool          // it said Stopped right after Running

	unfit       bool
	failed      bool
	retryAt     time.Duration // after failed
	listenUntil time.Duration // after a stall; at the start, any time that has passed

	graced      bool // time was added for heartbeats that wait to be read
	contested   bool // active, and the partner was or may have been too
	announcedAt time.Duration
	foreign     bool // told of messages of another service

	leaving bool
	leaveBy time.Duration
	gone    bool
}

// A path is what a Node knows of one path.
type path struct {
	heard  time.Duration // the last message, or when listening began
	silent bool
}

// NewNode returns a standby router that has heard nothing. Its first step is
// due at once.
func NewNode(now time.Duration, s Settings) Node {
	n := Node{settings: s.usable(), since: now, partnerSince: now, sendAt: now, listenUntil: now, why: "started"}
	for i := range n.paths {
		n.paths[i].heard = now
	}
	return n
}

// Settings returns the settings in use.
func (n Node) Settings() Settings { return n.settings }

// State returns whether this router serves.
func (n Node) State() State { return n.state }

// Since returns when State last changed.
func (n Node) Since() time.Duration { return n.since }

// Why returns the reason of the last change of State, for people.
func (n Node) Why() string { return n.why }

// Leaving tells whether a Leave waits for the partner to take over.
func (n Node) Leaving() bool { return n.leaving }

// PartnerState returns what is known of the partner.
func (n Node) PartnerState() PartnerState { return n.partner }

// PartnerSince returns when PartnerState last changed.
func (n Node) PartnerSince() time.Duration { return n.partnerSince }

// PathSilent tells whether path i has carried nothing for deadtime.
func (n Node) PathSilent(i int) bool { return n.paths[i].silent }

// Next returns when the next Tick is due, or Never.
func (n Node) Next() time.Duration {
	switch {
	case n.gone:
		return Never
	case !n.started:
		return n.sendAt
	}
	next := Never
	if n.settings.Partner {
		next = n.sendAt
		for _, p := range n.paths[:n.settings.Paths] {
			if !p.silent {
				next = min(next, p.heard+n.settings.Deadtime)
			}
		}
	}
	if n.leaving {
		next = min(next, n.leaveBy)
	}
	if n.state == Standby && n.wanted() != "" {
		next = min(next, n.mayFrom())
	}
	return next
}

// wanted returns why a standby should activate without being told anything,
// or nothing.
func (n Node) wanted() string {
	switch {
	case n.leaving || n.gone || (n.unfit && n.settings.Partner):
		return ""
	case !n.settings.Partner && n.settings.Role == Primary:
		return "no backup router: activating lvs"
	case n.settings.Partner && n.partner == PartnerSilent:
		return "partner dead: activating lvs"
	}
	return ""
}

// may tells whether a standby may activate now, given a reason to.
func (n Node) may(now time.Duration) bool {
	fit := !n.unfit || !n.settings.Partner
	return fit && !n.leaving && now >= n.mayFrom()
}

// mayFrom is when the times of not activating end.
func (n Node) mayFrom() time.Duration {
	if n.failed {
		return max(n.retryAt, n.listenUntil)
	}
	return n.listenUntil
}

// message is what the heartbeat says now.
func (n Node) message() Message {
	if n.state == Active && !n.leaving {
		return Running
	}
	return Stopped
}

func (n Node) interval() time.Duration {
	if n.leaving {
		return min(n.settings.Keepalive, leaveEvery)
	}
	return n.settings.Keepalive
}
