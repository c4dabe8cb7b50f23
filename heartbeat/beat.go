package heartbeat

import "time"

// A Beat is what one heartbeat says. Piranha's says its Message and no more;
// one that was authenticated says all of it.
type Beat struct {
	Message Message
	Keyed   bool // it was authenticated, and says what follows

	Boot     uint64 // tells one start of the sender from another; Line sets it
	Phase    Phase
	Reason   Reason        // of Phase
	Interval time.Duration // the sender's keepalive

	Serial uint32  // serial_no of its lvs.cf
	Hash   [8]byte // first bytes of the SHA-256 of its lvs.cf

	// Release is the program's version, as Release leaves it; empty where the
	// sender does not say it.
	Release string

	Faults      uint16 // 0: fit to serve; higher: worse
	Up, Servers uint32 // real servers that are up, and all that it probes
	Connections uint32 // active connections in its kernel's IPVS table

	Held  bool // an operator wants it never to take over
	Blind bool // its probes reach no real server, while its partner's do
	Wants bool // a standby asks the active partner to hand over
	Stop  bool // fos: stop your services, mine are to run
	Deaf  bool // it has heard nothing of its partner for deadtime
}

// A Phase is how far a router is with serving. Addresses take time to come up
// and to go down. On the wire: append only.
type Phase uint8

// The phases.
const (
	PhaseStandby Phase = iota // holds no addresses
	Taking                    // has decided to serve: addresses are coming up
	Serving                   // all addresses are up
	Yielding                  // serves, and asks the partner to take over
	Dropping                  // has decided not to serve: addresses are going down
)

// String is "standby", "taking over", "serving", "handing over" or "giving
// up".
func (p Phase) String() string {
	if int(p) >= len(phaseNames) {
		return "unknown"
	}
	return phaseNames[p]
}

var phaseNames = [...]string{"standby", "taking over", "serving", "handing over", "giving up"}

// active tells whether a router in this phase has the active role.
func (p Phase) active() bool { return p == Taking || p == Serving || p == Yielding }

// A Reason is why a router is in its Phase, for people. On the wire: append
// only.
type Reason uint8

// The reasons.
const (
	ReasonStarted    Reason = iota // it has just started
	ReasonAlone                    // it has no partner
	ReasonDead                     // its partner is dead
	ReasonInactive                 // its partner does not serve
	ReasonForced                   // forceactive, or an earlier pulse served there
	ReasonConflict                 // both were active
	ReasonLink                     // its own network is in doubt
	ReasonFaults                   // it has more faults than its partner
	ReasonFailed                   // its addresses could not be brought up
	ReasonStall                    // it was not running
	ReasonConfig                   // its lvs.cf changed
	ReasonLeave                    // it is being stopped
	ReasonSwitchover               // an operator wanted it
	ReasonPreempt                  // it is the primary, and takes back
	ReasonService                  // fos: the service failed
)

// String is a few words: "partner dead".
func (r Reason) String() string {
	if int(r) >= len(reasonNames) {
		return "unknown"
	}
	return reasonNames[r]
}

var reasonNames = [...]string{
	"started", "no partner", "partner dead", "partner inactive", "forced", "both active", "local link failure",
	"more faults than the partner", "failed", "was not running", "lvs.cf changed", "stopping", "switchover",
	"preempt", "service failed",
}
