package control

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strconv"
	"time"
)

// A Duration is a time.Duration that JSON carries as text, "1.5s".
type Duration time.Duration

// String is time.Duration's.
func (d Duration) String() string { return time.Duration(d).String() }

// MarshalJSON writes the text in quotes.
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (d *Duration) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("duration %s: not a string", b)
	}
	v, err := time.ParseDuration(s)
	if err != nil {
		return fmt.Errorf("duration %q: %w", s, err)
	}
	*d = Duration(v)
	return nil
}

// A Verb is what a Request wants.
type Verb string

// The verbs.
const (
	GetSnapshot Verb = "snapshot"   // answered by one Reply with Snapshot
	Reload      Verb = "reload"     // read lvs.cf again; answered when it is applied or refused
	Follow      Verb = "events"     // answered by a stream: a Reply per Event after After, as they come
	GetPlan     Verb = "plan"       // what a Reload would change, were lvs.cf Text; answered by one Reply with Plan
	DrainServer Verb = "drain"      // take Server's new connections away; answered when that is so
	Undrain     Verb = "undrain"    // give them back
	SwitchOver  Verb = "switchover" // have the other router serve; answered by one Reply with Preflight when that is done or refused
	SetHold     Verb = "hold"       // never take over, or do again, as On says
	Explain     Verb = "explain"    // why this router has its role; answered by one Reply with Explanation
	GetNannies  Verb = "nannies"    // what the nannies of Server, or all, see; answered by one Reply with Nannies
	GetOrders   Verb = "orders"     // how Server is probed; answered by one Reply with Orders
	ForceServer Verb = "force"      // overrule Server's probes as To says; answered when that is so
	ProbeServer Verb = "probe"      // probe Server once, now; answered by one Reply with Probed
	GetSetup    Verb = "setup"      // what real servers must be set up with, as Setup asks; answered by one Reply with Setup
)

// A Request is one line from a client to pulse.
type Request struct {
	Do    Verb   `json:"do"`
	After uint64 `json:"after,omitempty"` // for Follow: the last Seq seen
	// Text is an lvs.cf of at most MaxText bytes, for GetPlan; nil: the one on
	// disk.
	Text []byte `json:"text,omitzero"`
	// Server names a real server, for DrainServer, Undrain, ForceServer,
	// ProbeServer, GetNannies and GetOrders: its name in lvs.cf, its address,
	// or address:port; "VIRTUAL/SERVER" for one service.
	Server string `json:"server,omitempty"`
	// Timeout, for DrainServer, is when connections that still go on are
	// ended; 0 waits for them.
	Timeout Duration `json:"timeout,omitempty"`
	// Check, for SwitchOver, asks only what would go wrong; Force switches
	// over though something would.
	Check bool `json:"check,omitempty"`
	Force bool `json:"force,omitempty"`
	// On, for SetHold: hold, or end it.
	On bool `json:"on,omitempty"`
	// To, for ForceServer.
	To Way `json:"to,omitempty"`
	// Setup, for GetSetup.
	Setup *SetupQuery `json:"setup,omitempty"`
	// Alerts, for AlertsTold.
	Alerts *AlertTest `json:"alerts,omitempty"`
}

// check refuses a request that lacks what its verb needs.
func (q Request) check() error {
	switch q.Do {
	case GetSnapshot, Reload, Follow, SwitchOver, SetHold, Explain, GetNannies, TestAlerts:
	case GetPlan:
		if len(q.Text) > MaxText {
			return fmt.Errorf("%w: an lvs.cf of %d bytes, at most %d", ErrTooLong, len(q.Text), MaxText)
		}
	case DrainServer, Undrain, GetOrders, ForceServer, ProbeServer:
		if q.Server == "" {
			return fmt.Errorf("%s: no server is named", q.Do)
		}
		if q.Do == ForceServer && !q.To.Known() {
			return fmt.Errorf("%s %s: to %q, want up, down or auto", q.Do, q.Server, q.To)
		}
		if q.Timeout < 0 {
			return fmt.Errorf("%s %s: timeout %s is negative", q.Do, q.Server, q.Timeout)
		}
	case GetSetup:
		if q.Setup == nil {
			return fmt.Errorf("%s: nothing is asked for", q.Do)
		}
		return q.Setup.check()
	case AlertsTold:
		return q.Alerts.check()
	default:
		return unknownVerb(q.Do)
	}
	return nil
}

