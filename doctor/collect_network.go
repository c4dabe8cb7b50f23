package doctor

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"pacu/doctor/nft"
	"pacu/lvscf"
	"pacu/vip"
)

// mostAsked addresses on one interface are asked for: more is a storm.
const mostAsked = 256

// collectAddresses reads links, addresses and routes, which need no root.
func collectAddresses(f *Facts) {
	c, err := vip.Dial()
	if err != nil {
		f.unseen("addresses: " + err.Error())
		return
	}
	defer c.Close()
	held, err := c.Addresses()
	if err != nil {
		f.unseen("addresses: " + err.Error())
		return
	}
	for _, h := range held {
		f.Addresses = append(f.Addresses, Address{Prefix: h.Prefix, Interface: h.Interface, Label: h.Label, Ours: h.Ours})
	}
	links, err := net.Interfaces()
	if err != nil {
		f.unseen("interfaces: " + err.Error())
		return
	}
	for _, l := range links {
		f.Links = append(f.Links, Link{Name: l.Name, Index: l.Index, Up: l.Flags&net.FlagUp != 0, Carrier: l.Flags&net.FlagRunning != 0})
	}
	text, err := readProc("/proc/thread-self/net/route")
	if err != nil {
		f.unseen("routes: " + err.Error())
		return
	}
	f.Routes = parseRoutes(string(text))
}

// readProc reads a file of the kernel's, which has no size, to its end or
// maxFile.
func readProc(path string) ([]byte, error) { return readBounded(path, maxFile) }

// parseRoutes reads /proc/net/route; lines beyond understanding are left out.
func parseRoutes(text string) []Route {
	var all []Route
	for line := range strings.Lines(text) {
		w := strings.Fields(line)
		if len(w) < 8 {
			continue
		}
		to, ok1 := hexAddr(w[1])
		via, ok2 := hexAddr(w[2])
		mask, ok3 := hexAddr(w[7])
		if !ok1 || !ok2 || !ok3 {
			continue // the heading
		}
		bits, _ := net.IPMask(mask.AsSlice()).Size()
		all = append(all, Route{To: netip.PrefixFrom(to, bits), Gateway: via, Interface: w[0]})
	}
	return all
}

// hexAddr reads an IPv4 address as the kernel prints its memory.
func hexAddr(s string) (netip.Addr, bool) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != 4 {
		return netip.Addr{}, false
	}
	var a [4]byte
	binary.NativeEndian.PutUint32(a[:], binary.BigEndian.Uint32(b))
	return netip.AddrFrom4(a), true
}

// collectNetwork asks the neighbours for the floating addresses, and looks for
// these in the system's network set-up.
func collectNetwork(ctx context.Context, _ Options, f *Facts) {
	if f.Config == nil {
		return
	}
	f.Owners = mentions("/", f.floatings())
	if !f.Root {
		f.unseen("who else answers for the floating addresses: only root may send ARP probes")
		return
	}
	ask := map[string][]netip.Addr{}
	add := func(iface string, a netip.Addr) {
		if l, ok := f.link(iface); !ok || !l.Up || !a.Is4() || slices.Contains(ask[iface], a) {
			return
		}
		if len(ask[iface]) == mostAsked {
			f.unseen(fmt.Sprintf("%s: more than %d addresses, the others were not asked for", iface, mostAsked))
		}
		if len(ask[iface]) <= mostAsked {
			ask[iface] = append(ask[iface], a)
		}
	}
	six := false
	for _, fl := range f.floatings() {
		add(fl.iface, fl.addr)
		six = six || fl.addr.Is6()
	}
	// A real server in another network answers there.
	for _, rs := range f.realServers() {
		if _, iface, ok := f.onLink(rs.addr); ok && rs.virtual.Forward != lvscf.NAT && rs.virtual.VIP.Addr.IsValid() {
			add(iface, rs.virtual.VIP.Addr)
		}
	}
	if six {
		f.unseen("who else answers for floating IPv6 addresses: they are not asked for")
	}
	_, partner := f.routers()
	for _, a := range partner {
		if _, iface, ok := f.onLink(a); ok {
			add(iface, a)
		}
	}
	for _, rs := range f.realServers() {
		if _, iface, ok := f.onLink(rs.addr); ok {
			add(iface, rs.addr)
		}
	}
	for _, iface := range slices.Sorted(maps.Keys(ask)) {
		owners, err := vip.WhoHas(ctx, iface, ask[iface][:min(len(ask[iface]), mostAsked)])
		if err != nil {
			f.unseen(err.Error())
			continue
		}
		for _, o := range owners {
			f.Neighbors = append(f.Neighbors, Neighbor{Address: o.Address, Interface: iface, MAC: o.HardwareAddr.String()})
		}
	}
	slices.SortStableFunc(f.Neighbors, func(a, b Neighbor) int {
		return strings.Compare(a.Address.StringExpanded()+a.MAC, b.Address.StringExpanded()+b.MAC)
	})
}

// setups are where systems keep their addresses.
var setups = []string{
	"etc/network/interfaces", "etc/network/interfaces.d/*", "etc/netplan/*.yaml", "etc/systemd/network/*.network",
	"etc/NetworkManager/system-connections/*", "etc/sysconfig/network-scripts/ifcfg-*", "etc/sysconfig/network/ifcfg-*",
	"run/systemd/network/*.network", "run/NetworkManager/system-connections/*",
}

// mentions finds the floating addresses in the network set-up below root.
func mentions(root string, floats []floating) []Mention {
	var all []Mention
	for _, pattern := range setups {
		paths, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			continue
		}
		for _, path := range paths {
			text, err := readBounded(path, maxFile)
			if err != nil {
				continue // a folder, or one that only root may read
			}
			for _, fl := range floats {
				if mentioned(string(text), fl.addr.String()) {
					all = append(all, Mention{Path: path, Address: fl.addr})
				}
			}
		}
	}
	return all
}

// mentioned tells whether a line of text that is no comment has the address as
// a word.
func mentioned(text, addr string) bool {
	part := func(r byte) bool {
		return r == '.' || r == ':' || r >= '0' && r <= '9' || r >= 'a' && r <= 'f' || r >= 'A' && r <= 'F'
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") || strings.HasPrefix(line, ";") {
			continue
		}
		for from := 0; ; {
			i := strings.Index(line[from:], addr)
			if i < 0 {
				break
			}
			i += from
			end := i + len(addr)
			if (i == 0 || !part(line[i-1])) && (end == len(line) || !part(line[end])) {
				return true
			}
			from = end
		}
	}
	return false
}

// collectFirewall reads all packet filters there are.
func collectFirewall(_ context.Context, _ Options, f *Facts) {
	for _, path := range []string{"/proc/thread-self/net/ip_tables_names", "/proc/thread-self/net/ip6_tables_names"} {
		if text, err := readProc(path); err == nil {
			for _, table := range strings.Fields(string(text)) {
				name := strings.TrimSuffix(filepath.Base(path), "_names")
				f.LegacyTables = append(f.LegacyTables, name+" "+strconv.Quote(table))
			}
		}
	}
	if !f.Root {
		f.unseen("nftables and iptables: only root may read the rules")
		return
	}
	r, err := nft.Read()
	if err != nil {
		f.unseen(err.Error())
		return
	}
	f.Firewall = r
}
