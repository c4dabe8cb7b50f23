package control

import (
	"net/netip"
	"time"
)

// A Snapshot is all that pulse knows at one moment: what the operator wants,
// what the kernel holds, and what the probes say, side by side.
type Snapshot struct {
	Version   string    `json:"version"`
	Taken     time.Time `json:"taken"`
	Started   time.Time `json:"started"`
	Pid       int       `json:"pid"`
	Hostname  string    `json:"hostname"`
	Config    Config    `json:"config"`
	Router    Router    `json:"router"`
	Partner   *Partner  `json:"partner,omitempty"` // nil without a backup router
	Links     []Link    `json:"links,omitempty"`   // watched links; empty unless monitor_links = 1
	Witnesses []Witness `json:"witnesses,omitempty"`
	Scripts   []Script  `json:"scripts,omitempty"`
	Sync      *Sync     `json:"sync,omitempty"` // nil without syncdaemon = 1
	// Takeovers are the latest changes of role, the last one first.
	Takeovers []Takeover `json:"takeovers,omitempty"`
	// Failovers are the services that run on the routers themselves; for
	// service = fos.
	Failovers []Failover `json:"failovers,omitempty"`
	Addresses []Address  `json:"addresses"`
	Services  []Service  `json:"services"`
	Nannies   []Nanny    `json:"nannies"`
	Table     Table      `json:"table"`
	Sysctls   []Sysctl   `json:"sysctls,omitempty"`  // those pulse set
	Firewall  []string   `json:"firewall,omitempty"` // the rules of our nftables table, in words
	Drift     Drift      `json:"drift"`
	Counts    Counts     `json:"counts,omitzero"`
	// Degraded are the objects that the kernel refuses, each with why and
	// when it is tried again; all else is as lvs.cf wants it.
	Degraded []string `json:"degraded,omitempty"`
	Trouble  []string `json:"trouble,omitempty"` // what is wrong now, one sentence each; empty is well
	Events   []Event  `json:"events"`            // the latest, oldest first
}

// Config is the lvs.cf that pulse runs by.
type Config struct {
	Path     string    `json:"path"`
	SerialNo int       `json:"serial_no"`
	SHA256   string    `json:"sha256"` // of the file's bytes, in hex
	Loaded   time.Time `json:"loaded"`
	Network  string    `json:"network"` // nat, direct, tunnel
	// Refused says why the file now on disk was not taken at the last reload;
	// empty when it was.
	Refused string `json:"refused,omitempty"`
}

// A Role is fixed by the router's own addresses, see lvs.cf's "primary".
type Role string

// The roles.
const (
	Primary Role = "primary"
	Backup  Role = "backup"
)

// A State says which router serves.
type State string

// The states of a router. A partner is besides "silent" when no path has
// carried a heartbeat for deadtime, and "unknown" until the first.
const (
	Active  State = "active"
	Standby State = "standby"
	Silent  State = "silent"
	Unknown State = "unknown"
)

// A Router is this router.
type Router struct {
	Role    Role       `json:"role"`
	State   State      `json:"state"`
	Since   time.Time  `json:"since"`   // of State
	Why     string     `json:"why"`     // the reason of the last change, for people
	Address netip.Addr `json:"address"` // its own, public
	// Keepalive and Deadtime are lvs.cf's.
	Keepalive Duration `json:"keepalive"`
	Deadtime  Duration `json:"deadtime"`
	// Phase is what the role is about to become: "taking over", "handing
	// over", "giving up"; empty when it is settled.
	Phase string `json:"phase,omitempty"`
	// Faults are why this router is not fit to serve; empty: it is fit.
	Faults []string `json:"faults,omitempty"`
	// Held: it never takes over, as an operator asked (pulse hold on).
	Held bool `json:"held,omitempty"`
	// Blind: its probes reach no real server while the partner's do.
	Blind bool `json:"blind,omitempty"`
	// Key names the key of its heartbeats; empty: they are Piranha's, without.
	Key string `json:"key,omitempty"`
	// KeyOld: an older key is accepted too.
	KeyOld bool `json:"key_old,omitempty"`
	// Preempt: this router takes the active role back when it is fit.
	Preempt bool `json:"preempt,omitempty"`
}

// A Partner is the other router, as its heartbeats show it.
type Partner struct {
	Role    Role       `json:"role"`
	Address netip.Addr `json:"address"`
	State   State      `json:"state"`
	Since   time.Time  `json:"since"` // of State
	Paths   []Path     `json:"paths"`
	// What only authenticated heartbeats tell; Keyed is false without.
	Keyed    bool   `json:"keyed,omitempty"`
	Phase    string `json:"phase,omitempty"` // as Router.Phase
	SerialNo uint32 `json:"serial_no,omitempty"`
	// SHA256 is that of its lvs.cf as far as heartbeats carry it: the first 16
	// hexadecimal digits.
	SHA256 string `json:"sha256,omitempty"`
	// Version is the partner's release, at most 24 characters of it; empty where
	// its heartbeats do not say it.
	Version string `json:"version,omitempty"`
	// ConfigDiffers: its lvs.cf has other bytes than ours.
	ConfigDiffers bool `json:"config_differs,omitempty"`
	Faults        int  `json:"faults,omitempty"` // 0: it is fit
	Held          bool `json:"held,omitempty"`
	Deaf          bool `json:"deaf,omitempty"` // it does not hear this router
	ServersUp     int  `json:"servers_up"`
	Servers       int  `json:"servers"` // that it probes
}

