package alert

import "time"

// A Kind is what an alert is about.
type Kind string

// The kinds. Each can be switched off, but for the last two.
const (
	Pulse       Kind = "pulse"       // pulse is not running on this router
	SplitBrain  Kind = "split_brain" // both routers are active
	NoServer    Kind = "no_server"   // a service has no real server left
	Role        Kind = "role"        // this router became active, or standby
	Partner     Kind = "partner"     // the other router is silent
	Fitness     Kind = "fitness"     // this router is not fit to serve
	Server      Kind = "server"      // a real server is down
	Config      Kind = "config"      // the routers' lvs.cf differ, or pulse refused the one on disk
	Drift       Kind = "drift"       // pulse put right what others changed in the kernel
	Nanny       Kind = "nanny"       // a nanny has trouble
	Certificate Kind = "certificate" // one is about to expire
	Disk        Kind = "disk"        // the console's disk is nearly full
	Test        Kind = "test"        // somebody asked for it
	Digest      Kind = "digest"      // of what was held back
)

// Kinds are those that can be switched off, the weightiest first.
var Kinds = []Kind{Pulse, SplitBrain, NoServer, Role, Partner, Fitness, Server, Config, Drift, Nanny, Certificate, Disk}

// Known reports whether k can be switched off.
func (k Kind) Known() bool { _, ok := rank[k]; return ok }

var rank = func() map[Kind]int {
	m := make(map[Kind]int, len(Kinds))
	for i, k := range Kinds {
		m[k] = i
	}
	return m
}()

// severe kinds go through quiet hours, where the settings say so.
func (k Kind) severe() bool { return k == Pulse || k == SplitBrain || k == NoServer }

// ours are the kinds that only the active router tells of.
func (k Kind) ours() bool { return k == Server || k == NoServer }

// window is how long to wait for more of the same.
func (k Kind) window() time.Duration {
	switch k {
	case Server, NoServer, Nanny, Drift:
		return groupWindow
	}
	return 0
}

// hold is how long it must have been so to be news: a reload of both routers,
// a restart of pulse, a handover are none.
func (k Kind) hold() time.Duration {
	switch k {
	case Config:
		return 30 * time.Second
	case Pulse:
		return 10 * time.Second
	case SplitBrain:
		return 3 * time.Second
	}
	return 0
}

// A State is what became of an object.
type State string

// The states.
const (
	Problem  State = "problem"
	Resolved State = "resolved"
	Note     State = "note" // something happened, and is over
)

// A Severity grades an alert.
type Severity string

// The severities.
const (
	Critical Severity = "critical"
	Warning  Severity = "warning"
	Info     Severity = "info"
)

// An Alert is one message. Its JSON is what a webhook gets.
type Alert struct {
	// ID is the same each time this alert is sent: one that comes twice can be
	// told by it. It is made of letters, digits and "-".
	ID       string    `json:"id"`
	Time     time.Time `json:"time"`
	Router   string    `json:"router"` // hostname of the router that tells
	Kind     Kind      `json:"kind"`
	Severity Severity  `json:"severity"`
	State    State     `json:"state"`             // problem while any of Changes is
	Service  string    `json:"service,omitempty"` // of Kind server: whose
	Title    string    `json:"title"`             // one line of English
	Changes  []Change  `json:"changes"`           // at most 50
	More     int       `json:"more,omitempty"`    // objects that Changes leaves out
}

// A Change is what an Alert tells of one object.
type Change struct {
	Kind    Kind      `json:"kind"`
	Service string    `json:"service,omitempty"`
	Object  string    `json:"object"`
	State   State     `json:"state"`
	Why     string    `json:"why,omitempty"`
	Since   time.Time `json:"since"`
	// Count is how often it changed since it was last told of: 2 and more is
	// flapping.
	Count int `json:"count"`
}

// severity is a's, by its kinds and states.
func severity(changes []Change) Severity {
	worst := Info
	for _, c := range changes {
		switch {
		case c.State == Problem && (c.Kind.severe() || c.Kind == Disk), c.Kind == SplitBrain && c.State == Note:
			return Critical
		case c.State == Problem, c.Kind == Role, c.Kind == Drift, c.Kind == Nanny && c.State == Note:
			worst = Warning
		}
	}
	return worst
}
