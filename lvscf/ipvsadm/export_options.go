package ipvsadm

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"pacu/lvscf"
)

// Full NAT is masquerading to IPVS; the rest is in a firewall's rules.
var forward = map[lvscf.Forward]string{lvscf.NAT: "-m", lvscf.FullNAT: "-m", lvscf.Direct: "-g", lvscf.Tunnel: "-i"}

// keysOf is what v is to the kernel: one service, or two where it serves tcp
// and udp.
func keysOf(v *lvscf.Virtual) []key {
	if v.FWMark != 0 {
		return []key{{fmt.Sprintf("-f %d", v.FWMark), v.VIP.Addr.Is6()}}
	}
	var keys []key
	for p := range strings.SplitSeq(v.Protocol, "+") {
		option := map[string]string{"tcp": "-t", "udp": "-u", "sctp": "--sctp-service"}[p]
		keys = append(keys, key{option + " " + netip.AddrPortFrom(v.VIP.Addr, v.Port).String(), false})
	}
	return keys
}

// String is k as options.
func (k key) String() string {
	if k.six {
		return k.option + " -6"
	}
	return k.option
}

// persistence is v's as options.
func persistence(v *lvscf.Virtual) string {
	if v.Persistent == 0 {
		return ""
	}
	s := fmt.Sprintf(" -p %d", v.Persistent/time.Second)
	switch bits := v.PersistMask; {
	case v.VIP.Addr.Is6() && bits != 128:
		s += fmt.Sprintf(" -M %d", bits)
	case !v.VIP.Addr.Is6() && bits != 32:
		s += " -M " + net.IP(net.CIDRMask(bits, 32)).String()
	}
	if v.PersistEngine != "" {
		s += " --pe " + v.PersistEngine
	}
	return s
}

// flags are those of v and of its scheduler as options.
func flags(v *lvscf.Virtual) string {
	s := ""
	if v.OnePacket {
		s = " -o"
	}
	var names []string
	for i, f := range []string{"fallback", "port", "flag3"} {
		plain := fmt.Sprintf("flag%d", i+1)
		switch {
		case !slices.Contains(v.SchedulerFlags, f) && !slices.Contains(v.SchedulerFlags, plain):
		case i < 2 && (v.Scheduler == "sh" || v.Scheduler == "mh"):
			names = append(names, v.Scheduler+"-"+f)
		default:
			names = append(names, fmt.Sprintf("flag-%d", i+1))
		}
	}
	if len(names) > 0 {
		s += " -b " + strings.Join(names, ",")
	}
	return s
}

// realServer is s as ipvsadm writes it. Except with NAT the kernel leaves the
// port of a packet alone, and ipvsadm wants the service's; of a service of
// several ports it wants none.
func realServer(v *lvscf.Virtual, s *lvscf.Server) string {
	port := s.Port
	switch {
	case v.Ports != nil && !s.PortGiven:
		port = 0
	case v.Forward != lvscf.NAT && v.Forward != lvscf.FullNAT && v.FWMark == 0:
		port = v.Port
	}
	return net.JoinHostPort(string(s.Address), strconv.Itoa(int(port)))
}

// limits are the thresholds of s as options.
func limits(s *lvscf.Server) string {
	if s.MaxConnections == 0 {
		return ""
	}
	text := fmt.Sprintf(" -x %d", s.MaxConnections)
	if s.MinConnections != 0 {
		text += fmt.Sprintf(" -y %d", s.MinConnections)
	}
	return text
}

// tunnelOf is that of v's servers as options.
func tunnelOf(v *lvscf.Virtual) string {
	if v.Forward != lvscf.Tunnel || v.TunnelType == "ipip" {
		return ""
	}
	s := " --tun-type " + v.TunnelType
	if v.TunnelType == "gue" {
		s += fmt.Sprintf(" --tun-port %d", v.TunnelPort)
	}
	if v.TunnelChecksum == "csum" || v.TunnelChecksum == "remcsum" && v.TunnelType == "gue" {
		s += " --tun-" + v.TunnelChecksum
	}
	return s
}

// elsewhere tells what of v is not for the table to do.
func elsewhere(v *lvscf.Virtual, lose func(format string, args ...any)) {
	if words := probes(v); words != "" {
		lose("virtual %s: %s: ipvsadm checks no servers", v.Name, words)
	}
	if v.Forward == lvscf.FullNAT {
		lose("virtual %s: forward = fullnat: set net.ipv4.vs.conntrack=1, and let a firewall translate the source addresses", v.Name)
	}
	if v.Ports != nil && v.FWMark != 0 {
		lose("virtual %s: ports: let a firewall mark their packets with %d", v.Name, v.FWMark)
	}
	if !v.KeepOnLeave {
		lose("virtual %s: leaving = end: set net.ipv4.vs.expire_nodest_conn=1", v.Name)
	}
}

// probes names what v says of checks.
func probes(v *lvscf.Virtual) string {
	var own lvscf.Check
	var blocks []lvscf.Check
	if len(v.Checks) > 0 {
		own, blocks = v.Checks[0], v.Checks[1:]
	}
	var words []string
	for _, w := range []struct {
		name string
		set  bool
	}{
		{"check", !slices.Contains([]string{"", "text", "program"}, own.Kind)},
		{"check_port", own.Port != 0}, {"check_address", own.Address.IsValid()},
		{"check_source", own.Source.IsValid()}, {"check_mark", own.Mark != 0}, {"check_through_vip", own.ThroughVIP},
		{"check_timeout", own.Timeout != 0}, {"check_connect_timeout", own.Connect != 0},
		{"send", v.Send != nil}, {"expect", v.Expect != nil}, {"send_program", v.SendProgram != nil},
		{"rise", v.Rise != 0}, {"fall", v.Fall > 1}, {"retry", v.Retry != 0}, {"damping", v.Damping},
		{"load_monitor", v.LoadMonitor != "none"}, {"quiesce_server", v.QuiesceServer}, {"sorry_server", v.SorryServer.IsValid()},
		{"quorum", v.Quorum > 1 || v.Hysteresis > 0},
	} {
		if w.set {
			words = append(words, w.name)
		}
	}
	for i := range blocks {
		words = append(words, strings.TrimSpace("probe "+blocks[i].Probe))
	}
	return strings.Join(words, ", ")
}

// syncOptions are the options of ipvsadm's sync daemon that the kernel does not
// choose itself.
func syncOptions(cfg *lvscf.Config) string {
	var s string
	for _, o := range []struct {
		name string
		n    int
	}{{"--sync-maxlen", cfg.SyncMaxLen}, {"--mcast-port", int(cfg.SyncPort)}, {"--mcast-ttl", cfg.SyncTTL}} {
		if o.n != 0 {
			s += fmt.Sprintf(" %s %d", o.name, o.n)
		}
	}
	if cfg.SyncGroup.IsValid() {
		s += fmt.Sprintf(" --mcast-group %s", cfg.SyncGroup)
	}
	return s
}