// unknownVerb is how a pulse answers that is older than its client.
func unknownVerb(v Verb) error { return fmt.Errorf("unknown verb %q", v) }

// A Reply is one line from pulse to a client. Error is set when the request
// failed; then all else is empty. In a stream of events an empty Reply every
// few seconds says that pulse lives.
type Reply struct {
	Error    string    `json:"error,omitempty"`
	Snapshot *Snapshot `json:"snapshot,omitempty"`
	Event    *Event    `json:"event,omitempty"`
	Plan     *Plan     `json:"plan,omitempty"`
	Message  string    `json:"message,omitempty"` // for people, e.g. what a reload changed

	Preflight   *Preflight   `json:"preflight,omitempty"`
	Explanation *Explanation `json:"explanation,omitempty"`

	Nannies []Nanny `json:"nannies,omitempty"`
	Orders  []Order `json:"orders,omitempty"`

	Probed []Probed `json:"probed,omitempty"`
	Setup  *Setup   `json:"setup,omitempty"`

	Alerts *AlertTest `json:"alerts,omitempty"`
}

// A Preflight is what would go wrong with a switchover, and what became of it.
type Preflight struct {
	Findings []Finding `json:"findings,omitempty"` // worst first; empty: all is well
	// Done says, for people, what happened; empty where it was only checked,
	// or refused for the Findings.
	Done string `json:"done,omitempty"`
}

// A Finding is one thing that a switchover would suffer from.
type Finding struct {
	// Stops: the switchover is not done for this unless it is forced. A
	// Finding that does not is a warning.
	Stops bool   `json:"stops,omitempty"`
	Text  string `json:"text"` // what, and what to do about it
}

// An Explanation says in plain words why a router has the role it has.
type Explanation struct {
	Role    string   `json:"role"`    // one sentence: what it is, since when
	Because []string `json:"because"` // the facts that led to it, weightiest first
	Change  []string `json:"change"`  // what would change it
}

// A Plan is what would change in the kernel, in the order in which it would.
type Plan struct {
	Steps    []Step   `json:"steps"`
	Warnings []string `json:"warnings,omitempty"` // about the file, one sentence each
	Foreign  []string `json:"foreign,omitempty"`  // services that others put into the table, and that stay
}

// A Step is one change.
type Step struct {
	Action Action `json:"action"`
	Kind   string `json:"kind"`             // service, server, check, address, firewall, timeout, sync, sysctl
	Object string `json:"object"`           // e.g. "10.8.8.35:80"
	In     string `json:"in,omitempty"`     // the virtual of a server
	Detail string `json:"detail,omitempty"` // what it will be, e.g. "weight 1"
	Was    string `json:"was,omitempty"`    // what it is, of a change
	// Connections are those under way that the step ends, or lets end.
	Connections uint64 `json:"connections,omitempty"`
}

// An Action says what a Step does to its object.
type Action string

// The actions.
const (
	Add    Action = "+"
	Remove Action = "-"
	Alter  Action = "~"
)

// String is the step in a line: "+ 10.8.8.35:80 in http_server weight 1".
func (s Step) String() string {
	line := string(s.Action) + " "
	if s.Kind != "server" {
		line += s.Kind + " "
	}
	line += s.Object
	if s.In != "" {
		line += " in " + s.In
	}
	if s.Detail != "" {
		line += " " + s.Detail
	}
	if s.Was != "" {
		line += " (was " + s.Was + ")"
	}
	if s.Connections > 0 {
		line += fmt.Sprintf(" (%d connections)", s.Connections)
	}
	return line
}

// An Order is the whole of what a nanny watches at one real server's address,
// replacing what it watched there before; verdicts of watches that stay are
// kept. A nanny that looks after several servers gets an order for each; an
// order without watches makes it forget the server.
type Order struct {
	Server  netip.Addr `json:"server"`
	Watches []Watch    `json:"watches"`
}

