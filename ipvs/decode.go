package ipvs

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"net/netip"
	"time"

	"github.com/mdlayher/netlink"
)

// walk calls fn for each attribute of b. Its errors match ErrShort.
func walk(what string, b []byte, fn func(ad *netlink.AttributeDecoder) error) error {
	ad, err := netlink.NewAttributeDecoder(b)
	if err != nil {
		return fmt.Errorf("%s: %w: %w", what, ErrShort, err)
	}
	for ad.Next() {
		if err := fn(ad); err != nil {
			return err
		}
	}
	if err := ad.Err(); err != nil {
		return fmt.Errorf("%s: %w: %w", what, ErrShort, err)
	}
	return nil
}

// inside finds the one nested attribute typ that an answer is wrapped in.
func inside(what string, b []byte, typ uint16) ([]byte, error) {
	var found []byte
	err := walk(what, b, func(ad *netlink.AttributeDecoder) error {
		if ad.Type() == typ {
			found = ad.Bytes()
		}
		return nil
	})
	if err == nil && found == nil {
		err = fmt.Errorf("%s: %w: attribute %d is missing", what, ErrShort, typ)
	}
	return found, err
}

func decodeService(b []byte) (ServiceStatus, error) {
	const what = "service"
	b, err := inside(what, b, attrService)
	if err != nil {
		return ServiceStatus{}, err
	}
	var (
		s              ServiceStatus
		family         uint16
		addr, mask     []byte
		stats, stats64 []byte
	)
	err = walk(what, b, func(ad *netlink.AttributeDecoder) error {
		switch ad.Type() {
		case svcFamily:
			family = ad.Uint16()
		case svcProtocol:
			s.Key.Protocol = Protocol(ad.Uint16())
		case svcAddr:
			addr = ad.Bytes()
		case svcPort:
			s.Key.Port = port(ad)
		case svcFWMark:
			s.Key.FWMark = ad.Uint32()
		case svcScheduler:
			s.Scheduler = ad.String()
		case svcEngine:
			s.Engine = ad.String()
		case svcFlags:
			s.Flags = flags(ad) &^ Hashed
		case svcTimeout:
			s.Timeout = time.Duration(ad.Uint32()) * time.Second
		case svcNetmask:
			mask = ad.Bytes()
		case svcStats:
			stats = ad.Bytes()
		case svcStats64:
			stats64 = ad.Bytes()
		}
		return nil
	})
	if err != nil {
		return ServiceStatus{}, err
	}
	if s.Key.FWMark != 0 {
		if family != familyInet && family != familyInet6 {
			return ServiceStatus{}, badFamily(what, family)
		}
		s.Key = FWMarkKey(s.Key.FWMark, family == familyInet6)
	} else if s.Key.Addr, err = address(what, family, addr); err != nil {
		return ServiceStatus{}, err
	}
	if s.Netmask, err = netmask(what, family, mask); err != nil {
		return ServiceStatus{}, err
	}
	s.Stats, err = decodeStats(stats, stats64)
	return s, err
}

// decodeDestination takes a destination of the service at k, whose family it
// has on kernels that do not say.
func decodeDestination(b []byte, k Key) (DestinationStatus, error) {
	const what = "destination"
	b, err := inside(what, b, attrDest)
	if err != nil {
		return DestinationStatus{}, err
	}
	var (
		d              DestinationStatus
		addr           []byte
		stats, stats64 []byte
	)
	family := familyOf(k.Addr)
	err = walk(what, b, func(ad *netlink.AttributeDecoder) error {
		switch ad.Type() {
		case destFamily:
			family = ad.Uint16()
		case destAddr:
			addr = ad.Bytes()
		case destPort:
			d.Port = port(ad)
		case destForward:
			d.Forward = Forward(ad.Uint32() & forwardMask)
		case destWeight:
			d.Weight = ad.Uint32()
		case destUpper:
			d.Upper = ad.Uint32()
		case destLower:
			d.Lower = ad.Uint32()
		case destActive:
			d.Active = ad.Uint32()
		case destInactive:
			d.Inactive = ad.Uint32()
		case destPersistent:
			d.Persistent = ad.Uint32()
		case destTunnelType:
			d.Tunnel.Type = EncapType(ad.Uint8())
		case destTunnelPort:
			d.Tunnel.Port = port(ad)
		case destTunnelFlags:
			d.Tunnel.Flags = EncapFlags(ad.Uint16())
		case destStats:
			stats = ad.Bytes()
		case destStats64:
			stats64 = ad.Bytes()
		}
		return nil
	})
	if err != nil {
		return DestinationStatus{}, err
	}
	if d.Addr, err = address(what, family, addr); err != nil {
		return DestinationStatus{}, err
	}
	d.Stats, err = decodeStats(stats, stats64)
	return d, err
}

