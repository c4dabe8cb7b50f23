package ipvs

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mdlayher/netlink"
)

// kernelService is a service as Linux sends it: addresses 16 bytes long,
// counters in both widths.
func kernelService(stats64 bool) []byte {
	return must(attributes(func(ae *netlink.AttributeEncoder) {
		nest(ae, attrService, func(ae *netlink.AttributeEncoder) {
			ae.Uint16(svcFamily, familyInet)
			ae.Uint16(svcProtocol, uint16(TCP))
			ae.Bytes(svcAddr, append([]byte{10, 0, 0, 1}, make([]byte, 12)...))
			ae.Bytes(svcPort, []byte{0, 80})
			ae.String(svcScheduler, "wlc")
			ae.String(svcEngine, "sip")
			flags := binary.NativeEndian.AppendUint32(nil, uint32(Persistent|Hashed))
			ae.Bytes(svcFlags, binary.NativeEndian.AppendUint32(flags, ^uint32(0)))
			ae.Uint32(svcTimeout, 300)
			ae.Bytes(svcNetmask, []byte{255, 255, 255, 0})
			putStats(ae, svcStats, svcStats64, stats64)
		})
	}))
}

func kernelDestination(stats64 bool) []byte {
	return must(attributes(func(ae *netlink.AttributeEncoder) {
		nest(ae, attrDest, func(ae *netlink.AttributeEncoder) {
			ae.Bytes(destAddr, append([]byte{10, 8, 8, 33}, make([]byte, 12)...))
			ae.Bytes(destPort, []byte{0x1f, 0x90})
			ae.Uint32(destForward, 0x100|uint32(Tunnel)) // and a flag that is no method
			ae.Uint32(destWeight, 3)
			ae.Uint8(destTunnelType, uint8(GUE))
			ae.Bytes(destTunnelPort, []byte{0x17, 0xc0})
			ae.Uint16(destTunnelFlags, uint16(Checksum))
			ae.Uint32(destUpper, 1000)
			ae.Uint32(destLower, 700)
			ae.Uint32(destActive, 1)
			ae.Uint32(destInactive, 2)
			ae.Uint32(destPersistent, 3)
			putStats(ae, destStats, destStats64, stats64)
		})
	}))
}

// putStats writes counters 1, 2, 3, ..., plus 2^40 where they are 64 bits wide.
func putStats(ae *netlink.AttributeEncoder, typ, typ64 uint16, stats64 bool) {
	nest(ae, typ, func(ae *netlink.AttributeEncoder) {
		for i := statsConnections; i <= statsOutByteRate; i++ {
			if i == statsInBytes || i == statsOutBytes {
				ae.Uint64(i, uint64(i)|1<<40)
			} else {
				ae.Uint32(i, uint32(i))
			}
		}
	})
	if stats64 {
		nest(ae, typ64, func(ae *netlink.AttributeEncoder) {
			for i := statsConnections; i <= statsOutByteRate; i++ {
				ae.Bytes(11, nil) // padding
				ae.Uint64(i, uint64(i)|1<<40)
			}
		})
	}
}

func wantStats(stats64 bool) Stats {
	const big = 1 << 40
	if stats64 {
		return Stats{1 | big, 2 | big, 3 | big, 4 | big, 5 | big, 6 | big, 7 | big, 8 | big, 9 | big, 10 | big}
	}
	return Stats{1, 2, 3, 4 | big, 5 | big, 6, 7, 8, 9, 10}
}

func TestDecodeService(t *testing.T) {
	for _, stats64 := range []bool{false, true} {
		got, err := decodeService(kernelService(stats64))
		if err != nil {
			t.Fatal(err)
		}
		want := ServiceStatus{Service: Service{Key: key(TCP, "10.0.0.1:80"), Scheduler: "wlc", Flags: Persistent,
			Timeout: 300 * time.Second, Netmask: 24, Engine: "sip"}, Stats: wantStats(stats64)}
		if diff := cmp.Diff(want, got, comparable); diff != "" {
			t.Errorf("64-bit counters %v (-want +got):\n%s", stats64, diff)
		}
	}
}

