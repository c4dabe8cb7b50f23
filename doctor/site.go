package doctor

import (
	"net/netip"
	"slices"
	"strings"

	"pacu/control"
	"pacu/lvscf"
	"pacu/vip"
)

// A floating address is one that moves between the routers.
type floating struct {
	addr   netip.Addr
	bits   int
	device string   // as written
	iface  string   // of device
	of     []string // "virtual web", "nat_router"
	line   string   // how lvs.cf has it
}

// what names it for a finding: "virtual web (10.0.0.1)".
func (fl floating) what() string { return strings.Join(fl.of, ", ") }

// floatings are the addresses that lvs.cf has pulse hold, each once.
func (f *Facts) floatings() []floating {
	if f.index.floats != nil || f.Config == nil {
		return f.index.floats
	}
	var all []floating
	at := map[netip.Addr]int{}
	add := func(fl lvscf.Floating, of, key string) {
		if !fl.Addr.IsValid() {
			return
		}
		if i, ok := at[fl.Addr]; ok {
			all[i].of = append(all[i].of, of)
			return
		}
		iface, _ := vip.SplitDevice(fl.Device)
		at[fl.Addr] = len(all)
		all = append(all, floating{fl.Addr, fl.Bits, fl.Device, iface, []string{of}, key + " = " + fl.Addr.String()})
	}
	if nat := f.Config.NATRouter; nat != nil {
		add(*nat, "nat_router", "nat_router")
	}
	for _, v := range f.services() {
		add(v.VIP, f.kind()+" "+v.Name, "address")
	}
	f.index.floats = all
	return all
}

// kind is the word of lvs.cf for what the routers serve.
func (f *Facts) kind() string {
	if f.Config.Service == "fos" {
		return "failover"
	}
	return "virtual"
}

// services are the active ones.
func (f *Facts) services() []lvscf.Virtual {
	if f.Config == nil {
		return nil
	}
	all := f.Config.Virtuals
	if f.Config.Service == "fos" {
		all = f.Config.Failovers
	}
	return slices.DeleteFunc(slices.Clone(all), func(v lvscf.Virtual) bool { return !v.Active })
}

// virtuals are the active virtual servers; none where the routers serve
// themselves.
func (f *Facts) virtuals() []lvscf.Virtual {
	if f.Config == nil || f.Config.Service == "fos" {
		return nil
	}
	return f.services()
}

// A realServer is an active real server of an active virtual.
type realServer struct {
	virtual *lvscf.Virtual
	server  *lvscf.Server
	addr    netip.Addr
}

// realServers are all those whose addresses are known.
func (f *Facts) realServers() []realServer {
	if f.index.servers != nil {
		return f.index.servers
	}
	var all []realServer
	vs := f.virtuals()
	for i := range vs {
		for k := range vs[i].Servers {
			rs := &vs[i].Servers[k]
			if a, ok := f.Hosts[rs.Address]; ok && rs.Active {
				all = append(all, realServer{&vs[i], rs, a})
			}
		}
	}
	f.index.servers = all
	return all
}

// nameOf is what lvs.cf calls an address of a machine: a real server's name,
// "the primary router"; empty for a stranger.
func (f *Facts) nameOf(a netip.Addr) string {
	for _, rs := range f.realServers() {
		if rs.addr == a {
			return "real server " + rs.server.Name
		}
	}
	if f.Config == nil {
		return ""
	}
	for h, name := range map[lvscf.Host]string{
		f.Config.Primary: "the primary router", f.Config.PrimaryPrivate: "the primary router",
		f.Config.Backup: "the backup router", f.Config.BackupPrivate: "the backup router",
	} {
		if known, ok := f.Hosts[h]; ok && h != "" && known == a {
			return name
		}
	}
	return ""
}

// routers are this router's own addresses, and its partner's, that lvs.cf
// names; a pair on no address of this machine has neither.
func (f *Facts) routers() (own, partner []netip.Addr) {
	if f.Config == nil {
		return nil, nil
	}
	addrs := func(hosts ...lvscf.Host) (all []netip.Addr) {
		for _, h := range hosts {
			if a, ok := f.Hosts[h]; ok && h != "" {
				all = append(all, a)
			}
		}
		return all
	}
	primary := addrs(f.Config.Primary, f.Config.PrimaryPrivate)
	backup := addrs(f.Config.Backup, f.Config.BackupPrivate)
	for _, more := range f.Config.HeartbeatPaths {
		primary = append(primary, addrs(more.Primary)...)
		backup = append(backup, addrs(more.Backup)...)
	}
	here := func(all []netip.Addr) bool { return len(all) > 0 && len(f.held(all[0])) > 0 }
	switch {
	case here(primary):
		return primary, backup
	case here(backup):
		return backup, primary
	}
	return nil, nil
}

// active tells whether the running pulse serves.
func (f *Facts) active() bool {
	return f.Pulse != nil && f.Pulse.Router.State == control.Active
}
