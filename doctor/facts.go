package doctor

import (
	"net/netip"
	"os"
	"slices"
	"time"

	"pacu/control"
	"pacu/doctor/nft"
	"pacu/lvscf"
)

// Facts are what was found on a router. They hold no secret: the lvs.cf is left
// out of their JSON.
type Facts struct {
	Taken    time.Time `json:"taken"`
	Version  string    `json:"version"` // of the program that looked
	Hostname string    `json:"hostname"`
	Root     bool      `json:"root"`
	// Unseen is what could not be looked at, one sentence each.
	Unseen []string `json:"unseen"`

	Config      *lvscf.Config             `json:"-"` // nil when it cannot be used
	ConfigPath  string                    `json:"config_path"`
	ConfigError string                    `json:"config_error,omitempty"` // why Config is nil
	Warnings    []string                  `json:"warnings,omitempty"`     // of the lvs.cf
	SHA256      string                    `json:"sha256,omitempty"`       // of its text
	Secrets     bool                      `json:"secrets,omitempty"`      // it has passwords
	Hosts       map[lvscf.Host]netip.Addr `json:"hosts,omitempty"`        // what its host names and addresses are

	Kernel    Kernel            `json:"kernel"`
	Sysctls   map[string]string `json:"sysctls"` // by name, without those the kernel lacks
	Links     []Link            `json:"links"`
	Addresses []Address         `json:"addresses"`
	Routes    []Route           `json:"routes"` // of IPv4
	Neighbors []Neighbor        `json:"neighbors,omitempty"`
	Owners    []Mention         `json:"mentions,omitempty"` // network set-up files with a floating address

	Firewall *nft.Ruleset `json:"firewall,omitempty"` // nil when it was not read
	// LegacyTables are iptables-legacy's, whose rules nobody here reads.
	LegacyTables []string `json:"legacy_tables,omitempty"`

	Files     []File    `json:"files"`
	Disks     []Disk    `json:"disks"`
	Boot      Boot      `json:"boot"`
	Processes []Process `json:"processes,omitempty"` // those of other software in the way
	Clock     Clock     `json:"clock"`

	Pulse      *control.Snapshot `json:"pulse,omitempty"`       // nil when it does not answer
	PulseError string            `json:"pulse_error,omitempty"` // why

	index index // of the above, made when it is first asked for
}

// A Kernel is the running one and what it can do.
type Kernel struct {
	Release string `json:"release"`
	// Modules says of each one asked for how it is: loaded, built in,
	// loadable, missing, or empty where nobody can tell.
	Modules map[string]string `json:"modules"`
	// IPVS is nil where it could not be asked.
	IPVS *IPVS `json:"ipvs,omitempty"`
	// NoIPVS: the running kernel answers that it has none.
	NoIPVS bool `json:"no_ipvs,omitempty"`
	// Conntrack is the connection tracking's entries and the most it takes; 0:
	// it is not there.
	Conntrack    uint64 `json:"conntrack,omitempty"`
	ConntrackMax uint64 `json:"conntrack_max,omitempty"`
}

// The states of a module.
const (
	loaded   = "loaded"
	builtIn  = "built in"
	loadable = "loadable"
	missing  = "missing"
)

// An IPVS is the kernel's table.
type IPVS struct {
	Version     string        `json:"version"`
	Buckets     uint32        `json:"buckets"`
	Connections uint64        `json:"connections"` // of all destinations
	Schedulers  []string      `json:"schedulers"`  // that services use
	Table       []Destination `json:"table"`
}

// A Destination is a real server of a service as IPVS counts it.
type Destination struct {
	Service     string     `json:"service"` // "tcp 10.0.0.1:80"
	TCP         bool       `json:"tcp"`     // false for a firewall mark: it may be anything
	Server      netip.Addr `json:"server"`
	Port        uint16     `json:"port"`
	Forward     string     `json:"forward"` // masquerade, direct, tunnel, as ipvs.Forward
	Weight      uint32     `json:"weight"`
	Connections uint64     `json:"connections"` // since it was added
	InPackets   uint64     `json:"in_packets"`
	OutPackets  uint64     `json:"out_packets"`
}

