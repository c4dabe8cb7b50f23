package control

import (
	"fmt"
	"net/netip"
	"time"
)

// A Nanny is the process that watches one real server's address, or several
// where there are more of them than lvs.cf's nanny_limit.
type Nanny struct {
	Server   netip.Addr `json:"server"`         // the lowest of its addresses
	More     int        `json:"more,omitempty"` // how many it watches besides Server
	Pid      int        `json:"pid"`            // 0 while it is not running
	Started  time.Time  `json:"started,omitzero"`
	Services []string   `json:"services"` // keys
	Restarts int        `json:"restarts"`
	Error    string     `json:"error,omitempty"` // why it is not running

	// What only GetNannies tells: the bytes of memory that are its own, 0
	// where that is not known, and what it watches.
	Memory  uint64     `json:"memory,omitempty"`
	Watches []Watching `json:"watches,omitempty"`
}

// Watched names what the nanny watches: "10.8.8.33", "10.8.8.33 and 38 more".
func (n Nanny) Watched() string {
	if n.More == 0 {
		return n.Server.String()
	}
	return fmt.Sprintf("%s and %d more", n.Server, n.More)
}

// A Watching is what a nanny's probes say of one real server in one service.
type Watching struct {
	Server   netip.Addr `json:"server"`
	RealPort uint16     `json:"real_port"`
	Service  string     `json:"service"` // Watch.Key
	Health   Health     `json:"health"`
	Weight   int        `json:"weight"`
	Why      string     `json:"why,omitempty"`     // of the last probe
	Trouble  string     `json:"trouble,omitempty"` // as Report.Trouble
	Probed   time.Time  `json:"probed,omitzero"`   // when its report came
	Due      time.Time  `json:"due,omitzero"`      // the next probe; zero: not known
	// How long the last probe took, and the median and the 99th percentile of
	// the last Probes, failed ones too.
	Took   Duration `json:"took,omitempty"`
	P50    Duration `json:"p50,omitempty"`
	P99    Duration `json:"p99,omitempty"`
	Probes int      `json:"probes,omitempty"`
}
