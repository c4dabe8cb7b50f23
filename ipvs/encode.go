package ipvs

import (
	"encoding/binary"
	"net/netip"
	"time"
)

// appendOp appends the attributes of the request for o, which has been checked.
func appendOp(b []byte, o *Op) []byte {
	b, at := begin(b, attrService)
	b = appendKey(b, o.svc.Key)
	if o.cmd == cmdNewService || o.cmd == cmdSetService {
		b = appendService(b, o.svc)
	}
	b = finish(b, at)
	switch o.cmd {
	case cmdNewDest, cmdSetDest, cmdDelDest:
		b, at = begin(b, attrDest)
		b = appendAddrPort(b, &o.dest)
		if o.cmd != cmdDelDest {
			b = appendDestination(b, &o.dest)
		}
		b = finish(b, at)
	}
	return b
}

func encodeKey(k Key) []byte {
	b, at := begin(nil, attrService)
	return finish(appendKey(b, k), at)
}

func appendKey(b []byte, k Key) []byte {
	b = appendUint16(b, svcFamily, familyOf(k.Addr))
	if k.FWMark != 0 {
		return appendUint32(b, svcFWMark, k.FWMark)
	}
	b = appendUint16(b, svcProtocol, uint16(k.Protocol))
	b = appendAddr(b, svcAddr, k.Addr)
	return appendPort(b, svcPort, k.Port)
}

// appendService adds what is not in appendKey. The kernel wants all of it,
// even what means nothing without persistence.
func appendService(b []byte, s Service) []byte {
	s = s.Canonical()
	b = appendName(b, svcScheduler, s.Scheduler)
	if s.Engine != "" {
		b = appendName(b, svcEngine, s.Engine)
	}
	// struct ip_vs_flags: the flags, and which of them count: all.
	b = appendHeader(b, svcFlags, 8)
	b = binary.NativeEndian.AppendUint32(b, uint32(s.Flags))
	b = binary.NativeEndian.AppendUint32(b, ^uint32(0))
	b = appendUint32(b, svcTimeout, seconds(s.Timeout))
	// An IPv4 mask is an address, an IPv6 mask a number of bits.
	if s.Key.Addr.Is4() {
		return binary.BigEndian.AppendUint32(appendHeader(b, svcNetmask, 4), ^uint32(0)<<(32-s.Netmask))
	}
	return appendUint32(b, svcNetmask, uint32(s.Netmask))
}

func appendAddrPort(b []byte, d *Destination) []byte {
	b = appendUint16(b, destFamily, familyOf(d.Addr))
	b = appendAddr(b, destAddr, d.Addr)
	return appendPort(b, destPort, d.Port)
}

func appendDestination(b []byte, d *Destination) []byte {
	b = appendUint32(b, destForward, uint32(d.Forward))
	b = appendUint32(b, destWeight, d.Weight)
	b = appendUint32(b, destUpper, d.Upper)
	b = appendUint32(b, destLower, d.Lower)
	if d.Tunnel == (Encap{}) {
		return b // what the kernel takes it for, and all that old kernels know
	}
	b = appendUint8(b, destTunnelType, uint8(d.Tunnel.Type))
	b = appendPort(b, destTunnelPort, d.Tunnel.Port)
	return appendUint16(b, destTunnelFlags, uint16(d.Tunnel.Flags))
}

func encodeTimeouts(t Timeouts) (b []byte) {
	for _, a := range []struct {
		typ uint16
		d   time.Duration
	}{{attrTimeoutTCP, t.TCP}, {attrTimeoutTCPFin, t.TCPFin}, {attrTimeoutUDP, t.UDP}} {
		if a.d != 0 {
			b = appendUint32(b, a.typ, seconds(a.d))
		}
	}
	return b
}

func encodeDaemon(d Daemon) []byte {
	b, at := begin(nil, attrDaemon)
	b = appendUint32(b, daemonState, uint32(d.Role))
	b = appendName(b, daemonInterface, d.Interface)
	b = appendUint32(b, daemonSyncID, d.SyncID)
	if d.MaxLen != 0 {
		b = appendUint16(b, daemonMaxLen, d.MaxLen)
	}
	switch {
	case d.Group.Is4():
		b = appendAddr(b, daemonGroup, d.Group)
	case d.Group.Is6():
		b = appendAddr(b, daemonGroup6, d.Group)
	}
	if d.Port != 0 {
		b = appendUint16(b, daemonPort, d.Port)
	}
	if d.TTL != 0 {
		b = appendUint8(b, daemonTTL, d.TTL)
	}
	return finish(b, at)
}

func encodeRole(r DaemonRole) []byte {
	b, at := begin(nil, attrDaemon)
	return finish(appendUint32(b, daemonState, uint32(r)), at)
}

func familyOf(a netip.Addr) uint16 {
	if a.Is4() {
		return familyInet
	}
	return familyInet6
}

func seconds(d time.Duration) uint32 { return uint32(d / time.Second) }
