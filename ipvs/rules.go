package ipvs

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// String renders the table as ipvsadm -Sn does, services in order of address,
// port and fwmark, destinations in order of address and port. Besides, it has
// the thresholds, as ipvsadm -a takes them; ipvsadm 1.31 forgets to save them.
func (f *Fake) String() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var b strings.Builder
	for _, s := range f.list() {
		writeRules(&b, s.Service, f.services[s.Key].dests)
	}
	return b.String()
}

// writeRules renders one service.
func writeRules(b *strings.Builder, s Service, dests []DestinationStatus) {
	b.WriteString(s.rule() + "\n")
	for _, d := range dests {
		b.WriteString(d.rule(s.Key) + "\n")
	}
}

// option is the key as ipvsadm's options.
func (k Key) option() string {
	switch {
	case k.FWMark != 0 && k.Addr.Is6():
		return fmt.Sprintf("-f %d -6", k.FWMark)
	case k.FWMark != 0:
		return fmt.Sprintf("-f %d", k.FWMark)
	}
	letter := "t"
	switch k.Protocol {
	case UDP:
		letter = "u"
	case SCTP:
		letter = "-sctp-service"
	}
	return "-" + letter + " " + netip.AddrPortFrom(k.Addr, k.Port).String()
}

func (s Service) rule() string {
	s = s.Canonical()
	var b strings.Builder
	fmt.Fprintf(&b, "-A %s -s %s", s.Key.option(), s.Scheduler)
	if s.Flags&Persistent != 0 {
		fmt.Fprintf(&b, " -p %d", s.Timeout/time.Second)
		switch {
		case s.Netmask == s.Key.Addr.BitLen():
		case s.Key.Addr.Is4():
			mask := binary.BigEndian.AppendUint32(nil, ^uint32(0)<<(32-s.Netmask))
			b.WriteString(" -M " + netip.AddrFrom4([4]byte(mask)).String())
		default:
			fmt.Fprintf(&b, " -M %d", s.Netmask)
		}
	}
	if s.Engine != "" {
		b.WriteString(" --pe " + s.Engine)
	}
	if s.Flags&OnePacket != 0 {
		b.WriteString(" -o")
	}
	if names := s.schedFlags(); len(names) > 0 {
		b.WriteString(" -b " + strings.Join(names, ","))
	}
	return b.String()
}

// schedFlags are the scheduler's flags by the names ipvsadm has for them.
func (s Service) schedFlags() []string {
	names := []string{"flag-1", "flag-2", "flag-3"}
	if s.Scheduler == "sh" || s.Scheduler == "mh" {
		names[0], names[1] = s.Scheduler+"-fallback", s.Scheduler+"-port"
	}
	var set []string
	for i, f := range []Flags{SchedFlag1, SchedFlag2, SchedFlag3} {
		if s.Flags&f != 0 {
			set = append(set, names[i])
		}
	}
	return set
}

func (d Destination) rule(k Key) string {
	var b strings.Builder
	var encap string
	fmt.Fprintf(&b, "-a %s -r %v", k.option(), d.addrPort())
	switch d.Forward {
	case Masquerade:
		b.WriteString(" -m")
	case Tunnel:
		b.WriteString(" -i")
		encap = d.Tunnel.rule()
	case Direct:
		b.WriteString(" -g")
	}
	fmt.Fprintf(&b, " -w %d%s", d.Weight, encap)
	if d.Upper != 0 {
		fmt.Fprintf(&b, " -x %d", d.Upper)
	}
	if d.Lower != 0 {
		fmt.Fprintf(&b, " -y %d", d.Lower)
	}
	return b.String()
}

func (e Encap) rule() string {
	checksum := "nocsum"
	switch e.Flags {
	case Checksum:
		checksum = "csum"
	case RemoteChecksum:
		checksum = "remcsum"
	}
	switch e.Type {
	case GUE:
		return fmt.Sprintf(" --tun-type gue --tun-port %d --tun-%s", e.Port, checksum)
	case GRE:
		return " --tun-type gre --tun-" + checksum
	}
	return " --tun-type " + e.Type.String()
}
