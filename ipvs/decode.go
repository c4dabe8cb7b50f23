package ipvs

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
	"net/netip"
	"time"
)

// inside finds the one nested attribute typ that an answer is wrapped in.
func inside(what string, b []byte, typ uint16) ([]byte, error) {
	var found []byte
	err := walk(what, b, func(a attribute) error {
		if a.typ == typ {
			found = a.value
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
		protocol       uint16
		addr, mask     []byte
		stats, stats64 []byte
	)
	err = walk(what, b, func(a attribute) (err error) {
		switch a.typ {
		case svcFamily:
			err = a.uint16(&family)
		case svcProtocol:
			err = a.uint16(&protocol)
		case svcAddr:
			addr = a.value
		case svcPort:
			err = a.port(&s.Key.Port)
		case svcFWMark:
			err = a.uint32(&s.Key.FWMark)
		case svcScheduler:
			s.Scheduler = name(a.value)
		case svcEngine:
			s.Engine = name(a.value)
		case svcFlags:
			// struct ip_vs_flags, of which the mask means nothing here.
			if len(a.value) < 8 {
				return a.bad()
			}
			s.Flags = Flags(binary.NativeEndian.Uint32(a.value)) &^ Hashed
		case svcTimeout:
			s.Timeout, err = timeout(a)
		case svcNetmask:
			mask = a.value
		case svcStats:
			stats = a.value
		case svcStats64:
			stats64 = a.value
		}
		return err
	})
	if err != nil {
		return ServiceStatus{}, err
	}
	s.Key.Protocol = Protocol(protocol)
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
	return s, decodeStats(&s.Stats, stats, stats64)
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
		forward        uint32
		encap          uint8
		encapFlags     uint16
		addr           []byte
		stats, stats64 []byte
	)
	family := familyOf(k.Addr)
	err = walk(what, b, func(a attribute) error {
		switch a.typ {
		case destFamily:
			return a.uint16(&family)
		case destAddr:
			addr = a.value
		case destPort:
			return a.port(&d.Port)
		case destForward:
			return a.uint32(&forward)
		case destWeight:
			return a.uint32(&d.Weight)
		case destUpper:
			return a.uint32(&d.Upper)
		case destLower:
			return a.uint32(&d.Lower)
		case destActive:
			return a.uint32(&d.Active)
		case destInactive:
			return a.uint32(&d.Inactive)
		case destPersistent:
			return a.uint32(&d.Persistent)
		case destTunnelType:
			return a.uint8(&encap)
		case destTunnelPort:
			return a.port(&d.Tunnel.Port)
		case destTunnelFlags:
			return a.uint16(&encapFlags)
		case destStats:
			stats = a.value
		case destStats64:
			stats64 = a.value
		}
		return nil
	})
	if err != nil {
		return DestinationStatus{}, err
	}
	d.Forward = Forward(forward & forwardMask)
	d.Tunnel.Type, d.Tunnel.Flags = EncapType(encap), EncapFlags(encapFlags)
	if d.Addr, err = address(what, family, addr); err != nil {
		return DestinationStatus{}, err
	}
	return d, decodeStats(&d.Stats, stats, stats64)
}

func decodeDaemon(b []byte) (Daemon, error) {
	const what = "sync daemon"
	b, err := inside(what, b, attrDaemon)
	if err != nil {
		return Daemon{}, err
	}
	var d Daemon
	var role uint32
	err = walk(what, b, func(a attribute) (err error) {
		switch a.typ {
		case daemonState:
			return a.uint32(&role)
		case daemonInterface:
			d.Interface = name(a.value)
		case daemonSyncID:
			return a.uint32(&d.SyncID)
		case daemonMaxLen:
			return a.uint16(&d.MaxLen)
		case daemonGroup:
			d.Group, err = address("group", familyInet, a.value)
		case daemonGroup6:
			d.Group, err = address("group", familyInet6, a.value)
		case daemonPort:
			return a.uint16(&d.Port)
		case daemonTTL:
			return a.uint8(&d.TTL)
		}
		return err
	})
	d.Role = DaemonRole(role)
	return d, err
}

func decodeTimeouts(b []byte) (Timeouts, error) {
	var t Timeouts
	err := walk("timeouts", b, func(a attribute) (err error) {
		switch a.typ {
		case attrTimeoutTCP:
			t.TCP, err = timeout(a)
		case attrTimeoutTCPFin:
			t.TCPFin, err = timeout(a)
		case attrTimeoutUDP:
			t.UDP, err = timeout(a)
		}
		return err
	})
	return t, err
}

func decodeInfo(b []byte) (Info, error) {
	var i Info
	var version uint32
	err := walk("info", b, func(a attribute) error {
		switch a.typ {
		case infoVersion:
			return a.uint32(&version)
		case infoConnTableSize:
			return a.uint32(&i.ConnTableSize)
		}
		return nil
	})
	i.Version = Version(version)
	return i, err
}

func timeout(a attribute) (time.Duration, error) {
	var s uint32
	err := a.uint32(&s)
	return time.Duration(s) * time.Second, err
}

// name reads a name without its closing NUL. Names that thousands of services
// have are not made anew for each.
func name(b []byte) string {
	b = bytes.TrimRight(b, "\x00")
	for _, s := range schedulers {
		if string(b) == s {
			return s
		}
	}
	return string(b)
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
