package lvscf

import (
	"fmt"
	"slices"
	"strings"
)

// applyGlobal puts c.v, the value of d, where it belongs.
func (c *checker) applyGlobal(d *Directive) {
	cfg, v := &c.cfg, &c.v
	switch d.Name {
	case "serial_no":
		cfg.SerialNo = int(v.n)
	case "primary":
		cfg.Primary = v.host
	case "primary_private":
		cfg.PrimaryPrivate = v.host
	case "backup":
		cfg.Backup = v.host
	case "backup_private":
		cfg.BackupPrivate = v.host
	case "service":
		cfg.Service = v.text
	case "rsh_command":
		cfg.RshCommand = v.cmd
	case "backup_active":
		cfg.BackupActive = v.b
	case "heartbeat_port":
		cfg.HeartbeatPort = uint16(v.n)
	case "keepalive":
		cfg.Keepalive = v.d
	case "deadtime":
		cfg.Deadtime = v.d
	case "network":
		cfg.Network = Forward(v.text)
	case "nat_router":
		cfg.NATRouter = &Floating{Addr: v.addr, Device: v.dev}
	case "nat_nmask":
		c.nat = v.mask
	case "snat_pool":
		cfg.SNATPool = &Pool{Ranges: v.ranges, Device: v.dev}
	case "exclusive":
		cfg.Exclusive = v.b
	case "debug_level":
		cfg.DebugLevel = v.text
	case "monitor_links":
		cfg.MonitorLinks = v.b
	case "syncdaemon":
		cfg.SyncDaemon = v.b
	case "syncd_iface":
		cfg.SyncInterface = v.dev
	case "syncd_id":
		cfg.SyncID = int(v.n)
	case "syncd_maxlen":
		cfg.SyncMaxLen = int(v.n)
	case "syncd_port":
		cfg.SyncPort = uint16(v.n)
	case "syncd_group":
		cfg.SyncGroup = v.addr
	case "syncd_ttl":
		cfg.SyncTTL = int(v.n)
	case "tcp_timeout":
		cfg.TCPTimeout = v.d
	case "tcpfin_timeout":
		cfg.TCPFinTimeout = v.d
	case "udp_timeout":
		cfg.UDPTimeout = v.d
	case "hard_shutdown":
		cfg.HardShutdown = v.b
	case "active_cmd":
		cfg.ActiveCmd = v.cmd
	case "inactive_cmd":
		cfg.InactiveCmd = v.cmd
	case "notify":
		cfg.Notify = v.cmd
	case "command_timeout":
		cfg.CommandTimeout = v.d
	default:
		c.applyPair(d)
	}
}

// applyPair is applyGlobal for the words of the pair of routers that Piranha
// does not have.
func (c *checker) applyPair(d *Directive) {
	cfg, v := &c.cfg, &c.v
	switch d.Name {
	case "heartbeat_path":
		cfg.HeartbeatPaths = append(cfg.HeartbeatPaths, v.pair)
		c.pathPlaces = append(c.pathPlaces, pathPlace{c.pos(c.toks[2].start), c.toks[2].text})
	case "preempt":
		cfg.Preempt = v.b
	case "preempt_delay":
		cfg.PreemptDelay = v.d
	case "announce_refresh":
		cfg.AnnounceRefresh = v.d
	case "witness":
		cfg.Witnesses = v.addrs
	case "witness_quorum":
		cfg.WitnessQuorum = int(v.n)
	case "witness_check":
		cfg.WitnessCheck = v.text
	case "min_servers":
		cfg.MinServers = int(v.n)
	case "nanny_limit":
		cfg.NannyLimit = int(v.n)
	}
}

// applyTrackScript puts c.v, the value of d, into t.
func (c *checker) applyTrackScript(t *TrackScript, d *Directive) {
	v := &c.v
	switch d.Name {
	case "active":
		t.Active = v.b
	case "command":
		t.Command = v.cmd
	case "interval":
		t.Interval = v.d
	case "timeout":
		t.Timeout = v.d
	case "rise":
		t.Rise = int(v.n)
	case "fall":
		t.Fall = int(v.n)
	}
}

