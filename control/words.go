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
	GetSnapshot Verb = "snapshot" // answered by one Reply with Snapshot
	Reload      Verb = "reload"   // read lvs.cf again; answered when it is applied or refused
	Follow      Verb = "events"   // answered by a stream: a Reply per Event after After, as they come
)

// A Request is one line from a client to pulse.
type Request struct {
	Do    Verb   `json:"do"`
	After uint64 `json:"after,omitempty"` // for Follow: the last Seq seen
}

// A Reply is one line from pulse to a client. Error is set when the request
// failed; then all else is empty. In a stream of events an empty Reply every
// few seconds says that pulse lives.
type Reply struct {
	Error    string    `json:"error,omitempty"`
	Snapshot *Snapshot `json:"snapshot,omitempty"`
	Event    *Event    `json:"event,omitempty"`
	Message  string    `json:"message,omitempty"` // for people, e.g. what a reload changed
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

	Interval Duration `json:"interval"` // between probes, and the limit of each step
	Reentry  Duration `json:"reentry"`
	Send     *string  `json:"send,omitempty"`   // escapes already translated; nil: none given
	Expect   *string  `json:"expect,omitempty"` // likewise
	Regex    bool     `json:"regex,omitempty"`
	Program  []string `json:"program,omitempty"` // words, %h and %p not yet replaced

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
