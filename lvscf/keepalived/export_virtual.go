package keepalived

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"pacu/lvscf"
	"pacu/lvscf/internal/draft"
)

// Full NAT is NAT to IPVS; the rest is in a firewall's rules.
var methods = map[lvscf.Forward]string{lvscf.NAT: "NAT", lvscf.FullNAT: "NAT", lvscf.Direct: "DR", lvscf.Tunnel: "TUN"}

// elsewhere tells what of v keepalived leaves to others.
func (e *exporter) elsewhere(v *lvscf.Virtual) {
	if v.Forward == lvscf.FullNAT {
		e.lose("virtual %s: forward = fullnat: set net.ipv4.vs.conntrack=1, and let a firewall translate the source addresses", v.Name)
	}
	if v.Ports != nil && v.FWMark != 0 {
		e.lose("virtual %s: ports: let a firewall mark their packets with %d", v.Name, v.FWMark)
	}
	if !v.KeepOnLeave {
		e.lose("virtual %s: leaving = end: set net.ipv4.vs.expire_nodest_conn=1", v.Name)
	}
	switch {
	case v.Rise > 1:
		e.lose("virtual %s: rise: keepalived uses a server again at its first good check", v.Name)
	case v.Rise == 0 && v.Reentry != 0:
		e.lose("virtual %s: reentry: keepalived uses a server again at its first good check", v.Name)
	}
	if v.Damping {
		e.lose("virtual %s: damping: keepalived has none", v.Name)
	}
	if v.LoadMonitor != "none" {
		e.lose("virtual %s: load_monitor: keepalived's weights are fixed", v.Name)
	}
}

// virtual writes v, which is active, for a protocol.
func (e *exporter) virtual(v *lvscf.Virtual, protocol string, check lines) {
	e.line("! virtual %s", v.Name)
	if v.FWMark != 0 {
		e.line("virtual_server fwmark %d {", v.FWMark)
		if v.VIP.Addr.Is6() {
			e.line("    ip_family inet6")
		}
	} else {
		e.line("virtual_server %s %d {", v.VIP.Addr, v.Port)
	}
	e.line("    delay_loop %s", draft.Seconds(v.Timeout))
	e.line("    lb_algo %s", v.Scheduler)
	for _, f := range flags(v) {
		e.line("    %s", f)
	}
	e.line("    lb_kind %s%s", methods[v.Forward], tunnelOf(v))
	if v.Persistent != 0 {
		e.line("    persistence_timeout %s", draft.Seconds(v.Persistent))
		if host := v.VIP.Addr.BitLen(); v.PersistMask != host && host != 0 {
			e.line("    persistence_granularity %s", mask(v.VIP.Addr, v.PersistMask))
		}
		if v.PersistEngine != "" {
			e.line("    persistence_engine %s", v.PersistEngine)
		}
	}
	if v.FWMark == 0 {
		e.line("    protocol %s", strings.ToUpper(protocol))
	}
	e.line("    alpha")
	e.sorry(v)
	for i := range v.Servers {
		e.server(v, &v.Servers[i], check)
	}
	e.line("}")
}

// server writes s, a server of v.
func (e *exporter) server(v *lvscf.Virtual, s *lvscf.Server, check lines) {
	addr, err := netip.ParseAddr(string(s.Address))
	switch {
	case !s.Active:
		e.lose("virtual %s: server %s: it is switched off", v.Name, s.Name)
		return
	case err != nil:
		e.lose("virtual %s: server %s: keepalived looks up no names: write the address of %s", v.Name, s.Name, s.Address)
		return
	}
	e.line("    ! server %s", s.Name)
	if v.Ports != nil && !s.PortGiven {
		e.line("    real_server %s {", addr) // on the port of the packet
	} else {
		e.line("    real_server %s %d {", addr, s.Port)
	}
	e.line("        weight %d", s.Weight)
	if s.MaxConnections != 0 {
		e.line("        uthreshold %d", s.MaxConnections)
		if s.MinConnections != 0 {
			e.line("        lthreshold %d", s.MinConnections)
		}
	}
	if v.QuiesceServer {
		e.line("        inhibit_on_failure")
	}
	for _, l := range check(addr, s.Port) {
		e.line("        %s", l)
	}
	e.line("    }")
}

// flags are the words of v that stand alone.
func flags(v *lvscf.Virtual) []string {
	var all []string
	for i, f := range []string{"fallback", "port", "flag3"} {
		plain := fmt.Sprintf("flag%d", i+1)
		switch {
		case !slices.Contains(v.SchedulerFlags, f) && !slices.Contains(v.SchedulerFlags, plain):
		case i < 2 && (v.Scheduler == "sh" || v.Scheduler == "mh"):
			all = append(all, v.Scheduler+"-"+f)
		default:
			all = append(all, fmt.Sprintf("flag-%d", i+1))
		}
	}
	if v.OnePacket {
		all = append(all, "ops")
	}
	return all
}

// tunnelOf is that of v's servers, as it stands behind TUN.
func tunnelOf(v *lvscf.Virtual) string {
	if v.Forward != lvscf.Tunnel || v.TunnelType == "ipip" {
		return ""
	}
	s := " type " + v.TunnelType
	if v.TunnelType == "gue" {
		s += fmt.Sprintf(" port %d", v.TunnelPort)
	}
	if v.TunnelChecksum == "csum" || v.TunnelChecksum == "remcsum" && v.TunnelType == "gue" {
		s += " " + v.TunnelChecksum
	}
	return s
}

// sorry writes v's sorry server and when it serves. keepalived counts weights,
// down below quorum - hysteresis and up from quorum + hysteresis.
func (e *exporter) sorry(v *lvscf.Virtual) {
	if !v.SorryServer.IsValid() {
		return
	}
	if v.Quorum > 1 || v.Hysteresis > 0 {
		weight := 0
		for i := range v.Servers {
			s := &v.Servers[i]
			if s.Active && (s.Weight == 0 || weight != 0 && s.Weight != weight) {
				e.lose("virtual %s: quorum: keepalived counts the weights of servers, which differ here: the sorry server serves when none is left", v.Name)
				weight = 0
				break
			} else if s.Active {
				weight = s.Weight
			}
		}
		if weight != 0 {
			half := v.Hysteresis * weight / 2
			if v.Hysteresis*weight%2 != 0 && weight == 1 {
				e.lose("virtual %s: hysteresis: keepalived's is the same both ways: it is one less", v.Name)
			}
			e.line("    quorum %d", v.Quorum*weight+half)
			e.line("    hysteresis %d", half)
		}
	}
	e.line("    sorry_server %s %d", v.SorryServer, v.Port)
}
