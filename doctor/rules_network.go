package doctor

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"pacu/control"
	"pacu/lvscf"
)

// deviceRules judge the interfaces that lvs.cf names.
func deviceRules(f *Facts, to *Findings) {
	down := map[string]bool{}
	check := func(object, iface string) bool {
		l, there := f.link(iface)
		switch {
		case !there:
			to.add(Error, object, "there is no interface "+iface, "the address has no place to go",
				"lvs.cf: write one that there is: "+cmp.Or(strings.Join(f.linkNames(), ", "), "this machine has none"))
		case down[iface]:
		case !l.Up:
			to.add(Error, iface, "it is switched off", "nothing gets in or out by it", "ip link set "+iface+" up")
			down[iface] = true
		case !l.Carrier:
			to.add(Error, iface, "it has no carrier", "its cable or its switch port is dead", "look at the cable and the switch")
			down[iface] = true
		}
		return there
	}
	for _, fl := range f.floatings() {
		there := check(fl.what(), fl.iface)
		if len(fl.device) >= unix.IFNAMSIZ {
			to.add(Error, fl.what(), fmt.Sprintf("the label %s has %d characters", fl.device, len(fl.device)),
				fmt.Sprintf("the kernel takes %d", unix.IFNAMSIZ-1), "lvs.cf: "+fl.line+" "+fl.iface+":1")
		}
		if there {
			f.checkMask(fl, to)
		}
	}
	if f.Config != nil && f.Config.SyncDaemon {
		check("syncd_iface", f.Config.SyncInterface)
	}
}

func (f *Facts) linkNames() []string {
	var names []string
	for _, l := range f.Links {
		if l.Name != "lo" {
			names = append(names, l.Name)
		}
	}
	return names
}

// checkMask judges a floating address' netmask beside those of the interface.
func (f *Facts) checkMask(fl floating, to *Findings) {
	if fl.bits == fl.addr.BitLen() {
		return // a host's: right everywhere
	}
	key := "vip_nmask"
	if slices.Contains(fl.of, "nat_router") {
		key = "nat_nmask"
	}
	fix := "lvs.cf: " + key + " = 255.255.255.255"
	mine := netip.PrefixFrom(fl.addr, fl.bits)
	for _, h := range f.Addresses {
		if h.Interface != fl.iface || h.Prefix.Addr() == fl.addr || h.Prefix.Addr().BitLen() != fl.addr.BitLen() ||
			h.Prefix.Bits() == fl.addr.BitLen() || !mine.Overlaps(h.Prefix) || h.Prefix.Bits() == fl.bits {
			continue
		}
		to.add(Warning, fl.what(), fmt.Sprintf("the mask of %s is not that of %s on %s", mine, h.Prefix, fl.iface),
			"the kernel takes other machines for neighbours, or neighbours for far away", fix)
		return
	}
	if a := mine.Masked().Addr(); a == fl.addr && fl.bits < fl.addr.BitLen()-1 && fl.addr.Is4() {
		to.add(Warning, fl.what(), fmt.Sprintf("%s is the address of the network itself", mine), "hosts do not talk to it", fix)
	}
}

// ownRules judge whether this machine is one of the pair.
func ownRules(f *Facts, to *Findings) {
	if f.Config == nil {
		return
	}
	own, _ := f.routers()
	if own == nil {
		if len(f.Hosts) > 0 && f.Config.Primary != "" && f.Addresses != nil {
			to.add(Error, f.ConfigPath, fmt.Sprintf("neither primary %s nor backup %s is an address of this machine", f.Config.Primary, or(string(f.Config.Backup), "(none)")),
				"pulse does not start here", "lvs.cf: primary and backup are the routers' own public addresses")
		}
		return
	}
	for _, a := range own {
		if len(f.held(a)) == 0 {
			to.add(Error, a.String(), "lvs.cf says that it is this router's, and no interface has it", "heartbeats cannot use it",
				"ip addr add "+a.String()+"/PREFIX dev INTERFACE, and in the system's network set-up")
		}
	}
	for _, fl := range f.floatings() {
		if slices.Contains(own, fl.addr) {
			to.add(Error, fl.what(), fmt.Sprintf("%s is the router's own address too", fl.addr), "it cannot move", "lvs.cf: "+strings.Fields(fl.line)[0]+" = an address that no router has")
		}
	}
}

