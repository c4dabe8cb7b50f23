package director

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"time"

	"pacu/ipvs"
	"pacu/vip"
)

// A simConfig is an lvs.cf of the simulation, apart from all that the product
// makes of it.
type simConfig struct {
	exclusive bool
	local     bool // server 0 is this router
	sync      *Sync
	floating  int // addresses besides the VIPs, so that a role takes several parts
	virtuals  []simVirtual
}

type simVirtual struct {
	n          int // tells it from the others, and gives it its address
	protocol   string
	mark       uint32 // with ports, 0 for none
	forward    string
	scheduler  string
	persistent int
	sorry      bool
	quorum     int
	hysteresis int
	quiesce    bool
	keep       bool
	unchecked  bool
	through    bool // a check goes through the VIP, if forward allows
	servers    []simServer
}

type simServer struct {
	n      int
	active bool
	weight int
	limit  int
}

const (
	simVirtuals = 5 // the last is IPv6
	simServers  = 5
)

func (v *simVirtual) six() bool    { return v.n == simVirtuals-1 }
func (v *simVirtual) name() string { return fmt.Sprintf("v%d", v.n) }

// addr is an address of the family of v.
func (v *simVirtual) addr(last int) netip.Addr {
	if v.six() {
		return netip.MustParseAddr(fmt.Sprintf("fd00:9::%d", last))
	}
	return netip.AddrFrom4([4]byte{10, 9, 0, byte(last)})
}

func (v *simVirtual) vip() netip.Addr { return v.addr(100 + v.n) }

func (v *simVirtual) keys() []ipvs.Key {
	if v.mark != 0 {
		return []ipvs.Key{ipvs.FWMarkKey(v.mark, v.six())}
	}
	var keys []ipvs.Key
	for name := range strings.SplitSeq(v.protocol, "+") {
		p := map[string]ipvs.Protocol{"tcp": ipvs.TCP, "udp": ipvs.UDP}[name]
		keys = append(keys, ipvs.Key{Protocol: p, Addr: v.vip(), Port: 80})
	}
	return keys
}

func (v *simVirtual) port() uint16 {
	if v.mark != 0 {
		return 0
	}
	return 80
}

func (v *simVirtual) at(s simServer) netip.AddrPort {
	return netip.AddrPortFrom(v.addr(10+s.n), v.port())
}

func (v *simVirtual) sorryAt() netip.AddrPort {
	if !v.sorry {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(v.addr(200+v.n), v.port())
}

// server is the active server at a.
func (v *simVirtual) server(a netip.AddrPort) (simServer, bool) {
	for _, s := range v.servers {
		if s.active && v.at(s) == a {
			return s, true
		}
	}
	return simServer{}, false
}

func (v *simVirtual) judgedBy(s simServer) ServerKey {
	a := v.at(s)
	return ServerKey{v.keys()[0], a.Addr(), a.Port()}
}

// destination is s in the kernel, without a weight.
func (v *simVirtual) destination(a netip.AddrPort) ipvs.Destination {
	d := ipvs.Destination{Addr: a.Addr(), Port: a.Port()}
	switch v.forward {
	case "direct":
		d.Forward = ipvs.Direct
	case "tunnel":
		d.Forward, d.Tunnel = ipvs.Tunnel, ipvs.Encap{Type: ipvs.GUE, Port: 6080}
	}
	if s, ok := v.server(a); ok && s.limit > 0 {
		d.Upper, d.Lower = uint32(s.limit), uint32(s.limit/2)
	}
	return d
}

func (v *simVirtual) service(k ipvs.Key) ipvs.Service {
	s := ipvs.Service{Key: k, Scheduler: v.scheduler}
	if v.persistent > 0 {
		s.Flags, s.Timeout = ipvs.Persistent, time.Duration(v.persistent)*time.Second
	}
	return s.Canonical()
}

// spare is one of the addresses besides the VIPs.
func (c *simConfig) spare(i int) vip.Address {
	return vip.Address{Prefix: netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 9, 8, byte(i)}), 32), Interface: "eth0"}
}

// goesThrough tells whether a check goes through the VIP.
func (v *simVirtual) goesThrough() bool {
	return v.through && !v.unchecked && (v.forward == "direct" || v.forward == "tunnel")
}

// A simReach is a real server that checks reach with a VIP for destination.
type simReach struct {
	destination ipvs.Destination
	six         bool
}

