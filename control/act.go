package control

import (
	"fmt"
	"net/netip"
	"time"
)

// A Way is what an operator wants of a real server, for Force.
type Way string

// The ways.
const (
	ForceUp   Way = "up"   // used with lvs.cf's weight, whatever the probes say
	ForceDown Way = "down" // as if its probes failed
	Auto      Way = "auto" // as the probes say: the end of the others
)

// Known reports whether w is one of the ways.
func (w Way) Known() bool { return w == ForceUp || w == ForceDown || w == Auto }

// A Forced is a real server of which an operator overrules the probes. They go
// on, and Server.Health is what they say.
type Forced struct {
	To    Way       `json:"to"` // up or down
	Since time.Time `json:"since"`
	As    string    `json:"as,omitempty"` // as Drain.As
}

// A Probed is what one probe found of a real server in one service.
type Probed struct {
	Server   netip.Addr `json:"server"`
	RealPort uint16     `json:"real_port"`
	Service  string     `json:"service"`           // Watch.Key
	Virtual  string     `json:"virtual,omitempty"` // its virtual servers, as Service.Name
	Name     string     `json:"name,omitempty"`    // of the real server in lvs.cf
	Check    string     `json:"check"`             // how it was asked, in words
	// Health is what this probe alone says; untried: pulse did not wait for it.
	Health Health      `json:"health"`
	Why    string      `json:"why"`
	Took   Duration    `json:"took,omitempty"`
	Steps  []ProbeStep `json:"steps,omitempty"`
}

// A ProbeStep is what a probe found on its way.
type ProbeStep struct {
	After Duration `json:"after"` // the probe's beginning
	Text  string   `json:"text"`
}

// Bounds of a SetupQuery.
const (
	MaxMatch = 255
	MaxSetup = 200
)

// A SetupQuery chooses real servers whose set-up is asked for.
type SetupQuery struct {
	// Match is a part of the name of a real or virtual server, in letters of
	// either case, or of an address; empty: all. At most MaxMatch bytes.
	Match string `json:"match,omitempty"`
	Skip  int    `json:"skip,omitempty"` // so many of those that match
	Limit int    `json:"limit"`          // so many at most: 1 to MaxSetup
}

// check refuses a query beyond its bounds.
func (q *SetupQuery) check() error {
	switch {
	case len(q.Match) > MaxMatch:
		return fmt.Errorf("setup: a name of %d bytes, at most %d", len(q.Match), MaxMatch)
	case q.Skip < 0:
		return fmt.Errorf("setup: %d to skip", q.Skip)
	case q.Limit < 1 || q.Limit > MaxSetup:
		return fmt.Errorf("setup: a limit of %d, want 1 to %d", q.Limit, MaxSetup)
	}
	return nil
}

// A Setup is what real servers must be set up with to serve.
type Setup struct {
	Servers []ServerSetup `json:"servers"` // in lvs.cf's order
	Matched int           `json:"matched"` // those that match, Servers among them
	All     int           `json:"all"`     // those of lvs.cf
}

// A ServerSetup is what one real server must be set up with.
type ServerSetup struct {
	Names   []string   `json:"names"` // in lvs.cf; "sorry_server" for one
	Address netip.Addr `json:"address"`
	// Router is "primary" or "backup" where it is a router itself.
	Router string      `json:"router,omitempty"`
	Serves []ServerUse `json:"serves"`
	Steps  []SetupStep `json:"steps,omitempty"` // in their order; empty: nothing is to be done
	Notes  []string    `json:"notes,omitempty"` // what no command can do
}

// A ServerUse is how a virtual server's packets reach its real server.
type ServerUse struct {
	Virtual string `json:"virtual"`
	How     string `json:"how"` // "direct, 10.0.0.100"
}

// A SetupStep is a part of a set-up.
type SetupStep struct {
	// For is what it does: arp (answer ARP for nothing but its own addresses),
	// accept (packets to Addresses), gue (generic UDP encapsulation), unwrap
	// (what routers send by a tunnel, to Addresses), gateway (answers go back
	// through the active router).
	For       string       `json:"for"`
	Addresses []netip.Addr `json:"addresses,omitempty"`
	Why       string       `json:"why"` // For in words
	// Commands are what root runs on the real server, each in a line as a
	// shell takes it.
	Commands []string `json:"commands"`
}
