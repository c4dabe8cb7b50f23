package lvscf

import (
	"net/netip"
	"time"
)

// A Config is what an lvs.cf means: checked, with every default filled in.
type Config struct {
	SerialNo int // raised by the console at every save

	// Primary is empty when the file names none; then no router can tell
	// which of the two it is.
	Primary Host
	// PrimaryPrivate and BackupPrivate are the second heartbeat path, empty
	// when not given. As in Piranha, without a PrimaryPrivate a
	// BackupPrivate counts for nothing and is empty too.
	PrimaryPrivate Host
	Backup         Host // empty when not given or 0.0.0.0
	BackupPrivate  Host

	Service       string // "lvs": Virtuals run; "fos": Failovers run
	BackupActive  bool   // false without a Backup, whatever the file says
	HeartbeatPort uint16 // UDP, both ends
	Keepalive     time.Duration
	Deadtime      time.Duration // above Keepalive whenever BackupActive

	Network   Forward   // of all virtual servers that have no forward of their own
	NATRouter *Floating // nil when absent
	SNATPool  *Pool     // of all virtual servers that have none of their own; nil when absent

	// Exclusive makes the kernel's whole IPVS table ours: services that no
	// virtual asks for are removed.
	Exclusive bool

	DebugLevel string // kept, not used
	// HeartbeatPaths are further paths besides the public and the private one.
	HeartbeatPaths []HeartbeatPath

	MonitorLinks bool
	// Witnesses show whether a router's network works: at least WitnessQuorum
	// of them must answer. Nil when not given.
	Witnesses     []netip.Addr
	WitnessQuorum int    // 1 to len(Witnesses)
	WitnessCheck  string // auto, arp, ping
	TrackScripts  []TrackScript
	MinServers    int // real servers that must be up lest a router be unfit; 0: none

	Preempt      bool
	PreemptDelay time.Duration

	AnnounceRefresh time.Duration // between repeated announcements of held addresses; 0: never

	SyncDaemon    bool
	SyncInterface string
	SyncID        int        // 0 to 255
	SyncMaxLen    int        // bytes; 0: the kernel's own
	SyncPort      uint16     // 0: the kernel's own
	SyncGroup     netip.Addr // multicast; invalid: the kernel's own
	SyncTTL       int        // 0: the kernel's own

	// Whole seconds; 0 leaves the kernel's.
	TCPTimeout, TCPFinTimeout, UDPTimeout time.Duration

	HardShutdown bool
	// Commands are split at blanks and run without a shell; nil when absent.
	ActiveCmd, InactiveCmd []string
	Notify                 []string      // likewise; run at every change
	CommandTimeout         time.Duration // limit of ActiveCmd, InactiveCmd, Notify, StartCmd and StopCmd
	RshCommand             []string

	// NannyLimit is how many nannies run at most; past it each has several
	// real servers to watch.
	NannyLimit int

	Virtuals, Failovers []Virtual // in the file's order, inactive ones too
}

// Forward is how packets reach the real servers.
type Forward string

// The forwarding methods.
const (
	NAT    Forward = "nat"
	Direct Forward = "direct"
	Tunnel Forward = "tunnel"
	// FullNAT is NAT with the source rewritten too, to an address of the
	// router: real servers need no route to the clients.
	FullNAT Forward = "fullnat"
)

// A Pool is the source addresses of fullnat, which move between the routers as
// the other floating addresses do.
type Pool struct {
	Ranges []AddrRange // in the file's order, never empty
	Device string      // interface and label as written
}

// An AddrRange is the addresses from First to Last, of one family.
type AddrRange struct{ First, Last netip.Addr }

// A PortRange is the ports from First to Last.
type PortRange struct{ First, Last uint16 }

// A Host is a host name, or an IPv4 or IPv6 address in its usual form. It is
// empty when not given.
type Host string

// Addr returns the address that h is. A name, and the empty Host, return
// false: names are not looked up here.
func (h Host) Addr() (netip.Addr, bool) {
	a, err := netip.ParseAddr(string(h))
	return a, err == nil
}

// A Floating is an address that moves between the routers.
type Floating struct {
	Addr   netip.Addr // invalid when not given
	Bits   int        // of its netmask; of a host mask when none is given
	Device string     // interface and label as written, e.g. eth0:1
}