// reaches are the real servers to which checks need a service of their own.
func (c *simConfig) reaches() map[simReach]bool {
	m := make(map[simReach]bool)
	for i := range c.virtuals {
		v := &c.virtuals[i]
		for _, s := range v.servers {
			if !v.goesThrough() || !s.active || c.local && s.n == 0 {
				continue
			}
			d := v.destination(netip.AddrPortFrom(v.at(s).Addr(), 0))
			d.Weight, d.Upper, d.Lower = 1, 0, 0
			m[simReach{d, v.six()}] = true
		}
	}
	return m
}

// of is the virtual of a service.
func (c *simConfig) of(k ipvs.Key) *simVirtual {
	for i := range c.virtuals {
		if slices.Contains(c.virtuals[i].keys(), k) {
			return &c.virtuals[i]
		}
	}
	return nil
}

// elsewhere tells whether v stays out of the table of a standby.
func (c *simConfig) elsewhere(v *simVirtual, active bool) bool {
	if !c.local || active || v.forward == "nat" || v.forward == "fullnat" {
		return false
	}
	_, ok := v.server(netip.AddrPortFrom(v.addr(10), v.port()))
	return ok
}

// own is the addresses of this router.
func (c *simConfig) own() []netip.Addr {
	if !c.local {
		return nil
	}
	four, six := simVirtual{}, simVirtual{n: simVirtuals - 1}
	return []netip.Addr{four.addr(10), six.addr(10)}
}

func (c *simConfig) text() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("primary = 10.9.0.1")
	if c.exclusive {
		line("exclusive = 1")
	}
	if s := c.sync; s != nil {
		line("syncdaemon = 1\nsyncd_iface = %s\nsyncd_id = %d\nbackup_active = 1\nbackup = 10.9.0.2", s.Interface, s.ID)
		if s.MaxLen != 0 {
			line("syncd_maxlen = %d", s.MaxLen)
		}
		if s.Port != 0 {
			line("syncd_port = %d", s.Port)
		}
		if s.Group.IsValid() {
			line("syncd_group = %v", s.Group)
		}
		if s.TTL != 0 {
			line("syncd_ttl = %d", s.TTL)
		}
	}
	for i := range c.virtuals {
		v := &c.virtuals[i]
		line("virtual %s {\n active = 1\n address = %s eth0:%d", v.name(), v.vip(), v.n)
		line(" port = 80\n protocol = %s\n forward = %s\n scheduler = %s\n leaving = %s", v.protocol, v.forward, v.scheduler, map[bool]string{true: "keep", false: "end"}[v.keep])
		if v.mark != 0 {
			line(" fwmark = %d\n ports = 80,443", v.mark)
		}
		if v.forward == "tunnel" {
			line(" tunnel = gue")
		}
		if v.persistent > 0 {
			line(" persistent = %d", v.persistent)
		}
		if v.sorry {
			line(" sorry_server = %s\n quorum = %d\n hysteresis = %d", v.sorryAt().Addr(), v.quorum, v.hysteresis)
		}
		if v.quiesce {
			line(" quiesce_server = 1")
		}
		if v.unchecked {
			line(" check = none")
		}
		if v.goesThrough() {
			line(" check = http\n probe vip {\n  check = tcp\n  check_through_vip = 1\n }")
		}
		for _, s := range v.servers {
			line(" server s%d {\n  address = %s\n  active = %d\n  weight = %d", s.n, v.addr(10+s.n), map[bool]int{true: 1}[s.active], s.weight)
			if s.limit > 0 {
				line("  max_connections = %d\n  min_connections = %d", s.limit, s.limit/2)
			}
			line(" }")
		}
		line("}")
	}
	return b.String()
}

func randomSync(rnd *rand.Rand) *Sync {
	if rnd.IntN(3) == 0 {
		return nil
	}
	return &Sync{
		Interface: "eth0", ID: 1 + rnd.Uint32N(2), MaxLen: pick[uint16](rnd, 0, 0, 512, 1400), Port: pick[uint16](rnd, 0, 0, 9000),
		Group: pick(rnd, netip.Addr{}, netip.Addr{}, netip.MustParseAddr("239.9.0.1"), netip.MustParseAddr("ff02::81")), TTL: pick[uint8](rnd, 0, 0, 4),
	}
}

