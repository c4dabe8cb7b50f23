package lvscf

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// text is the value of a directive outside blocks as lvs.cf has it, defaults
// filled in; empty for none.
func (c *Config) text(row string) string {
	switch row {
	case "serial_no":
		return strconv.Itoa(c.SerialNo)
	case "primary":
		return string(c.Primary)
	case "primary_private":
		return string(c.PrimaryPrivate)
	case "backup":
		return string(c.Backup)
	case "backup_private":
		return string(c.BackupPrivate)
	case "service":
		return c.Service
	case "backup_active":
		return digit(c.BackupActive)
	case "heartbeat_port":
		return strconv.Itoa(int(c.HeartbeatPort))
	case "keepalive":
		return seconds(c.Keepalive)
	case "deadtime":
		return seconds(c.Deadtime)
	case "network":
		return string(c.Network)
	case "nat_router":
		if c.NATRouter != nil {
			return c.NATRouter.text()
		}
	case "nat_nmask":
		if c.NATRouter != nil {
			return maskText(c.NATRouter.Bits, c.NATRouter.Addr)
		}
	case "snat_pool":
		return c.SNATPool.text()
	case "exclusive":
		return digit(c.Exclusive)
	case "monitor_links":
		return digit(c.MonitorLinks)
	case "syncdaemon":
		return digit(c.SyncDaemon)
	case "syncd_iface":
		return c.SyncInterface
	case "syncd_id":
		return strconv.Itoa(c.SyncID)
	case "syncd_maxlen":
		return nonzero(c.SyncMaxLen)
	case "syncd_port":
		return nonzero(int(c.SyncPort))
	case "syncd_group":
		if c.SyncGroup.IsValid() {
			return c.SyncGroup.String()
		}
	case "syncd_ttl":
		return nonzero(c.SyncTTL)
	case "tcp_timeout":
		return seconds(c.TCPTimeout)
	case "tcpfin_timeout":
		return seconds(c.TCPFinTimeout)
	case "udp_timeout":
		return seconds(c.UDPTimeout)
	case "hard_shutdown":
		return digit(c.HardShutdown)
	case "active_cmd":
		return command(c.ActiveCmd)
	case "inactive_cmd":
		return command(c.InactiveCmd)
	case "notify":
		return command(c.Notify)
	case "command_timeout":
		return seconds(c.CommandTimeout)
	default:
		return c.pairText(row)
	}
	return ""
}

// text is the value of a directive of v, as Config.text.
func (v *Virtual) text(row string) string {
	switch row {
	case "active":
		return digit(v.Active)
	case "address":
		return v.VIP.text()
	case "sorry_server":
		if v.SorryServer.IsValid() {
			return v.SorryServer.String()
		}
	case "vip_nmask":
		return maskText(v.VIP.Bits, v.VIP.Addr)
	case "fwmark":
		return strconv.FormatUint(uint64(v.FWMark), 10)
	case "port":
		return strconv.Itoa(int(v.Port))
	case "persistent":
		return seconds(v.Persistent)
	case "pmask":
		return maskText(v.PersistMask, v.VIP.Addr)
	case "send":
		return literal(v.Send)
	case "expect":
		return literal(v.Expect)
	case "use_regex":
		return digit(v.UseRegex)
	case "send_program":
		return command(v.SendProgram)
	case "load_monitor":
		return v.LoadMonitor
	case "scheduler":
		return v.Scheduler
	case "protocol":
		return v.Protocol
	case "timeout":
		return seconds(v.Timeout)
	case "reentry":
		return seconds(v.Reentry)
	case "quiesce_server":
		return digit(v.QuiesceServer)
	case "start_cmd":
		return command(v.StartCmd)
	case "stop_cmd":
		return command(v.StopCmd)
	case "quorum":
		return strconv.Itoa(v.Quorum)
	case "hysteresis":
		return strconv.Itoa(v.Hysteresis)
	case "ports":
		return PortsText(v.Ports)
	case "persistence_engine":
		return v.PersistEngine
	case "scheduler_flags":
		return strings.Join(v.SchedulerFlags, " ")
	case "forward":
		return string(v.Forward)
	case "tunnel":
		return v.TunnelType
	case "tunnel_port":
		return strconv.Itoa(int(v.TunnelPort))
	case "tunnel_checksum":
		return v.TunnelChecksum
	case "snat_pool":
		return v.SNATPool.text()
	case "one_packet":
		return digit(v.OnePacket)
	case "leaving":
		return choose(v.KeepOnLeave, "keep", "end")
	}
	return v.checkText(row)
}