func decodeDaemon(b []byte) (Daemon, error) {
	const what = "sync daemon"
	b, err := inside(what, b, attrDaemon)
	if err != nil {
		return Daemon{}, err
	}
	var d Daemon
	err = walk(what, b, func(ad *netlink.AttributeDecoder) (err error) {
		switch ad.Type() {
		case daemonState:
			d.Role = DaemonRole(ad.Uint32())
		case daemonInterface:
			d.Interface = ad.String()
		case daemonSyncID:
			d.SyncID = ad.Uint32()
		case daemonMaxLen:
			d.MaxLen = ad.Uint16()
		case daemonGroup:
			d.Group, err = address(what, familyInet, ad.Bytes())
		case daemonGroup6:
			d.Group, err = address(what, familyInet6, ad.Bytes())
		case daemonPort:
			d.Port = ad.Uint16()
		case daemonTTL:
			d.TTL = ad.Uint8()
		}
		return err
	})
	return d, err
}

func decodeTimeouts(b []byte) (Timeouts, error) {
	var t Timeouts
	err := walk("timeouts", b, func(ad *netlink.AttributeDecoder) error {
		switch ad.Type() {
		case attrTimeoutTCP:
			t.TCP = time.Duration(ad.Uint32()) * time.Second
		case attrTimeoutTCPFin:
			t.TCPFin = time.Duration(ad.Uint32()) * time.Second
		case attrTimeoutUDP:
			t.UDP = time.Duration(ad.Uint32()) * time.Second
		}
		return nil
	})
	return t, err
}

func decodeInfo(b []byte) (Info, error) {
	var i Info
	err := walk("info", b, func(ad *netlink.AttributeDecoder) error {
		switch ad.Type() {
		case infoVersion:
			i.Version = Version(ad.Uint32())
		case infoConnTableSize:
			i.ConnTableSize = ad.Uint32()
		}
		return nil
	})
	return i, err
}

// port reads a port, which is in network byte order whatever the machine's.
func port(ad *netlink.AttributeDecoder) uint16 {
	ad.ByteOrder = binary.BigEndian
	defer func() { ad.ByteOrder = binary.NativeEndian }()
	return ad.Uint16()
}

// flags reads struct ip_vs_flags, of which the mask means nothing in answers.
func flags(ad *netlink.AttributeDecoder) (f Flags) {
	ad.Do(func(b []byte) error {
		if len(b) < 8 {
			return fmt.Errorf("flags have %d bytes", len(b))
		}
		f = Flags(binary.NativeEndian.Uint32(b))
		return nil
	})
	return f
}

// address reads an address. The kernel sends a union as long as IPv6 for IPv4.
func address(what string, family uint16, b []byte) (netip.Addr, error) {
	switch {
	case family == familyInet && len(b) >= 4:
		return netip.AddrFrom4([4]byte(b)), nil
	case family == familyInet6 && len(b) >= 16:
		return netip.AddrFrom16([16]byte(b)), nil
	case family != familyInet && family != familyInet6:
		return netip.Addr{}, badFamily(what, family)
	}
	return netip.Addr{}, fmt.Errorf("%s: %w: address of family %d has %d bytes", what, ErrShort, family, len(b))
}

func badFamily(what string, family uint16) error {
	return fmt.Errorf("%s: %w: address family %d", what, ErrShort, family)
}

// netmask is the bits of a service's mask: an address for IPv4, a number for
// IPv6.
func netmask(what string, family uint16, b []byte) (int, error) {
	if len(b) != 4 {
		return 0, fmt.Errorf("%s: %w: netmask has %d bytes", what, ErrShort, len(b))
	}
	if family == familyInet {
		return bits.LeadingZeros32(^binary.BigEndian.Uint32(b)), nil
	}
	n := binary.NativeEndian.Uint32(b)
	if n > 128 {
		return 0, fmt.Errorf("%s: %w: netmask of %d bits", what, ErrShort, n)
	}
	return int(n), nil
}
