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

	Network   Forward   // of all virtual servers
	NATRouter *Floating // nil when absent

	DebugLevel   string // kept, not used
	MonitorLinks bool

	SyncDaemon    bool
	SyncInterface string
	SyncID        int // 0 to 255

	// Whole seconds; 0 leaves the kernel's.
	TCPTimeout, TCPFinTimeout, UDPTimeout time.Duration

	HardShutdown bool
	// Commands are split at blanks and run without a shell; nil when absent.
	ActiveCmd, InactiveCmd []string
	RshCommand             []string

	Virtuals, Failovers []Virtual // in the file's order, inactive ones too
}

// Forward is how packets reach the real servers.
type Forward string

// The forwarding methods.
const (
	NAT    Forward = "nat"
	Direct Forward = "direct"
	Tunnel Forward = "tunnel"
)

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

// A Virtual is a virtual server, or a failover service of the routers.
type Virtual struct {
	Name   string
	Pos    Pos // of its "virtual" or "failover"
	Active bool
	VIP    Floating
	FWMark uint32 // 0: the service is VIP:Port/Protocol

	Port      uint16
	Protocol  string // tcp, udp, sctp
	Scheduler string // the kernel's name

	Persistent  time.Duration // whole seconds; 0: off
	PersistMask int           // bits; 32 or 128: each client by itself

	// Send and Expect have their escapes translated; nil when not given,
	// which an empty text is not.
	Send, Expect *string
	UseRegex     bool     // Expect is a POSIX extended regular expression that compiles
	SendProgram  []string // split at blanks; nil when absent; %h and %p as written

	Timeout time.Duration // probe interval and time limit; never 0
	Reentry time.Duration

	LoadMonitor   string     // none, rup, ruptime, rsh, ssh, uptime, or a program's path
	QuiesceServer bool       // a failed server gets weight 0 rather than leaving
	SorryServer   netip.Addr // invalid when not given

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
}
