package ipvsadm

import (
	"fmt"
	"net"
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
		elsewhere(v, lose)
		if v.Ports != nil && v.FWMark == 0 {
			lose("virtual %s: ports: ipvsadm needs a firewall mark for several: write one as its fwmark", v.Name)
			continue
		}
		for _, k := range keysOf(v) {
			r := services[k]
			if r == nil {
				r = &rules{name: v.Name, add: "-A " + k.String() + " -s " + v.Scheduler + persistence(v) + flags(v), known: make(map[string]bool)}
				services[k] = r
				order = append(order, r)
			} else {
				lose("virtual %s: virtual %s has its mark: they are one service", v.Name, r.name)
			}
			r.serve(k, v, lose)
		}
	}
	for i := range cfg.Failovers {
		lose("failover %s: a table has virtual services alone", cfg.Failovers[i].Name)
	}
	if cfg.Exclusive {
		lose("exclusive: run ipvsadm -C first")
	}
	if cfg.SyncDaemon {
		lose("syncdaemon: run ipvsadm --start-daemon master --mcast-interface %s --syncid %d%s", cfg.SyncInterface, cfg.SyncID, syncOptions(cfg))
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

// serve adds the servers of v to r, the rules of k.
func (r *rules) serve(k key, v *lvscf.Virtual, lose func(format string, args ...any)) {
	for i := range v.Servers {
		s := &v.Servers[i]
		if !s.Active {
			lose("virtual %s: server %s: it is switched off", v.Name, s.Name)
			continue
		}
		real := realServer(v, s)
		if r.known[real] {
			continue
		}
		r.known[real] = true
		r.servers = append(r.servers, fmt.Sprintf("-a %s -r %s %s -w %d%s%s", k, real, forward[v.Forward], s.Weight, limits(s), tunnelOf(v)))
		if real != net.JoinHostPort(string(s.Address), strconv.Itoa(int(s.Port))) {
			lose("virtual %s: server %s: port %d is only for probes", v.Name, s.Name, s.Port)
		}
	}
}