// A Watch is one real server in one service, and how to probe it.
type Watch struct {
	Protocol string     `json:"protocol"` // tcp, udp, sctp: of the service
	Address  netip.Addr `json:"address"`  // the VIP
	Port     uint16     `json:"port"`     // the service's
	FWMark   uint32     `json:"fwmark,omitempty"`
	RealPort uint16     `json:"real_port"`
	Forward  string     `json:"forward"` // nat, direct, tunnel
	Weight   int        `json:"weight"`
	Quiesce  bool       `json:"quiesce,omitempty"`
	// Twin: the service is there on UDP too, with the same server and weight.
	Twin bool `json:"twin,omitempty"`
	// Hold: probe and report, but leave the kernel's weight to pulse; the
	// server is being drained, or a sorry server serves in its stead.
	Hold bool `json:"hold,omitempty"`
	// Encap is the encapsulation of Forward tunnel: "ipip" (or empty), "gre",
	// or "gue PORT", each with " csum" or " remcsum" where it has a checksum.
	Encap string `json:"encap,omitempty"`
	// KernelPort is the destination's port in the kernel where it is not
	// RealPort: 0 keeps the port that the client asked for.
	KernelPort *uint16 `json:"kernel_port,omitempty"`
	// MaxConnections and MinConnections are the destination's thresholds.
	MaxConnections uint32 `json:"max_connections,omitempty"`
	MinConnections uint32 `json:"min_connections,omitempty"`

	Interval Duration `json:"interval"` // between probes, and the limit of each
	Reentry  Duration `json:"reentry"`
	Retry    Duration `json:"retry,omitempty"`   // between probes while they fail; 0: Interval
	Rise     int      `json:"rise,omitempty"`    // good probes in a row after which a server that was down is used; 0: by Reentry
	Fall     int      `json:"fall,omitempty"`    // bad ones after which it is down; 0 is 1
	Damping  bool     `json:"damping,omitempty"` // one that flaps stays out longer

	Checks []Check `json:"checks"` // all must be passed; at least one
	Load   *Load   `json:"load,omitempty"`

	// Known is the last verdict pulse holds, so that a restarted nanny goes
	// on where the old one was; Untried at a cold start.
	Known Health `json:"known,omitempty"`
	// KnownWeight is the weight last reported with it.
	KnownWeight int `json:"known_weight,omitempty"`
}

// Key is the watch's service as people write it.
func (w Watch) Key() string { return serviceKey(w.Protocol, w.Address, w.Port, w.FWMark) }

// A Report is one line from a nanny to pulse: after every probe.
type Report struct {
	Server   netip.Addr `json:"server"`  // Order.Server
	Service  string     `json:"service"` // Watch.Key
	RealPort uint16     `json:"real_port"`
	Health   Health     `json:"health"`
	Weight   int        `json:"weight"` // what the kernel should hold: 0 while down
	// Changed is true when Health or Weight differ from the report before.
	Changed bool     `json:"changed,omitempty"`
	Why     string   `json:"why"`
	Took    Duration `json:"took"`
	// Trouble says what kept the nanny from its work, e.g. the kernel
	// refusing a weight; empty is well.
	Trouble string `json:"trouble,omitempty"`
	// Cut is true when a fault of this router keeps the probes from the
	// server, which Why and Trouble name: then Health is the one from before.
	Cut bool `json:"cut,omitempty"`
	// Next is how long after this report the next probe is due; 0: not said.
	Next Duration `json:"next,omitempty"`
	// Probes are those since the report before this.
	Probes ProbeCounts `json:"probes,omitzero"`
}

func serviceKey(protocol string, addr netip.Addr, port uint16, mark uint32) string {
	if mark != 0 {
		family := ""
		if addr.Is6() {
			family = "6"
		}
		return "fwmark" + family + " " + strconv.FormatUint(uint64(mark), 10)
	}
	return protocol + " " + netip.AddrPortFrom(addr, port).String()
}
