package doctor

import (
	"fmt"
	"math/bits"
	"net/netip"
	"slices"
	"strconv"

	"pacu/lvscf"
)

// oldest is the oldest kernel that Pacu is tested on.
const oldestMajor, oldestMinor = 5, 10

// moduleRules judge what the kernel can do.
func moduleRules(f *Facts, to *Findings) {
	var major, minor int
	if n, _ := fmt.Sscanf(f.Kernel.Release, "%d.%d", &major, &minor); n == 2 && (major < oldestMajor || major == oldestMajor && minor < oldestMinor) {
		to.add(Warning, "kernel "+f.Kernel.Release, fmt.Sprintf("it is older than %d.%d", oldestMajor, oldestMinor),
			"nobody tested Pacu on it", "apt upgrade, or the like of your system")
	}
	state := f.Kernel.Modules["ip_vs"]
	switch {
	case f.Kernel.NoIPVS && state == missing:
		to.add(Error, "kernel "+f.Kernel.Release, "it has no IPVS, and no module ip_vs to load", "nothing can be balanced",
			"install your system's usual kernel package; those for clouds and containers may lack ip_vs")
	case f.Kernel.NoIPVS:
		to.add(Error, "ip_vs", "the module is not loaded", "pulse does not start", "modprobe ip_vs; echo ip_vs > /etc/modules-load.d/pacu.conf")
	}
	seen := map[string]bool{}
	for _, v := range f.virtuals() {
		m := schedulerModule(v.Scheduler)
		if seen[m] || f.Kernel.IPVS != nil && slices.Contains(f.Kernel.IPVS.Schedulers, v.Scheduler) {
			continue
		}
		seen[m] = true
		if f.Kernel.Modules[m] == missing {
			to.add(Error, "virtual "+v.Name, fmt.Sprintf("the kernel has no scheduler %s", v.Scheduler),
				"the kernel refuses the service", "install the module "+m+", or lvs.cf: scheduler = wlc")
		}
	}
	needsRules := slices.ContainsFunc(f.virtuals(), func(v lvscf.Virtual) bool { return v.Ports != nil || v.Forward == lvscf.FullNAT })
	if needsRules && f.Kernel.Modules["nf_tables"] == missing {
		to.add(Error, "kernel "+f.Kernel.Release, "it has no nftables", "ports = and fullnat need marks and source NAT", "install your system's usual kernel package")
	}
}

// tableRules judge the sizes of tables.
func tableRules(f *Facts, to *Findings) {
	if t := f.Kernel.IPVS; t != nil && t.Buckets > 0 {
		known := t.Connections
		if f.Pulse != nil {
			known = max(known, f.Pulse.Table.Connections)
		}
		if known > uint64(t.Buckets) {
			// Twice as many as are there now, and at most what the kernel takes.
			want := min(bits.Len64(2*known-1), 20)
			to.add(Warning, "IPVS connection table", fmt.Sprintf("%d connections in %d buckets", known, t.Buckets),
				"each packet walks long lists", fmt.Sprintf("echo options ip_vs conn_tab_bits=%d > /etc/modprobe.d/ip_vs.conf; it counts when ip_vs is loaded next", want))
		}
	}
	if k := f.Kernel; k.ConntrackMax > 0 {
		fix := fmt.Sprintf("echo net.netfilter.nf_conntrack_max=%d > /etc/sysctl.d/90-conntrack.conf; sysctl -p /etc/sysctl.d/90-conntrack.conf", 4*k.ConntrackMax)
		why := "when it is full new connections are dropped, heartbeats too"
		what := fmt.Sprintf("%d of %d entries are in use", k.Conntrack, k.ConntrackMax)
		switch {
		case k.Conntrack*100 >= k.ConntrackMax*95:
			to.add(Error, "nf_conntrack", what, why, fix)
		case k.Conntrack*100 >= k.ConntrackMax*75:
			to.add(Warning, "nf_conntrack", what, why, fix)
		}
	}
}

// sysctlRules judge kernel settings. Those that a running pulse makes itself
// are judged all the same: somebody may have undone them.
func sysctlRules(f *Facts, to *Findings) {
	set := func(name, value string) string {
		return fmt.Sprintf("sysctl -w %s=%s; echo %[1]s=%[2]s >> /etc/sysctl.d/90-lvs-router.conf", name, value)
	}
	want := func(name, value, what, why string) {
		if is, known := f.Sysctls[name]; known && is != value {
			s := Error
			if f.Pulse == nil { // pulse makes it when it serves
				s = Warning
			}
			to.add(s, name, fmt.Sprintf("it is %s, and %s", is, what), why, set(name, value))
		}
	}
	nat4, nat6, fullnat, persistent := f.kinds()
	if nat4 {
		want("net.ipv4.ip_forward", "1", "real servers behind nat need 1", "the answers of the real servers are not passed on to clients")
	}
	if nat6 {
		want("net.ipv6.conf.all.forwarding", "1", "real servers behind nat need 1", "the answers of the real servers are not passed on to clients")
	}
	if fullnat {
		want("net.ipv4.vs.conntrack", "1", "fullnat needs 1", "connections are not given the router's source address")
	}
	if persistent {
		want("net.ipv4.vs.expire_quiescent_template", "1", "persistent services need 1", "clients are sent to a server that is drained")
	}
	for _, one := range []struct{ name, why string }{
		{"net.ipv4.vs.drop_entry", "connections are forgotten at random when memory is short, or always (3)"},
		{"net.ipv4.vs.drop_packet", "packets are dropped at random when memory is short, or always (3)"},
		{"net.ipv4.vs.secure_tcp", "connections are forgotten sooner than tcp_timeout says, when memory is short, or always (3)"},
	} {
		if is := f.Sysctls[one.name]; is == "3" {
			to.add(Error, one.name, "it is 3: always", one.why, set(one.name, "0"))
		} else if is != "" && is != "0" {
			to.add(Hint, one.name, "it is "+is, one.why, set(one.name, "0"))
		}
	}
	f.reversePath(to)
	f.loopbacks(to)
}

