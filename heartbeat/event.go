package heartbeat

// An Event is something that a Node is told: Tick, Heard, Fit, Failed,
// Configure or Leave.
type Event interface{ event() }

type (
	// Tick says that Next has come.
	Tick struct{}

	// Heard is a message from the partner.
	Heard struct {
		Path    int // below Settings.Paths
		Message Message
	}

	// Fit says whether this router could serve: its links are up. Until the
	// first, a Node takes itself to be fit, so it comes before the first Tick.
	Fit struct {
		OK  bool
		Why string // what is wrong, when not OK: "Primary NIC: link down"
	}

	// Failed says that the last Activate could not be carried out, or that
	// what it started has died.
	Failed struct{ Why string }

	// Configure gives new settings, of a reloaded lvs.cf.
	Configure struct{ Settings Settings }

	// Leave says that this router is to stop, in good order. The Node answers
	// with Gone, at once or when its partner has taken over.
	Leave struct{}
)

func (Tick) event()      {}
func (Heard) event()     {}
func (Fit) event()       {}
func (Failed) event()    {}
func (Configure) event() {}
func (Leave) event()     {}

// An Action is something that a Node wants done: Send, Activate, Deactivate,
// Announce, Gone or Note. The actions of a Step are carried out in their
// order, each done before the next: the partner lets go of the addresses when
// it hears Running, and takes them when it hears Stopped.
type Action interface{ action() }

type (
	// Send sends a message on every path.
	Send struct{ Message Message }

	// Activate brings up the addresses and announces them. Why is the line
	// for the log.
	Activate struct{ Why string }

	// Deactivate lets go of the addresses. Why is the line for the log.
	Deactivate struct{ Why string }

	// Announce announces the addresses again. Why is the line for the log.
	Announce struct{ Why string }

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
