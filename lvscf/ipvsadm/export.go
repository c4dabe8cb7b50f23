package ipvsadm

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"pacu/lvscf"
)

// A key is what the kernel tells services apart by.
type key struct {
	option string
	six    bool
}

// A rules collects the rules of one service.
type rules struct {
	name    string // of the virtual that made it
	add     string
	servers []string
	known   map[string]bool // real servers
}

// Export writes cfg as rules that ipvsadm -R loads, the table of a router with
// every active server up, and says what of cfg such rules have no word for.
func Export(cfg *lvscf.Config) ([]byte, []string) {
	var lost []string
	said := make(map[string]bool)
	lose := func(format string, args ...any) {
		if s := fmt.Sprintf(format, args...); !said[s] {
			said[s] = true
			lost = append(lost, s)
		}
	}
	services := make(map[key]*rules)
	var order []*rules
	for i := range cfg.Virtuals {
		v := &cfg.Virtuals[i]
		if !v.Active || cfg.Service != "lvs" {
			lose("virtual %s: it does not run", v.Name)
			continue
		}
		if words := probes(v); words != "" {
			lose("virtual %s: %s: ipvsadm checks no servers", v.Name, words)
		}
		k := keyOf(v)
		r := services[k]
		if r == nil {
			r = &rules{name: v.Name, add: "-A " + k.String() + " -s " + v.Scheduler + persistence(v), known: make(map[string]bool)}
			services[k] = r
			order = append(order, r)
		} else {
			lose("virtual %s: virtual %s has its mark: they are one service", v.Name, r.name)
		}
		for _, s := range v.Servers {
			if !s.Active {
				lose("virtual %s: server %s: it is switched off", v.Name, s.Name)
				continue
			}
			real := realServer(cfg, v, &s)
			if r.known[real] {
				continue
			}
			r.known[real] = true
			r.servers = append(r.servers, fmt.Sprintf("-a %s -r %s %s -w %d", k, real, forward[cfg.Network], s.Weight))
			if real != net.JoinHostPort(string(s.Address), strconv.Itoa(int(s.Port))) {
				lose("virtual %s: server %s: port %d is only for probes", v.Name, s.Name, s.Port)
			}
		}
	}
	for i := range cfg.Failovers {
		lose("failover %s: a table has virtual services alone", cfg.Failovers[i].Name)
	}
	if cfg.SyncDaemon {
		lose("syncdaemon: run ipvsadm --start-daemon master --mcast-interface %s --syncid %d", cfg.SyncInterface, cfg.SyncID)
	}
	if cfg.TCPTimeout+cfg.TCPFinTimeout+cfg.UDPTimeout != 0 {
		lose("timeouts: run ipvsadm --set %d %d %d", cfg.TCPTimeout/time.Second, cfg.TCPFinTimeout/time.Second, cfg.UDPTimeout/time.Second)
	}
	if cfg.Primary != "" || cfg.Backup != "" || cfg.NATRouter != nil {
		lose("primary, backup, nat_router: a table knows no routers and no interfaces")
	}
	var b strings.Builder
	for _, r := range order {
		b.WriteString(r.add + "\n")
		for _, s := range r.servers {
			b.WriteString(s + "\n")
		}
	}
	return []byte(b.String()), lost
}

var forward = map[lvscf.Forward]string{lvscf.NAT: "-m", lvscf.Direct: "-g", lvscf.Tunnel: "-i"}

// keyOf is what v is to the kernel.
func keyOf(v *lvscf.Virtual) key {
	if v.FWMark != 0 {
		return key{fmt.Sprintf("-f %d", v.FWMark), v.VIP.Addr.Is6()}
	}
	option := map[string]string{"tcp": "-t", "udp": "-u", "sctp": "--sctp-service"}[v.Protocol]
	return key{option + " " + netip.AddrPortFrom(v.VIP.Addr, v.Port).String(), false}
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
	return s
}

// realServer is s as ipvsadm writes it. Except with NAT the kernel leaves the
// port of a packet alone, and ipvsadm wants the service's.
func realServer(cfg *lvscf.Config, v *lvscf.Virtual, s *lvscf.Server) string {
	port := s.Port
	if cfg.Network != lvscf.NAT && v.FWMark == 0 {
		port = v.Port
	}
	return net.JoinHostPort(string(s.Address), strconv.Itoa(int(port)))
}

// probes names what v says of checks.
func probes(v *lvscf.Virtual) string {
	var words []string
	for _, w := range []struct {
		name string
		set  bool
	}{
		{"send", v.Send != nil}, {"expect", v.Expect != nil}, {"send_program", v.SendProgram != nil},
		{"load_monitor", v.LoadMonitor != "none"}, {"quiesce_server", v.QuiesceServer}, {"sorry_server", v.SorryServer.IsValid()},
	} {
		if w.set {
			words = append(words, w.name)
		}
	}
	return strings.Join(words, ", ")
}