// kinds tells what the active virtuals need of the kernel.
func (f *Facts) kinds() (nat4, nat6, fullnat, persistent bool) {
	for _, v := range f.virtuals() {
		nat := v.Forward == lvscf.NAT || v.Forward == lvscf.FullNAT
		nat4 = nat4 || nat && v.VIP.Addr.Is4()
		nat6 = nat6 || nat && v.VIP.Addr.Is6()
		fullnat = fullnat || v.Forward == lvscf.FullNAT
		persistent = persistent || v.Persistent > 0
	}
	return nat4, nat6, fullnat, persistent
}

// effective is what counts of an interface's setting: the kernel takes the
// higher of its own and that of all.
func (f *Facts) effective(iface, word string) int {
	own, _ := strconv.Atoi(f.Sysctls[ifaceSysctl(iface, word)])
	all, _ := strconv.Atoi(f.Sysctls["net.ipv4.conf.all."+word])
	return max(own, all)
}

// reversePath finds interfaces that clients' packets come in by, and that
// refuse them, as the way back leads elsewhere.
func (f *Facts) reversePath(to *Findings) {
	out := ""
	for _, r := range f.Routes {
		if r.To.Bits() == 0 {
			out = r.Interface
		}
	}
	seen := map[string]bool{}
	for _, fl := range f.floatings() {
		if out == "" || fl.iface == out || seen[fl.iface] || !fl.addr.Is4() || slices.Equal(fl.of, []string{"nat_router"}) || f.effective(fl.iface, "rp_filter") != 1 {
			continue
		}
		seen[fl.iface] = true
		to.add(Warning, fl.iface, fmt.Sprintf("rp_filter is strict there, and the default route leads out by %s", out),
			"packets of clients from afar that come in by "+fl.iface+" are dropped", "sysctl -w "+ifaceSysctl(fl.iface, "rp_filter")+"=2, and net.ipv4.conf.all.rp_filter=0")
	}
}

// loopbacks finds VIPs on the loopback of this machine that it gives away: a
// router that is a real server too must not answer for them.
func (f *Facts) loopbacks(to *Findings) {
	for _, fl := range f.floatings() {
		for _, h := range f.held(fl.addr) {
			if h.Interface != "lo" || !fl.addr.Is4() {
				continue
			}
			if f.effective(fl.iface, "arp_ignore") == 0 {
				to.add(Error, fl.iface, fmt.Sprintf("this machine has %s on its loopback and answers ARP for it", fl.addr),
					"clients come to this machine whichever router is active", "sysctl -w net.ipv4.conf.all.arp_ignore=1")
			}
			if f.effective(fl.iface, "arp_announce") != 2 {
				to.add(Warning, fl.iface, fmt.Sprintf("this machine has %s on its loopback and may announce it", fl.addr),
					"its neighbours learn that the address is here", "sysctl -w net.ipv4.conf.all.arp_announce=2")
			}
		}
	}
}

// fewPackets are too few to judge a server by.
const fewPackets = 10

// answerRules judge by IPVS' counters whether answers come back: with nat they
// pass through this router, or get lost.
func answerRules(f *Facts, to *Findings) {
	if f.Kernel.IPVS == nil {
		return
	}
	told := map[netip.Addr]bool{}
	for _, d := range f.Kernel.IPVS.Table {
		if d.Forward != "masquerade" || !d.TCP || d.InPackets < fewPackets || d.OutPackets > 0 || told[d.Server] {
			continue
		}
		told[d.Server] = true
		name := f.nameOf(d.Server)
		if name == "" {
			name = "real server " + d.Server.String()
		}
		to.add(Error, name, fmt.Sprintf("%d packets of %s went to it, and none came back through this router", d.InPackets, d.Service),
			"with nat the real server must answer by way of the router; else clients wait in vain", f.gatewayFix())
	}
}

// gatewayFix is what to type on a real server of nat.
func (f *Facts) gatewayFix() string {
	gateway := "NAT-ROUTER"
	if f.Config != nil && f.Config.NATRouter != nil {
		gateway = f.Config.NATRouter.Addr.String()
	}
	return "on the real server: ip route replace default via " + gateway
}
