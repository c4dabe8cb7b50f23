package ipvs

import (
	"encoding/binary"
	"net/netip"
	"time"

	"github.com/mdlayher/netlink"
)

// attributes collects the payload of a request. Only a nested block over 64 KiB
// could make the encoder fail, and every name and block here is bounded.
func attributes(fn func(ae *netlink.AttributeEncoder)) ([]byte, error) {
	ae := netlink.NewAttributeEncoder()
	fn(ae)
	return ae.Encode()
}

func nest(ae *netlink.AttributeEncoder, typ uint16, fn func(ae *netlink.AttributeEncoder)) {
	ae.Nested(typ, func(nae *netlink.AttributeEncoder) error {
		fn(nae)
		return nil
	})
}

func encodeOp(o Op) ([]byte, error) {
	return attributes(func(ae *netlink.AttributeEncoder) {
		nest(ae, attrService, func(ae *netlink.AttributeEncoder) {
			putKey(ae, o.svc.Key)
			if o.cmd == cmdNewService || o.cmd == cmdSetService {
				putService(ae, o.svc)
			}
		})
		switch o.cmd {
		case cmdNewDest, cmdSetDest, cmdDelDest:
			nest(ae, attrDest, func(ae *netlink.AttributeEncoder) {
				putAddrPort(ae, o.dest)
				if o.cmd != cmdDelDest {
					putDestination(ae, o.dest)
				}
			})
		}
	})
}

func encodeKey(k Key) ([]byte, error) {
	return attributes(func(ae *netlink.AttributeEncoder) {
		nest(ae, attrService, func(ae *netlink.AttributeEncoder) { putKey(ae, k) })
	})
}

func putKey(ae *netlink.AttributeEncoder, k Key) {
	ae.Uint16(svcFamily, familyOf(k.Addr))
	if k.FWMark != 0 {
		ae.Uint32(svcFWMark, k.FWMark)
		return
	}
	ae.Uint16(svcProtocol, uint16(k.Protocol))
	ae.Bytes(svcAddr, k.Addr.AsSlice())
	ae.Bytes(svcPort, bigEndian(k.Port))
}

// putService adds what is not in putKey. The kernel wants all of it, even what
// means nothing without persistence.
func putService(ae *netlink.AttributeEncoder, s Service) {
	s = s.Canonical()
	ae.String(svcScheduler, s.Scheduler)
	if s.Engine != "" {
		ae.String(svcEngine, s.Engine)
	}
	// struct ip_vs_flags: the flags, and which of them count: all.
	flags := binary.NativeEndian.AppendUint32(nil, uint32(s.Flags))
	ae.Bytes(svcFlags, binary.NativeEndian.AppendUint32(flags, ^uint32(0)))
	ae.Uint32(svcTimeout, seconds(s.Timeout))
	// An IPv4 mask is an address, an IPv6 mask a number of bits.
	if s.Key.Addr.Is4() {
		ae.Bytes(svcNetmask, binary.BigEndian.AppendUint32(nil, ^uint32(0)<<(32-s.Netmask)))
	} else {
		ae.Uint32(svcNetmask, uint32(s.Netmask))
	}
}

func putAddrPort(ae *netlink.AttributeEncoder, d Destination) {
	ae.Uint16(destFamily, familyOf(d.Addr))
	ae.Bytes(destAddr, d.Addr.AsSlice())
	ae.Bytes(destPort, bigEndian(d.Port))
}

func putDestination(ae *netlink.AttributeEncoder, d Destination) {
	ae.Uint32(destForward, uint32(d.Forward))
	ae.Uint32(destWeight, d.Weight)
	ae.Uint32(destUpper, d.Upper)
	ae.Uint32(destLower, d.Lower)
	if d.Tunnel == (Encap{}) {
		return // what the kernel takes it for, and all that old kernels know
	}
	ae.Uint8(destTunnelType, uint8(d.Tunnel.Type))
	ae.Bytes(destTunnelPort, bigEndian(d.Tunnel.Port))
	ae.Uint16(destTunnelFlags, uint16(d.Tunnel.Flags))
}

func encodeTimeouts(t Timeouts) ([]byte, error) {
	return attributes(func(ae *netlink.AttributeEncoder) {
		for _, a := range []struct {
			typ uint16
			d   time.Duration
		}{{attrTimeoutTCP, t.TCP}, {attrTimeoutTCPFin, t.TCPFin}, {attrTimeoutUDP, t.UDP}} {
			if a.d != 0 {
				ae.Uint32(a.typ, seconds(a.d))
			}
		}
	})
}

func encodeDaemon(d Daemon) ([]byte, error) {
	return attributes(func(ae *netlink.AttributeEncoder) {
		nest(ae, attrDaemon, func(ae *netlink.AttributeEncoder) {
			ae.Uint32(daemonState, uint32(d.Role))
			ae.String(daemonInterface, d.Interface)
			ae.Uint32(daemonSyncID, d.SyncID)
			if d.MaxLen != 0 {
				ae.Uint16(daemonMaxLen, d.MaxLen)
			}
			switch {
			case d.Group.Is4():
				ae.Bytes(daemonGroup, d.Group.AsSlice())
			case d.Group.Is6():
				ae.Bytes(daemonGroup6, d.Group.AsSlice())
			}
			if d.Port != 0 {
				ae.Uint16(daemonPort, d.Port)
			}
			if d.TTL != 0 {
				ae.Uint8(daemonTTL, d.TTL)
			}
		})
	})
}

func encodeRole(r DaemonRole) ([]byte, error) {
	return attributes(func(ae *netlink.AttributeEncoder) {
		nest(ae, attrDaemon, func(ae *netlink.AttributeEncoder) { ae.Uint32(daemonState, uint32(r)) })
	})
}

func familyOf(a netip.Addr) uint16 {
	if a.Is4() {
		return familyInet
	}
	return familyInet6
}

func bigEndian(v uint16) []byte { return binary.BigEndian.AppendUint16(nil, v) }

func seconds(d time.Duration) uint32 { return uint32(d / time.Second) }