// A Pos is a place in a file, both counted from 1; columns are characters, a
// tab being one. The zero Pos is no place.
type Pos struct {
	Line, Col int
}

// A HeartbeatPath is a further way of heartbeats: an address of each router.
type HeartbeatPath struct {
	Primary, Backup Host
}

// A TrackScript is a command whose success makes a router fit to serve.
type TrackScript struct {
	Name       string
	Pos        Pos
	Active     bool
	Command    []string // split at blanks, run without a shell
	Interval   time.Duration
	Timeout    time.Duration
	Rise, Fall int // successes, failures in a row that change the verdict; at least 1
}

// A Virtual is a virtual server, or a failover service of the routers.
type Virtual struct {
	Name   string
	Pos    Pos // of its "virtual" or "failover"
	Active bool
	VIP    Floating
	FWMark uint32 // 0: the service is VIP:Port/Protocol, unless Ports is given

	Port      uint16
	Protocol  string // tcp, udp, sctp, tcp+udp
	Scheduler string // the kernel's name
	// SchedulerFlags are of fallback, port, flag1, flag2, flag3.
	SchedulerFlags []string
	OnePacket      bool // each UDP packet is scheduled anew

	// Ports is what the virtual serves on VIP besides Port being probed: pulse
	// marks that traffic itself. Sorted, without overlaps; nil when not given;
	// all ports are 1 to 65535.
	Ports []PortRange

	Forward        Forward // Config.Network unless given
	TunnelType     string  // ipip, gre, gue
	TunnelPort     uint16  // UDP, of gue
	TunnelChecksum string  // none, csum, remcsum
	SNATPool       *Pool   // of fullnat; Config.SNATPool unless given

	Persistent  time.Duration // whole seconds; 0: off
	PersistMask int           // bits; 32 or 128: each client by itself
	// PersistEngine is "sip", or empty for the client's address.
	PersistEngine string

	// Send and Expect have their escapes translated; nil when not given,
	// which an empty text is not.
	Send, Expect *string
	UseRegex     bool     // Expect is a POSIX extended regular expression that compiles
	SendProgram  []string // split at blanks; nil when absent; %h and %p as written

	// Checks must all pass: the virtual's own, which Send, Expect and
	// SendProgram may be, and those of its active probe blocks. It is empty only
	// when Unchecked.
	Checks []Check

	Timeout    time.Duration // probe interval and, unless a Check has its own, time limit; never 0
	Retry      time.Duration // probe interval while a server fails; 0: Timeout
	Reentry    time.Duration
	Rise, Fall int  // good probes in a row that bring a server back, bad ones that take it out; Rise 0: by Reentry
	Damping    bool // a server that fails again and again stays out longer

	LoadMonitor string // none, rup, ruptime, rsh, ssh, uptime, http, agent, or a program's path
	LoadPort    uint16 // of http and agent; 0: that of the service
	LoadPath    string // of http; empty: /
	LoadSmooth  bool   // weights glide, rather than follow Piranha's curve

	QuiesceServer bool       // a failed server gets weight 0 rather than leaving
	SorryServer   netip.Addr // invalid when not given
	// With fewer than Quorum servers up the sorry server serves; the others
	// come back at Quorum + Hysteresis.
	Quorum, Hysteresis int
	// KeepOnLeave: a server that leaves by lvs.cf or by a drain keeps its
	// connections until they end; otherwise they end at once.
	KeepOnLeave bool
	// Unchecked servers are taken to be up: no nanny probes them, whatever
	// probe blocks there are.
	Unchecked bool

	StartCmd, StopCmd []string // as ActiveCmd

	Servers []Server // in the file's order, inactive ones too
}

// A Server is a real server of a Virtual.
type Server struct {
	Name    string
	Pos     Pos // of its "server"
	Address Host
	Active  bool
	Weight  int // 0 to 65535
	// Port is the virtual's where the file gives none: as in Piranha, the
	// port known when the server's block opens. Under Direct and Tunnel
	// packets keep the virtual's port whatever it is, and only probes use it.
	Port uint16
	// PortGiven: the file gives the port. Without it, a server of a virtual
	// with Ports gets each packet on the port that the client asked for.
	PortGiven bool
	// At MaxConnections the server is given no more until it is below
	// MinConnections; 0 is no limit, and three quarters of MaxConnections.
	MaxConnections, MinConnections uint32
}