// A Witness is an address outside the pair that shows whether this router's
// network works.
type Witness struct {
	Address netip.Addr `json:"address"`
	How     string     `json:"how"` // arp, ping
	OK      bool       `json:"ok"`
	Why     string     `json:"why"` // the last answer, or the lack of one
	Since   time.Time  `json:"since,omitzero"`
}

// A Script is a command whose success makes this router fit (track_script).
type Script struct {
	Name  string    `json:"name"`
	OK    bool      `json:"ok"`
	Why   string    `json:"why"` // its last end
	Since time.Time `json:"since,omitzero"`
	Took  Duration  `json:"took,omitempty"`
}

// A Sync is the IPVS connection synchronization between the routers.
type Sync struct {
	Role      string `json:"role"` // master: tells; backup: learns
	Interface string `json:"interface"`
	ID        uint32 `json:"id"`
	Running   bool   `json:"running"` // in the kernel
	// Connections are those in this kernel's table; Partner's are what its
	// heartbeats say of its own.
	Connections uint64 `json:"connections"`
	Partner     uint64 `json:"partner"`
}

// A Takeover is a change of role, step by step.
type Takeover struct {
	Began time.Time `json:"began"`
	To    State     `json:"to"` // active or standby
	Why   string    `json:"why"`
	Steps []Moment  `json:"steps"` // in the order of time
}

// A Moment is one step of a Takeover.
type Moment struct {
	At   time.Time `json:"at"`
	What string    `json:"what"`
}

// A Failover is a service that the active router itself runs.
type Failover struct {
	Name    string     `json:"name"`
	Address netip.Addr `json:"address"`
	Port    uint16     `json:"port"`
	State   string     `json:"state"` // running, starting, failed, stopped, "runs on the partner"
	Health  Health     `json:"health"`
	Why     string     `json:"why,omitempty"` // the last probe, or the command's failure
	Since   time.Time  `json:"since,omitzero"`
}

// A Path is one way heartbeats travel.
type Path struct {
	Name      string    `json:"name"`  // public, private
	Local     string    `json:"local"` // address:port
	Remote    string    `json:"remote"`
	LastHeard time.Time `json:"last_heard,omitzero"`
	Silent    bool      `json:"silent"` // nothing for deadtime
	Sent      uint64    `json:"sent"`
	Heard     uint64    `json:"heard"`
	Dropped   uint64    `json:"dropped"` // packets that were not the partner's heartbeat
	// DroppedFor counts them by the reason, in words.
	DroppedFor map[string]uint64 `json:"dropped_for,omitempty"`
	Error      string            `json:"error,omitempty"`
}

// A Link is a network interface whose loss makes this router unfit.
type Link struct {
	Name string `json:"name"`
	Up   bool   `json:"up"`
}

// An Address is a floating address: a VIP or the NAT router.
type Address struct {
	Prefix netip.Prefix `json:"prefix"`
	Device string       `json:"device"` // interface with its label, e.g. eth0:1
	For    []string     `json:"for"`    // "nat_router" or the names of the virtual servers
	Wanted bool         `json:"wanted"` // this router is meant to hold it now
	Held   bool         `json:"held"`   // the kernel says it does
	Error  string       `json:"error,omitempty"`
}

// A Service is a virtual server: an IPVS service with its real servers.
type Service struct {
	Name       string     `json:"name"` // the virtual's; several joined by ", " where they share a fwmark
	Protocol   string     `json:"protocol"`
	Address    netip.Addr `json:"address"`
	Port       uint16     `json:"port"`
	FWMark     uint32     `json:"fwmark,omitempty"` // 0: by address and port
	Scheduler  string     `json:"scheduler"`
	Persistent Duration   `json:"persistent,omitempty"` // 0: off
	Forward    string     `json:"forward"`              // nat, direct, tunnel, fullnat
	InKernel   bool       `json:"in_kernel"`
	Foreign    bool       `json:"foreign,omitempty"` // in the kernel, but in no lvs.cf
	Stats      Stats      `json:"stats"`
	Servers    []Server   `json:"servers"`
	Error      string     `json:"error,omitempty"`
	// Ports are those that pulse marks for the service, as lvs.cf has them.
	Ports string `json:"ports,omitempty"`
	Up    int    `json:"up"` // real servers that get connections
	// Quorum is how many must be up lest the sorry server serves.
	Quorum int `json:"quorum,omitempty"`
	// Sorry: the sorry server serves.
	Sorry bool `json:"sorry,omitempty"`
}