// serverText is the value of a directive of s, a server of v, as Config.text.
func (v *Virtual) serverText(s *Server, row string) string {
	if row == "port" && v.Ports != nil && !s.PortGiven {
		return "" // packets keep the port that they have
	}
	return s.text(row)
}

// text is the value of a directive of s, as Config.text.
func (s *Server) text(row string) string {
	switch row {
	case "address":
		return string(s.Address)
	case "active":
		return digit(s.Active)
	case "port":
		return strconv.Itoa(int(s.Port))
	case "weight":
		return strconv.Itoa(s.Weight)
	case "max_connections":
		return strconv.FormatUint(uint64(s.MaxConnections), 10)
	case "min_connections":
		return strconv.FormatUint(uint64(s.MinConnections), 10)
	}
	return ""
}

// key is what v is to the kernel, empty when that is not known.
func (v *Virtual) key() string {
	if !v.VIP.Addr.IsValid() && v.FWMark == 0 {
		return ""
	}
	return fmt.Sprintf("%d %s %d %s", v.FWMark, v.VIP.Addr, v.Port, v.Protocol)
}

// key is the address and port of s, empty without an address.
func (s *Server) key() string {
	if s.Address == "" {
		return ""
	}
	return fmt.Sprintf("%s %d", s.Address, s.Port)
}

// summary tells what v is, in a few words.
func (v *Virtual) summary() string {
	words := []string{"no address"}
	if v.VIP.Addr.IsValid() {
		words[0] = fmt.Sprintf("%s %s", v.Protocol, netip.AddrPortFrom(v.VIP.Addr, v.Port))
	}
	if v.Ports != nil && v.VIP.Addr.IsValid() {
		words[0] = fmt.Sprintf("%s %s ports %s", v.Protocol, v.VIP.Addr, PortsText(v.Ports))
	}
	if v.FWMark != 0 {
		words = append(words, fmt.Sprintf("fwmark %d", v.FWMark))
	}
	if n := len(v.Servers); n == 1 {
		words = append(words, "1 server")
	} else {
		words = append(words, fmt.Sprintf("%d servers", n))
	}
	if !v.Active {
		words = append(words, "not active")
	}
	return strings.Join(words, ", ")
}

// summary tells what s is, in a few words.
func (s *Server) summary() string {
	text := fmt.Sprintf("%s port %d, weight %d", given(string(s.Address)), s.Port, s.Weight)
	if !s.Active {
		text += ", not active"
	}
	return text
}

func (f *Floating) text() string {
	if !f.Addr.IsValid() {
		return f.Device
	}
	return f.Addr.String() + " " + f.Device
}

// maskText is a netmask as lvs.cf has it for the address a.
func maskText(bits int, a netip.Addr) string {
	if a.Is6() {
		return strconv.Itoa(bits)
	}
	return dotted(bits)
}

// nonzero is n, empty for 0, which is none.
func nonzero(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func digit(b bool) string { return choose(b, "1", "0") }

func choose(b bool, yes, no string) string {
	if b {
		return yes
	}
	return no
}

func command(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return strconv.Quote(strings.Join(words, " "))
}

// literal is a text in quotes, that an empty one differs from none.
func literal(text *string) string {
	if text == nil {
		return ""
	}
	return strconv.Quote(*text)
}