func TestDecodeDestination(t *testing.T) {
	for _, stats64 := range []bool{false, true} {
		got, err := decodeDestination(kernelDestination(stats64), key(TCP, "10.0.0.1:80"))
		if err != nil {
			t.Fatal(err)
		}
		want := DestinationStatus{
			Destination: Destination{Addr: netip.MustParseAddr("10.8.8.33"), Port: 8080, Forward: Tunnel, Weight: 3,
				Upper: 1000, Lower: 700, Tunnel: Encap{Type: GUE, Port: 6080, Flags: Checksum}},
			Active: 1, Inactive: 2, Persistent: 3, Stats: wantStats(stats64),
		}
		if diff := cmp.Diff(want, got, comparable); diff != "" {
			t.Errorf("64-bit counters %v (-want +got):\n%s", stats64, diff)
		}
	}
	// Kernels before Linux 3.18 do not tell the family.
	if _, err := decodeDestination(kernelDestination(true), key(TCP, "[::1]:80")); err != nil {
		t.Errorf("family of the service: %v", err)
	}
}

// TestDecodeCut cuts messages anywhere: nothing but ErrShort may come of it.
func TestDecodeCut(t *testing.T) {
	for name, tt := range map[string]struct {
		message []byte
		decode  func([]byte) error
	}{
		"service": {kernelService(true), func(b []byte) error { _, err := decodeService(b); return err }},
		"destination": {kernelDestination(true), func(b []byte) error {
			_, err := decodeDestination(b, FWMarkKey(1, false))
			return err
		}},
		"daemon": {encodeDaemon(Daemon{Role: Master, Interface: "eth0"}), func(b []byte) error {
			_, err := decodeDaemon(b)
			return err
		}},
	} {
		for n := range tt.message {
			if err := tt.decode(tt.message[:n]); !errors.Is(err, ErrShort) {
				t.Errorf("%s cut to %d bytes: %v, want ErrShort", name, n, err)
			}
		}
		if err := tt.decode(tt.message); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestDecodeGarbled changes one attribute of a service at a time.
func TestDecodeGarbled(t *testing.T) {
	tests := []struct {
		name string
		typ  uint16
		data []byte
	}{
		{"family", svcFamily, []byte{99, 0}},
		{"short family", svcFamily, []byte{2}},
		{"address", svcAddr, []byte{1, 2, 3}},
		{"port", svcPort, []byte{1}},
		{"fwmark", svcFWMark, []byte{1, 2}},
		{"flags", svcFlags, make([]byte, 7)},
		{"timeout", svcTimeout, []byte{1, 2}},
		{"netmask", svcNetmask, []byte{255, 255}},
		{"counters", svcStats64, []byte{1, 2, 3}},
		{"counter", svcStats64, []byte{5, 0, 1, 0, 1, 0, 0, 0}},
	}
	for _, tt := range tests {
		s := Service{Key: key(TCP, "10.0.0.1:80"), Scheduler: "rr"}
		b, at := begin(nil, attrService)
		b = appendService(appendKey(b, s.Key), s)
		b = append(appendHeader(b, tt.typ, len(tt.data)), tt.data...)
		b = finish(b, at)
		if _, err := decodeService(b); !errors.Is(err, ErrShort) {
			t.Errorf("%s: %v, want ErrShort", tt.name, err)
		}
	}
	tooLong, at := begin(nil, attrService)
	tooLong = finish(appendUint32(appendKey(tooLong, FWMarkKey(1, true)), svcNetmask, 129), at)
	if _, err := decodeService(tooLong); !errors.Is(err, ErrShort) {
		t.Errorf("netmask of 129 bits: %v, want ErrShort", err)
	}
}

func TestDecodeRoundTrip(t *testing.T) {
	for _, s := range everyService {
		got, err := decodeService(encodeOp(AddService(s)))
		if err != nil || got.Service != s {
			t.Errorf("service: got %+v, %v, want %+v", got, err, s)
		}
	}
	timeouts := Timeouts{TCP: time.Hour, TCPFin: time.Minute, UDP: time.Second}
	if got, err := decodeTimeouts(encodeTimeouts(timeouts)); err != nil || got != timeouts {
		t.Errorf("timeouts: got %+v, %v, want %+v", got, err, timeouts)
	}
	daemon := Daemon{Role: Backup, Interface: "eth1", SyncID: 7, MaxLen: 1000, Group: netip.MustParseAddr("ff02::81"), Port: 9000, TTL: 3}
	if got, err := decodeDaemon(encodeDaemon(daemon)); err != nil || got != daemon {
		t.Errorf("daemon: got %+v, %v, want %+v", got, err, daemon)
	}
}