func randomConfig(rnd *rand.Rand) simConfig {
	c := simConfig{exclusive: rnd.IntN(10) == 0, local: rnd.IntN(6) == 0, sync: randomSync(rnd), floating: pick(rnd, 0, 0, 40)}
	for n := range simVirtuals {
		if rnd.IntN(3) > 0 {
			c.virtuals = append(c.virtuals, randomVirtual(rnd, n))
		}
	}
	return c
}

func randomVirtual(rnd *rand.Rand, n int) simVirtual {
	v := simVirtual{
		n: n, protocol: pick(rnd, "tcp", "udp", "tcp+udp"), forward: pick(rnd, "nat", "nat", "direct", "tunnel", "fullnat"),
		scheduler: pick(rnd, "rr", "wlc", "mh"), sorry: rnd.IntN(2) == 0, quorum: 1,
		quiesce: rnd.IntN(2) == 0, keep: rnd.IntN(3) > 0, unchecked: rnd.IntN(6) == 0,
	}
	if rnd.IntN(3) == 0 {
		v.mark = uint32(50 + n)
	}
	if rnd.IntN(4) == 0 {
		v.persistent = 30
	}
	if v.sorry && rnd.IntN(2) == 0 {
		v.quorum, v.hysteresis = 1+rnd.IntN(3), rnd.IntN(3)
	}
	v.through = rnd.IntN(2) == 0
	for s := range simServers {
		if rnd.IntN(2) == 0 {
			v.servers = append(v.servers, randomServer(rnd, s))
		}
	}
	return v
}

func randomServer(rnd *rand.Rand, n int) simServer {
	s := simServer{n: n, active: rnd.IntN(5) > 0, weight: 1 + rnd.IntN(3)}
	if rnd.IntN(5) == 0 {
		s.limit = 10 + 10*rnd.IntN(2)
	}
	return s
}

func pick[T any](rnd *rand.Rand, list ...T) T { return list[rnd.IntN(len(list))] }

// edited is c after someone edited the file.
func (c simConfig) edited(rnd *rand.Rand) simConfig {
	if rnd.IntN(8) == 0 {
		return randomConfig(rnd)
	}
	c.virtuals = slices.Clone(c.virtuals)
	if rnd.IntN(10) == 0 {
		c.sync = randomSync(rnd)
	}
	if rnd.IntN(10) == 0 {
		c.floating = pick(rnd, 0, 20, 40)
	}
	for range 1 + rnd.IntN(3) {
		if len(c.virtuals) == 0 || rnd.IntN(12) == 0 {
			c.toggleVirtual(rnd)
			continue
		}
		v := &c.virtuals[rnd.IntN(len(c.virtuals))]
		v.servers = slices.Clone(v.servers)
		switch rnd.IntN(10) {
		case 0:
			v.keep = !v.keep
		case 1:
			v.quiesce = !v.quiesce
		case 2:
			v.sorry, v.quorum, v.hysteresis = rnd.IntN(3) > 0, 1+rnd.IntN(2), rnd.IntN(2)
		case 3:
			v.forward, v.scheduler = pick(rnd, "nat", "direct", "tunnel", "fullnat"), pick(rnd, "rr", "wlc", "mh")
		case 4:
			v.unchecked = rnd.IntN(4) == 0
			v.protocol = pick(rnd, "tcp", "udp", "tcp+udp")
			v.through = rnd.IntN(2) == 0
		case 5:
			c.exclusive = rnd.IntN(6) == 0
		default:
			n := rnd.IntN(simServers)
			i := slices.IndexFunc(v.servers, func(s simServer) bool { return s.n == n })
			switch {
			case i < 0:
				v.servers = append(v.servers, randomServer(rnd, n))
			case rnd.IntN(3) == 0:
				v.servers = slices.Delete(v.servers, i, i+1)
			default:
				v.servers[i] = randomServer(rnd, n)
			}
		}
	}
	return c
}

func (c *simConfig) toggleVirtual(rnd *rand.Rand) {
	n := rnd.IntN(simVirtuals)
	i := slices.IndexFunc(c.virtuals, func(v simVirtual) bool { return v.n == n })
	if i < 0 {
		c.virtuals = append(c.virtuals, randomVirtual(rnd, n))
		return
	}
	c.virtuals = slices.Delete(c.virtuals, i, i+1)
}