// Key is the service as people write it: "tcp 10.0.0.1:80" or "fwmark 80".
func (s Service) Key() string { return serviceKey(s.Protocol, s.Address, s.Port, s.FWMark) }

// A Health is what the probes say of a real server.
type Health string

// The healths.
const (
	Up       Health = "up"
	Down     Health = "down"
	Untried  Health = "untried"  // no verdict yet
	Inactive Health = "inactive" // active = 0 in lvs.cf
)

// A Server is a real server of one service.
type Server struct {
	Name    string     `json:"name"`
	Address netip.Addr `json:"address"`
	Port    uint16     `json:"port"`
	Weight  int        `json:"weight"` // lvs.cf's
	Health  Health     `json:"health"`
	Why     string     `json:"why,omitempty"` // the last probe explained
	Since   time.Time  `json:"since,omitzero"`
	Probed  time.Time  `json:"probed,omitzero"`
	Took    Duration   `json:"took,omitempty"` // the last probe
	// Probes are those so far.
	Probes ProbeCounts `json:"probes,omitzero"`
	// What the kernel holds; KernelWeight means nothing unless InKernel.
	InKernel     bool   `json:"in_kernel"`
	KernelWeight int    `json:"kernel_weight"`
	Active       uint32 `json:"active"`   // connections
	Inactive     uint32 `json:"inactive"` // connections
	Stats        Stats  `json:"stats"`
	// Sorry: it is the sorry server, which nobody probes.
	Sorry bool `json:"sorry,omitempty"`
	// Drain is set while the server is drained.
	Drain *Drain `json:"drain,omitempty"`
	// Quiesce: while it is down it stays in the kernel with weight 0, and its
	// connections go on.
	Quiesce bool `json:"quiesce,omitempty"`
	// Forced is set while an operator overrules the probes; a Drain counts for
	// more.
	Forced *Forced `json:"forced,omitempty"`
	// Leaving: it is no longer in lvs.cf, and keeps its connections until they
	// end.
	Leaving bool `json:"leaving,omitempty"`
}

// Listed tells whether lvs.cf lists s as a real server, apart from what else
// the kernel holds.
func (s Server) Listed() bool { return !s.Sorry && !s.Leaving && s.Name != Stranger }

// Stranger is the name of a server that nobody of ours put into the kernel.
const Stranger = "?"

// A Drain is the taking of a real server out of service by hand.
type Drain struct {
	Since time.Time `json:"since"`
	Until time.Time `json:"until,omitzero"` // when connections are ended; zero: never
	Out   bool      `json:"out"`            // it has no connection any more and left the kernel
	// As is how to name what is drained, to end it: "10.8.8.33" in all
	// services, "web/10.8.8.33:80" in one.
	As string `json:"as,omitempty"`
}

// A Table is the kernel's connection table.
type Table struct {
	Buckets     uint32 `json:"buckets"`     // its size; more connections than that make it slow
	Connections uint64 `json:"connections"` // in it, of the services shown
	Sent        uint64 `json:"sent"`        // netlink messages to IPVS since pulse's start, those that read included
	Reload      uint64 `json:"reload"`      // of those, what the last reload took
}

// A Sysctl is a kernel setting that pulse made.
type Sysctl struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Was   string `json:"was"`
	Why   string `json:"why"`
}

// A Drift is what others changed in the kernel and pulse put right.
type Drift struct {
	Repairs uint64    `json:"repairs"` // since pulse's start
	Last    time.Time `json:"last,omitzero"`
	What    string    `json:"what,omitempty"` // the last
}

// Stats are the kernel's counters since the entry was made, and its rates
// over about the last two seconds, each per second.
type Stats struct {
	Connections uint64 `json:"connections"`
	InPackets   uint64 `json:"in_packets"`
	OutPackets  uint64 `json:"out_packets"`
	InBytes     uint64 `json:"in_bytes"`
	OutBytes    uint64 `json:"out_bytes"`

	ConnectionRate uint64 `json:"connection_rate"`
	InPacketRate   uint64 `json:"in_packet_rate"`
	OutPacketRate  uint64 `json:"out_packet_rate"`
	InByteRate     uint64 `json:"in_byte_rate"`
	OutByteRate    uint64 `json:"out_byte_rate"`
}

// A Level grades an Event.
type Level string

// The levels.
const (
	Info    Level = "info"
	Warning Level = "warning"
	Error   Level = "error"
)

// An Event is something that happened, as the log has it too.
type Event struct {
	Seq     uint64    `json:"seq"` // rises by one, from 1 at pulse's start
	Time    time.Time `json:"time"`
	Level   Level     `json:"level"`
	Kind    string    `json:"kind"`             // role, partner, server, nanny, config, kernel, address
	Object  string    `json:"object,omitempty"` // what it happened to
	Message string    `json:"message"`
}