// A Link is a network interface.
type Link struct {
	Name    string `json:"name"`
	Index   int    `json:"index"`
	Up      bool   `json:"up"`
	Carrier bool   `json:"carrier"`
}

// An Address is one of this machine's.
type Address struct {
	Prefix    netip.Prefix `json:"prefix"`
	Interface string       `json:"interface"`
	Label     string       `json:"label,omitempty"`
	Ours      bool         `json:"ours"` // pulse added it, or its kernel says so
}

// A Route is a line of the main table of IPv4.
type Route struct {
	To        netip.Prefix `json:"to"`
	Gateway   netip.Addr   `json:"gateway"` // 0.0.0.0: on the link
	Interface string       `json:"interface"`
}

// A Neighbor is a machine that answered an ARP probe for an address.
type Neighbor struct {
	Address   netip.Addr `json:"address"`
	Interface string     `json:"interface"`
	MAC       string     `json:"mac"`
}

// A Mention is a file of the system's network set-up that gives the machine a
// floating address.
type Mention struct {
	Path    string     `json:"path"`
	Address netip.Addr `json:"address"`
}

// A File is a file or folder of ours.
type File struct {
	Path    string      `json:"path"`
	What    string      `json:"what"` // key, lvs.cf, folder, run folder, socket
	Mode    os.FileMode `json:"mode"` // 0: it is not there
	UID     uint32      `json:"uid"`
	GID     uint32      `json:"gid"`
	Symlink bool        `json:"symlink,omitempty"`
}

// there tells whether the file is.
func (f File) there() bool { return f.Mode != 0 }

// A Disk is the file system that a folder is on. Sizes are in bytes.
type Disk struct {
	Path   string `json:"path"`
	Free   uint64 `json:"free"` // for others than root
	Size   uint64 `json:"size"`
	Inodes uint64 `json:"inodes"` // free; meaningless where AllInodes is 0
	All    uint64 `json:"all_inodes"`
}

// A Boot is how the machine starts services, and whether pulse is one.
type Boot struct {
	By      string          `json:"by"`      // systemd, sysv, or empty
	Enabled map[string]bool `json:"enabled"` // pulse, lvsgui
}

// A Process is a running program of this network namespace.
type Process struct {
	Name string `json:"name"`
	Pid  int    `json:"pid"`
}

// A Clock is what the kernel says of its clock (adjtimex(2)).
type Clock struct {
	Known        bool `json:"known"`
	Synchronized bool `json:"synchronized"`
}

// file is the file of that kind; the zero File when it was not looked at.
func (f *Facts) file(what string) File {
	for _, one := range f.Files {
		if one.What == what {
			return one
		}
	}
	return File{}
}

// link is the interface of that name.
func (f *Facts) link(name string) (Link, bool) {
	i := slices.IndexFunc(f.Links, func(l Link) bool { return l.Name == name })
	if i < 0 {
		return Link{}, false
	}
	return f.Links[i], true
}

// An index spares the rules to go through thousands of addresses and servers
// for each of them. What it is made of must not change afterwards.
type index struct {
	held    map[netip.Addr][]Address
	fixed   []Address // that do not float
	floats  []floating
	servers []realServer
}

// held are the places where this machine has an address.
func (f *Facts) held(a netip.Addr) []Address {
	if f.index.held == nil {
		f.index.held = make(map[netip.Addr][]Address, len(f.Addresses))
		for _, h := range f.Addresses {
			f.index.held[h.Prefix.Addr()] = append(f.index.held[h.Prefix.Addr()], h)
			if !h.Ours && !h.Prefix.Addr().IsLoopback() {
				f.index.fixed = append(f.index.fixed, h)
			}
		}
	}
	return f.index.held[a]
}

// onLink is the interface whose subnet an address is in, by an address of the
// router's own that does not float.
func (f *Facts) onLink(a netip.Addr) (netip.Prefix, string, bool) {
	var best Address
	f.held(a) // makes the index
	for _, h := range f.index.fixed {
		if p := h.Prefix; p.Contains(a) && p.Addr() != a && p.Bits() > best.Prefix.Bits() {
			best = h
		}
	}
	return best.Prefix.Masked(), best.Interface, best.Interface != ""
}

// unseen notes what could not be looked at.
func (f *Facts) unseen(why string) { f.Unseen = append(f.Unseen, why) }
