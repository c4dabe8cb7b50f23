package form

import "pacu/lvscf"

// A Page is one of the console's forms.
type Page string

// The pages. Virtual and Monitoring are both of a virtual block.
const (
	Global      Page = "global"
	Redundancy  Page = "redundancy"
	Virtual     Page = "virtual"
	Server      Page = "server"
	Monitoring  Page = "monitoring"
	Probe       Page = "probe"
	Failover    Page = "failover"
	TrackScript Page = "track_script"
)

// Pages are all pages.
var Pages = []Page{Global, Redundancy, Virtual, Server, Monitoring, Probe, Failover, TrackScript}

// A Group is directives that stand together under a heading.
type Group struct {
	ID     string // of the heading
	Page   Page
	Where  lvscf.Where
	Names  []string
	Folded bool // hidden until asked for, see Section.Open
}

// Groups returns the groups of a page, in order. Every directive of lvs.cf
// stands in exactly one group for each place where it may stand.
func Groups(p Page) []Group {
	var some []Group
	for _, g := range groups {
		if g.Page == p {
			some = append(some, g)
		}
	}
	return some
}

var groups = []Group{
	{"routers", Global, lvscf.Global, []string{"primary", "primary_private", "service"}, false},
	{"network", Global, lvscf.Global, []string{"network", "nat_router", "nat_nmask", "snat_pool"}, false},
	{"timeouts", Global, lvscf.Global, []string{"tcp_timeout", "tcpfin_timeout", "udp_timeout"}, false},
	{"sync", Global, lvscf.Global, []string{"syncdaemon", "syncd_iface", "syncd_id", "syncd_maxlen", "syncd_port", "syncd_group", "syncd_ttl"}, false},
	{"commands", Global, lvscf.Global, []string{"active_cmd", "inactive_cmd", "notify", "command_timeout"}, false},
	{"table", Global, lvscf.Global, []string{"exclusive", "nanny_limit"}, false},
	{"legacy", Global, lvscf.Global, []string{"serial_no", "debug_level", "rsh_command", "primary_shared", "sync", "ipvsadm"}, true},

	{"backup", Redundancy, lvscf.Global, []string{"backup_active", "backup", "backup_private"}, false},
	{"heartbeat", Redundancy, lvscf.Global, []string{"keepalive", "deadtime", "heartbeat_port", "heartbeat_path"}, false},
	{"roles", Redundancy, lvscf.Global, []string{"preempt", "preempt_delay", "hard_shutdown", "announce_refresh"}, false},
	{"fitness", Redundancy, lvscf.Global, []string{"monitor_links", "witness", "witness_quorum", "witness_check", "min_servers"}, false},
	{"legacy", Redundancy, lvscf.Global, []string{"heartbeat", "backup_shared", "reservation_conflict_action"}, true},

	{"service", Virtual, lvscf.InVirtual, []string{"active", "address", "vip_nmask", "port", "ports", "protocol", "fwmark"}, false},
	{"scheduling", Virtual, lvscf.InVirtual, []string{"scheduler", "scheduler_flags", "one_packet"}, false},
	{"persistence", Virtual, lvscf.InVirtual, []string{"persistent", "pmask", "persistence_engine"}, false},
	{"forwarding", Virtual, lvscf.InVirtual, []string{"forward", "snat_pool", "tunnel", "tunnel_port", "tunnel_checksum"}, false},
	{"failing", Virtual, lvscf.InVirtual, []string{"quiesce_server", "leaving", "sorry_server", "quorum", "hysteresis"}, false},
	{"load", Virtual, lvscf.InVirtual, []string{"load_monitor", "load_port", "load_path", "load_curve"}, false},
	{"legacy", Virtual, lvscf.InVirtual, []string{"start_cmd", "stop_cmd", "client_monitor", "master", "dirs"}, true},

	{"server", Server, lvscf.InServer, []string{"active", "address", "port", "weight"}, false},
	{"limits", Server, lvscf.InServer, []string{"max_connections", "min_connections"}, false},

	{"pace", Monitoring, lvscf.InVirtual, []string{"timeout", "reentry", "rise", "fall", "retry", "damping"}, false},
	{"script", Monitoring, lvscf.InVirtual, scriptNames, false},
	{"check", Monitoring, lvscf.InVirtual, checkNames, false},
	{"http", Monitoring, lvscf.InVirtual, httpNames, true},
	{"tls", Monitoring, lvscf.InVirtual, tlsNames, true},
	{"dns", Monitoring, lvscf.InVirtual, dnsNames, true},
	{"login", Monitoring, lvscf.InVirtual, loginNames, true},

	{"check", Probe, lvscf.InProbe, append([]string{"active"}, checkNames...), false},
	{"script", Probe, lvscf.InProbe, scriptNames, false},
	{"http", Probe, lvscf.InProbe, httpNames, true},
	{"tls", Probe, lvscf.InProbe, tlsNames, true},
	{"dns", Probe, lvscf.InProbe, dnsNames, true},
	{"login", Probe, lvscf.InProbe, loginNames, true},

	{"failover", Failover, lvscf.InFailover, []string{"active", "address", "vip_nmask", "port", "protocol", "start_cmd", "stop_cmd"}, false},
	{"script", Failover, lvscf.InFailover, scriptNames, false},
	{"pace", Failover, lvscf.InFailover, []string{"timeout", "reentry"}, false},
	{"legacy", Failover, lvscf.InFailover, []string{"fwmark", "scheduler", "persistent", "pmask", "sorry_server", "quiesce_server", "load_monitor", "client_monitor", "master", "dirs"}, true},

	{"track_script", TrackScript, lvscf.InTrackScript, []string{"active", "command", "interval", "timeout", "rise", "fall"}, false},
}

// What says how real servers are checked, in virtual and in probe blocks.
var (
	scriptNames = []string{"send_program", "send", "expect", "use_regex"}
	checkNames  = []string{"check", "check_port", "check_address", "check_source", "check_mark", "check_through_vip", "check_timeout", "check_connect_timeout"}
	httpNames   = []string{"check_method", "check_path", "check_host", "check_status", "check_body", "check_digest"}
	tlsNames    = []string{"check_tls", "check_name", "check_verify", "check_expiry"}
	dnsNames    = []string{"check_query", "check_type", "check_rcode", "check_answer"}
	loginNames  = []string{"check_user", "check_password", "check_secret", "check_service"}
)