// applyService puts c.v, the value of d, into a virtual or failover.
func (c *checker) applyService(s *Virtual, d *Directive) {
	v := &c.v
	switch d.Name {
	case "active":
		s.Active = v.b
	case "address":
		s.VIP.Addr, s.VIP.Device = v.addr, v.dev
		if v.addr.IsUnspecified() { // what Piranha's console writes into a new block
			s.VIP.Addr = none
		}
	case "sorry_server":
		if s.SorryServer = v.addr; v.addr.IsUnspecified() {
			s.SorryServer = none
		}
	case "vip_nmask":
		c.vip = v.mask
	case "fwmark":
		s.FWMark = uint32(v.n)
	case "port":
		c.setPort(s, d, uint16(v.n))
	case "persistent":
		s.Persistent = v.d
	case "pmask":
		c.persist = v.mask
	case "send":
		s.Send = new(v.text)
	case "expect":
		s.Expect = new(v.text)
	case "use_regex":
		s.UseRegex = v.b
	case "send_program":
		s.SendProgram = v.cmd
	case "load_monitor":
		s.LoadMonitor = v.text
	case "scheduler":
		s.Scheduler = v.text
	case "protocol":
		s.Protocol = v.text
	case "timeout":
		s.Timeout = v.d
	case "reentry":
		s.Reentry = v.d
	case "quiesce_server":
		s.QuiesceServer = v.b
	case "start_cmd":
		s.StartCmd = v.cmd
	case "stop_cmd":
		s.StopCmd = v.cmd
	default:
		c.applyVirtual(s, d)
	}
}

// applyVirtual is applyService for the words that failovers do not have.
func (c *checker) applyVirtual(s *Virtual, d *Directive) {
	v := &c.v
	switch d.Name {
	case "ports":
		s.Ports = v.ports
		if !c.block.has(rowPort) && !slices.ContainsFunc(s.Ports, func(r PortRange) bool { return r.Contains(s.Port) }) {
			c.setPort(s, d, uint16(v.n))
		}
	case "scheduler_flags":
		s.SchedulerFlags = v.words
	case "one_packet":
		s.OnePacket = v.b
	case "forward":
		s.Forward = Forward(v.text)
	case "tunnel":
		s.TunnelType = v.text
	case "tunnel_port":
		s.TunnelPort = uint16(v.n)
	case "tunnel_checksum":
		s.TunnelChecksum = v.text
	case "snat_pool":
		s.SNATPool = &Pool{Ranges: v.ranges, Device: v.dev}
	case "persistence_engine":
		s.PersistEngine = v.text
	case "quorum":
		s.Quorum = int(v.n)
	case "hysteresis":
		s.Hysteresis = int(v.n)
	case "leaving":
		s.KeepOnLeave = v.text == "keep"
	case "rise", "fall", "retry", "damping", "load_port", "load_path", "load_curve":
		c.applyPace(s, d)
	default:
		if strings.HasPrefix(d.Name, "check") {
			c.checkWords = true
			c.ownCheck.set(d, v)
		}
	}
}

// setPort gives s its port, and warns of servers that came before it.
func (c *checker) setPort(s *Virtual, d *Directive, port uint16) {
	if port == s.Port {
		return
	}
	if c.portless {
		c.reportToken(Warning, "port-order", c.key(), fmt.Sprintf("%s after servers that have none: these keep port %d", d.Name, s.Port),
			"write it before the first server")
	}
	s.Port = port
}

// applyServer puts c.v, the value of d, into s.
func (c *checker) applyServer(s *Server, d *Directive) {
	v := &c.v
	switch d.Name {
	case "address":
		if s.Address = v.host; v.addr.IsUnspecified() {
			s.Address = ""
		}
	case "active":
		s.Active = v.b
	case "port":
		s.Port, s.PortGiven = uint16(v.n), true
	case "weight":
		s.Weight = int(v.n)
	case "max_connections":
		s.MaxConnections = uint32(v.n)
	case "min_connections":
		s.MinConnections = uint32(v.n)
	}
}
