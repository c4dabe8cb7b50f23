package templates

import (
	"net/netip"
	"strconv"
	"strings"

	"pacu/control"
	"pacu/lvscf"
	"pacu/web/form"
	"pacu/web/text"
)

// A VirtualTab is one of the pages about one virtual server.
type VirtualTab string

// The tabs.
const (
	VirtualServer VirtualTab = "/virtual"
	RealServers   VirtualTab = "/virtual/servers"
	Scripts       VirtualTab = "/virtual/monitoring"
)

// A VirtualHead is what the pages about one virtual server begin with.
type VirtualHead struct {
	Ref
	Tab      VirtualTab
	Active   bool
	Live     VirtualLive
	Asked    bool           // pulse has answered
	Problems lvscf.Problems // of the draft, in this virtual
	Note     string         // why something was not done; may be empty
}

// mostProblems bounds how many problems a head shows.
const mostProblems = 8

func (h VirtualHead) problems() lvscf.Problems {
	return h.Problems[:min(len(h.Problems), mostProblems)]
}

// A BlockForm is the form of one block: a virtual, a server or a probe.
type BlockForm struct {
	Title    string
	Action   string // where it is sent
	Check    string // where it is checked as one types
	Back     string // where CANCEL leads
	Named    bool   // the form has the block's name
	Name     string // as typed
	Problem  string // with the name; may be empty
	Seen     string // what draft the form is of
	Sections []form.Section
	New      bool
}

// A ServerRow is a real server of a virtual.
type ServerRow struct {
	Ref
	Active  bool
	Address string // as written
	Port    string // as written; empty: the virtual's
	Weight  string // as written, or as typed
	Was     string // Weight as the page was made
	Bad     bool   // the weight typed is none
	Live    ServerLive
}

// A ServerLive is what pulse knows of a real server.
type ServerLive struct {
	Known  bool
	Server control.Server
}

// ServersPage is the real servers of a virtual.
type ServersPage struct {
	Head  VirtualHead
	Rows  []ServerRow
	Port  string // of the virtual
	Seen  string
	All   int
	Page  int
	Pages int
}

// ServersPerPage is how many rows a page has.
const ServersPerPage = 100

// URL is the address of one page of the servers.
func (s ServersPage) URL(page int) string {
	u := s.Head.Virtual(string(RealServers))
	if page > 1 {
		u += "&page=" + strconv.Itoa(page)
	}
	return u
}

// A ProbeRow is a probe block of a virtual.
type ProbeRow struct {
	Ref
	Active bool
	Kind   string // of check
	Port   string // empty: the server's
}

// ScriptsPage is MONITORING SCRIPTS: the virtual's own check, and its probe
// blocks.
type ScriptsPage struct {
	Head   VirtualHead
	Form   BlockForm
	Probes []ProbeRow
	Seen   string
}

// A Removal asks whether blocks are to be deleted.
type Removal struct {
	Question string
	Items    []RemovalItem
	Action   string
	Back     string
	Query    string // of the list one comes from
	Seen     string
}

// A RemovalItem is one of the blocks.
type RemovalItem struct {
	Ref
	Detail  string   // its address
	Servers []string // the first of its real servers
	More    int      // further ones
	Counts  bool     // it can have connections
	Known   bool     // pulse runs it
	Conns   uint64   // active ones
}

// A CopyForm asks for the name of a copy.
type CopyForm struct {
	Of      Ref
	Action  string
	Back    string
	Name    string
	Problem string
	Seen    string
}

// LongestName bounds the names of blocks, in bytes.
const LongestName = 200

// weightName is the control that has the weight of r, and wasName the one that
// has what it was.
func weightName(r Ref) string { return "weight:" + r.String() }
func wasName(r Ref) string    { return "was:" + r.String() }

// shownAddress is what a server's address is shown as.
func shownAddress(t *text.Words, address string) string {
	if address == "" {
		return t.None
	}
	if a, err := netip.ParseAddr(address); err == nil {
		return a.String()
	}
	return address
}

// listed are names one after the other.
func listed(t *text.Words, names []string) string { return strings.Join(names, t.Virtuals.Comma) }
