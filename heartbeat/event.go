package heartbeat

// An Event is something that a Node is told: Tick, Heard, Fit, Facts, Raised,
// Lowered, Failed, Configure, Leave, Switchover, Hold or PartnerFailed.
type Event interface{ event() }

type (
	// Tick says that Next has come.
	Tick struct{}

	// Heard is a heartbeat from the partner.
	Heard struct {
		Path int // below Settings.Paths
		Beat Beat
		// Late: a newer one came before, on another path. It shows that this
		// path is alive and decides nothing.
		Late bool
	}

	// Fit says how fit this router is to serve. Until the first, a Node takes
	// itself to be fit, so it comes before the first Tick.
	Fit struct {
		Faults uint16 // 0: fit; higher: worse
		// Cut: this router's own network is in doubt, a link or the witnesses,
		// so that silence proves nothing. It counts as a fault.
		Cut bool
		Why string // what is wrong: "Primary NIC: link down"
	}

	// Facts are what this router sees of its real servers.
	Facts struct {
		Up, Servers int // real servers that are up, and all that are probed
		Connections int // active connections in the kernel's IPVS table
	}

	// Raised answers the Activate of that Job: the addresses are up.
	Raised struct{ Job int }

	// Lowered answers the Deactivate of that Job: the addresses are gone.
	Lowered struct{ Job int }

	// Failed says, instead of Raised, that an Activate could not be carried
	// out, or that what it started has died.
	Failed struct {
		Job int // of the Activate; 0: the last one
		Why string
	}

	// Configure gives new settings, of a reloaded lvs.cf.
	Configure struct{ Settings Settings }

	// Leave says that this router is to stop, in good order. The Node answers
	// with Gone, at once or when its partner has taken over and its own
	// addresses are gone.
	Leave struct{}

	// Switchover says that an operator wants the other router to serve than
	// the one that does.
	Switchover struct{}

	// Hold says whether this router must never take over.
	Hold struct{ On bool }

	// PartnerFailed says that the partner's service does not answer this
	// router's probes, for service = fos. It is to be told again while that
	// lasts.
	PartnerFailed struct{ Why string }
)

func (Tick) event()          {}
func (Heard) event()         {}
func (Fit) event()           {}
func (Facts) event()         {}
func (Raised) event()        {}
func (Lowered) event()       {}
func (Failed) event()        {}
func (Configure) event()     {}
func (Leave) event()         {}
func (Switchover) event()    {}
func (Hold) event()          {}
func (PartnerFailed) event() {}

// An Action is something that a Node wants done: Send, Activate, Deactivate,
// Announce, Gone or Note. Activate, Deactivate and Announce are for a worker,
// which carries them out in their order while heartbeats go on.
type Action interface{ action() }

type (
	// Send sends a heartbeat on every path.
	Send struct{ Beat Beat }

	// Activate brings up the addresses and announces them. The answer is
	// Raised or Failed. Jobs count up from 1. Why is the line for the log.
	Activate struct {
		Job int
		Why string
	}

	// Deactivate lets go of the addresses, and gives up an Activate that is
	// still going on. The answer is Lowered, also where something was in the
	// way. Why is the line for the log.
	Deactivate struct {
		Job int
		Why string
	}

	// Announce announces the addresses again. Why is the line for the log.
	Announce struct {
		Why   string
		Level Level
	}

	// Gone ends the node: a Leave is finished.
	Gone struct{}

	// Note is a line for the log.
	Note struct {
		Level Level
		Text  string
	}
)

func (Send) action()       {}
func (Activate) action()   {}
func (Deactivate) action() {}
func (Announce) action()   {}
func (Gone) action()       {}
func (Note) action()       {}

// A Level grades a Note.
type Level int

// The levels.
const (
	Info Level = iota
	Warning
	Error
)

// String is "info", "warning" or "error".
func (l Level) String() string { return [...]string{"info", "warning", "error"}[l] }
