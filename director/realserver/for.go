package realserver

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"pacu/lvscf"
)

// SorryServer is the name of a sorry_server among Server.Names.
const SorryServer = "sorry_server"

// A Resolve finds the address of a host in lvs.cf, of the family asked for
// where a name has both.
type Resolve func(h lvscf.Host, v6 bool) (netip.Addr, error)

// For lists the real servers of cfg's active virtual servers with what each
// needs, in the file's order. Servers that are inactive are among them: they
// are set up before they are made active. Errors name the virtual and the
// server, or the router.
func For(cfg *lvscf.Config, resolve Resolve) ([]Server, error) {
	return those(cfg, resolve, func(netip.Addr) bool { return true })
}

// those is For of the servers alone whose addresses are wanted.
func those(cfg *lvscf.Config, resolve Resolve, wanted func(netip.Addr) bool) ([]Server, error) {
	l := list{cfg: cfg, resolve: resolve, routers: map[netip.Addr]string{}, byAddr: map[netip.Addr]*entry{}}
	if err := l.findRouters(); err != nil {
		return nil, err
	}
	err := visit(cfg, resolve, func(v *lvscf.Virtual, name string, a netip.Addr) {
		if wanted(a) {
			l.add(v, name, a)
		}
	})
	if err != nil {
		return nil, err
	}
	out := make([]Server, len(l.servers))
	for i, s := range l.servers {
		s.finish()
		out[i] = s.Server
	}
	return out, nil
}

// visit calls f with each real server of each active virtual of cfg.
func visit(cfg *lvscf.Config, resolve Resolve, f func(v *lvscf.Virtual, name string, a netip.Addr)) error {
	for i := range cfg.Virtuals {
		v := &cfg.Virtuals[i]
		if !v.Active {
			continue
		}
		for _, r := range v.Servers {
			if r.Address == "" {
				continue
			}
			a, err := resolve(r.Address, v.VIP.Addr.Is6())
			if err != nil {
				return fmt.Errorf("virtual %s: server %s: %w", v.Name, r.Name, err)
			}
			f(v, r.Name, a.Unmap())
		}
		if v.SorryServer.IsValid() && !v.SorryServer.IsLoopback() {
			f(v, SorryServer, v.SorryServer)
		}
	}
	return nil
}

// list is a list of servers in the making.
type list struct {
	cfg     *lvscf.Config
	resolve Resolve
	routers map[netip.Addr]string
	servers []*entry
	byAddr  map[netip.Addr]*entry
}

// entry is a server in the making, with what decides its notes.
type entry struct {
	Server
	throughRouter, byItself bool // the ways its answers take
	plain, summed           []string
	direct, wrapped         bool
	synced                  bool // lvs.cf has the sync daemon
	smallest                int  // MTU left inside the tunnels, in bytes; 0 without one
}

func (l *list) findRouters() error {
	for _, r := range []struct {
		role, word string
		host       lvscf.Host
	}{
		{"primary", "primary", l.cfg.Primary},
		{"primary", "primary_private", l.cfg.PrimaryPrivate},
		{"backup", "backup", l.cfg.Backup},
		{"backup", "backup_private", l.cfg.BackupPrivate},
	} {
		if r.host == "" {
			continue
		}
		a, err := l.resolve(r.host, false)
		if err != nil {
			return fmt.Errorf("%s: %w", r.word, err)
		}
		l.routers[a.Unmap()] = r.role
	}
	return nil
}

// add notes that virtual v sends to the server name at address a.
func (l *list) add(v *lvscf.Virtual, name string, a netip.Addr) {
	s := l.byAddr[a]
	if s == nil {
		s = &entry{Server: Server{Addr: a, Router: l.routers[a]}, synced: l.cfg.SyncDaemon}
		l.servers, l.byAddr[a] = append(l.servers, s), s
	}
	s.Names = once(s.Names, name)
	s.Serves = once(s.Serves, serves(v))
	switch v.Forward {
	case lvscf.NAT:
		l.nat(s, v)
	case lvscf.FullNAT:
		s.fullnat(v)
	case lvscf.Direct:
		s.direct = true
		s.accept(v)
	case lvscf.Tunnel:
		s.accept(v)
		s.unwrap(v)
	}
}

// serves says how v reaches its servers.
func serves(v *lvscf.Virtual) Use {
	how := string(v.Forward)
	if v.Forward == lvscf.Tunnel {
		how += " " + v.TunnelType
	}
	if v.VIP.Addr.IsValid() {
		how += ", " + v.VIP.Addr.String()
	}
	return Use{v.Name, how}
}

func (l *list) nat(s *entry, v *lvscf.Virtual) {
	s.throughRouter = true
	g := l.cfg.NATRouter
	v6 := v.VIP.Addr.Is6() || !v.VIP.Addr.IsValid() && s.Addr.Is6()
	switch {
	case s.Router != "":
		s.note("it is the %s router: by nat it serves only while it is the active one, for on standby its answers do not come back through the other; write forward = direct or fullnat in virtual %s", s.Router, v.Name)
	case g == nil || !g.Addr.IsValid():
		s.note("nat_router is missing in lvs.cf: its default gateway must be an address that moves with the active router; write nat_router = ADDRESS DEVICE")
	case g.Addr.Is6() != v6:
		s.note("virtual %s needs a default gateway of the family of %s, and nat_router, %s, is of the other; write forward = fullnat in it", v.Name, s.Addr, g.Addr)
	case g.Bits > 0 && g.Bits < g.Addr.BitLen() && !netip.PrefixFrom(g.Addr, g.Bits).Contains(s.Addr):
		s.note("it is outside %s, the network of nat_router: no gateway can be set; its answers must come back through the routers some other way, or write forward = fullnat in virtual %s", netip.PrefixFrom(g.Addr, g.Bits).Masked(), v.Name)
	default:
		s.Gateways = once(s.Gateways, g.Addr)
	}
}