func or(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// heldRules judge floating addresses that this machine has by other hands.
func heldRules(f *Facts, to *Findings) {
	for _, fl := range f.floatings() {
		for _, h := range f.held(fl.addr) {
			if h.Interface == "lo" {
				continue // of a router that is a real server too
			}
			remove := fmt.Sprintf("ip addr del %s dev %s, and in the system's network set-up", h.Prefix, h.Interface)
			switch {
			case h.Interface != fl.iface:
				to.add(Error, fl.what(), fmt.Sprintf("%s is on %s, lvs.cf wants it on %s", fl.addr, h.Interface, fl.iface), "pulse does not start", remove)
			case !h.Ours && !f.active():
				to.add(Error, fl.what(), fmt.Sprintf("this machine has %s, and pulse did not put it there", fl.addr),
					"both routers have it at once when the other serves", remove)
			case h.Ours && f.Pulse != nil && !f.active() && f.Pulse.Router.Phase == "":
				to.add(Error, fl.what(), fmt.Sprintf("this router is standby and has %s", fl.addr), "both routers have it at once", "pulse explain; "+remove)
			}
		}
	}
	if f.active() {
		for _, a := range f.Pulse.Addresses {
			if a.Wanted && len(f.held(a.Prefix.Addr())) == 0 {
				to.add(Error, strings.Join(a.For, ", "), fmt.Sprintf("%s is not on this machine, and pulse wants it there", a.Prefix.Addr()),
					"nobody answers for it", "pulse status; if another program removes it, end that")
			}
		}
	}
	for _, m := range f.Owners {
		to.add(Warning, m.Path, fmt.Sprintf("it names %s, which floats between the routers", m.Address),
			"the machine takes the address at boot, whichever router serves", "take it out of "+m.Path)
	}
}

// neighborRules judge who else answers ARP for the floating addresses.
func neighborRules(f *Facts, to *Findings) {
	for _, fl := range f.floatings() {
		for _, n := range f.Neighbors {
			if n.Address != fl.addr {
				continue
			}
			name, router := f.whose(n.MAC)
			if router && !f.active() {
				continue // it serves
			}
			f.answers(fl, n, name, router, to)
		}
	}
}

func (f *Facts) answers(fl floating, n Neighbor, name string, router bool, to *Findings) {
	what := fmt.Sprintf("%s answers ARP for %s on %s", or(name, "the machine at "+n.MAC), fl.addr, n.Interface)
	if name != "" {
		what += " (" + n.MAC + ")"
	}
	switch {
	case router:
		to.add(Error, fl.what(), what, "both routers have the address: clients reach now one, now the other", "pulse explain on both")
	case name != "":
		to.add(Error, fl.what(), what, "clients that hear it first go past the routers to this server alone",
			"on "+strings.TrimPrefix(name, "real server ")+": sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2 (pulse real-server-setup prints all it needs)")
	case f.Pulse == nil && f.Config.BackupActive:
		to.add(Hint, fl.what(), what, "if that is not the other router, somebody else has the address", "ip neigh; arping -D on the other router")
	default:
		to.add(Error, fl.what(), what, "another machine has the address: clients reach now one, now the other", "find the machine with that MAC in the switch, and take the address from it")
	}
}

// whose is what lvs.cf calls the machine with that MAC, and whether it is a
// router.
func (f *Facts) whose(mac string) (name string, router bool) {
	_, partner := f.routers()
	for _, n := range f.Neighbors {
		if n.MAC == mac && slices.Contains(partner, n.Address) {
			return "the other router", true
		}
	}
	for _, n := range f.Neighbors {
		if name := f.nameOf(n.Address); n.MAC == mac && name != "" {
			return name, false
		}
	}
	return "", false
}

// subnetRules judge the places of clients, routers and real servers.
func subnetRules(f *Facts, to *Findings) {
	hinted := false
	told := map[string]bool{}
	for _, rs := range f.realServers() {
		subnet, iface, near := f.onLink(rs.addr)
		local := len(f.held(rs.addr)) > 0
		switch rs.virtual.Forward {
		case lvscf.NAT:
			if near && subnet.Contains(rs.virtual.VIP.Addr) && !local && !told[rs.virtual.Name] {
				told[rs.virtual.Name] = true
				to.add(Warning, "virtual "+rs.virtual.Name, fmt.Sprintf("its address and its real server %s are both in %s, with nat", rs.server.Name, subnet),
					"clients of that network get answers from an address they did not ask, and drop them", "lvs.cf: forward = fullnat (or direct) in virtual "+rs.virtual.Name)
			}
			if nat := f.Config.NATRouter; near && nat != nil && !subnet.Contains(nat.Addr) && nat.Addr.BitLen() == rs.addr.BitLen() && !told["gateway"] && !local {
				told["gateway"] = true
				to.add(Warning, "nat_router", fmt.Sprintf("%s is not in %s, the network of real server %s", nat.Addr, subnet, rs.server.Name),
					"a gateway must be a neighbour", "lvs.cf: nat_router = an address of "+subnet.String()+" "+iface+":1")
			}
			if !hinted && !local && f.Config.NATRouter != nil {
				hinted = true
				to.add(Hint, "real servers", "their gateway cannot be seen from here", "with nat they must answer by way of nat_router", f.gatewayFix())
			}
		case lvscf.Direct:
			if !near && !local && f.Addresses != nil && !told["far"+rs.server.Name] {
				told["far"+rs.server.Name] = true
				to.add(Error, "real server "+rs.server.Name, fmt.Sprintf("%s is in no network of this router, with direct", rs.addr),
					"packets are handed over by MAC address, which no router passes on", "lvs.cf: forward = tunnel, or an interface in its network")
			}
		}
	}
	if f.Pulse != nil && f.Pulse.Router.Role == control.Primary && f.Config != nil && f.Config.NATRouter == nil &&
		slices.ContainsFunc(f.virtuals(), func(v lvscf.Virtual) bool { return v.Forward == lvscf.NAT }) {
		to.add(Hint, f.ConfigPath, "there is no nat_router", "real servers need a gateway that moves with the role", "lvs.cf: nat_router = ADDRESS DEVICE:LABEL")
	}
}
