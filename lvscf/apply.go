package lvscf

import "fmt"

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
		if port := uint16(v.n); port != s.Port {
			if c.portless {
				c.reportToken(Warning, "port-order", c.key(), fmt.Sprintf("port after servers that have none: these keep port %d", s.Port),
					"write it before the first server")
			}
			s.Port = port
		}
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
	}
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
		s.Port = uint16(v.n)
	case "weight":
		s.Weight = int(v.n)
	}
}