func (s *entry) fullnat(v *lvscf.Virtual) {
	to := "an own address of the active router"
	if v.SNATPool != nil {
		to = pool(v.SNATPool)
	}
	s.note("virtual %s, fullnat: nothing but the service itself; its clients appear as %s, which must be reachable, and no gateway leads to the routers", v.Name, to)
}

// pool is the addresses of a pool in words.
func pool(p *lvscf.Pool) string {
	var out []string
	for _, r := range p.Ranges {
		text := r.First.String()
		if r.Last != r.First {
			text += "-" + r.Last.String()
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

// accept makes s take packets to v's address.
func (s *entry) accept(v *lvscf.Virtual) {
	s.byItself = true
	if !v.VIP.Addr.IsValid() {
		s.note("virtual %s has no address: treat every address that its mark covers as those here are treated", v.Name)
		return
	}
	s.VIPs = once(s.VIPs, v.VIP.Addr)
}

// Sizes of headers, in bytes.
const (
	header4, header6 = 20, 40
	headerGRE        = 4
	headerGREsum     = 4
	headerGUE        = 8 + 4 // UDP and GUE
	headerRemote     = 8     // GUE's private flags and the remote checksum
	ethernet         = 1500
)

// unwrap gives s the device that v's packets need.
func (s *entry) unwrap(v *lvscf.Virtual) {
	s.wrapped = true
	outer6 := s.Addr.Is6()
	inner6 := v.VIP.Addr.Is6() || !v.VIP.Addr.IsValid() && outer6
	left := ethernet - header4
	if outer6 {
		left = ethernet - header6
	}
	t := Tunnel{Kind: kindFor(v.TunnelType, outer6, inner6)}
	switch v.TunnelType {
	case "gre":
		left -= headerGRE
		t.Checksum = v.TunnelChecksum == "csum"
		if t.Checksum {
			left -= headerGREsum
			s.summed = once(s.summed, v.Name)
		} else {
			s.plain = once(s.plain, v.Name)
		}
	case "gue":
		left -= headerGUE
		if v.TunnelChecksum == "remcsum" {
			left -= headerRemote
		}
		s.GUE = once(s.GUE, v.TunnelPort)
	}
	if s.smallest == 0 || left < s.smallest {
		s.smallest = left
	}
	i := slices.IndexFunc(s.Tunnels, func(o Tunnel) bool { return o.Kind == t.Kind })
	if i < 0 {
		i = len(s.Tunnels)
		s.Tunnels = append(s.Tunnels, t)
	}
	if v.VIP.Addr.Is4() {
		s.Tunnels[i].VIPs = once(s.Tunnels[i].VIPs, v.VIP.Addr)
	}
}

// note adds a note, once.
func (s *entry) note(format string, args ...any) {
	s.Notes = once(s.Notes, fmt.Sprintf(format, args...))
}

// finish adds the notes that depend on everything s does.
func (s *entry) finish() {
	if s.byItself {
		s.note("the service must listen on the virtual's address and port; its answers go to the clients by its own way, not through the routers, which drop them")
	}
	if s.direct && s.Router == "" {
		s.note("direct: it must be on one link with the routers")
	}
	if s.byItself && s.throughRouter && s.Router == "" {
		s.note("it serves by nat too, whose default gateway is the routers: answers from %s need a way of their own (ip-rule(8)), or write fullnat for nat", words(s.VIPs))
	}
	if s.wrapped {
		const tcp4, tcp6 = header4 + 20, header6 + 20
		s.note("%d of %d bytes are left inside the tunnel: where clients cannot be told so by ICMP, add 'advmss %d' (IPv6: %d) to its default route", s.smallest, ethernet, s.smallest-tcp4, s.smallest-tcp6)
		s.note("the tunnel takes packets from every sender: let its firewall pass only the routers'")
	}
	if len(s.plain) > 0 && len(s.summed) > 0 {
		s.note("gre comes with a checksum from virtual %s and without from virtual %s, and a device takes only one of them: write the same tunnel_checksum", strings.Join(s.summed, ", "), strings.Join(s.plain, ", "))
	}
	if s.byItself && s.Router != "" {
		s.note("it is the %s router: pulse itself adds and removes the addresses, so packets for them are accepted by a route", s.Router)
		if !s.synced {
			s.note("on standby it must not schedule what the active router sends it: write syncdaemon = 1 in lvs.cf, without which net.ipv4.vs.backup_only does nothing")
		}
	}
}

func words(addrs []netip.Addr) string {
	out := make([]string, len(addrs))
	for i, a := range addrs {
		out[i] = a.String()
	}
	return strings.Join(out, ", ")
}

// once appends v unless it is there.
func once[T comparable](list []T, v T) []T {
	if slices.Contains(list, v) {
		return list
	}
	return append(list, v)
}
