package ipvs

import (
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// TestEncode holds the bytes of every kind of request against golden ones,
// which a real kernel has understood.
func TestEncode(t *testing.T) {
	if binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		t.Skip("the golden bytes are those of a little-endian machine")
	}
	web, web6, mark := key(TCP, "10.0.0.1:80"), key(UDP, "[2001:db8::1]:53"), FWMarkKey(80, false)
	full := Service{Key: web, Scheduler: "sh", Flags: Persistent | SchedFlag2, Timeout: 300 * time.Second, Netmask: 24}
	sip := Service{Key: web6, Scheduler: "rr", Flags: Persistent | OnePacket, Timeout: time.Minute, Netmask: 64, Engine: "sip"}
	gue := dest("10.1.0.1:8080", Tunnel, 3)
	gue.Upper, gue.Lower, gue.Tunnel = 1000, 700, Encap{Type: GUE, Port: 6080, Flags: Checksum}
	op := func(o Op) func() []byte {
		return func() []byte { return encodeOp(o) }
	}
	tests := []struct {
		name   string
		encode func() []byte
	}{
		{"add service", op(AddService(full))},
		{"add service of IPv6 with engine", op(AddService(sip))},
		{"add service by fwmark", op(AddService(Service{Key: mark, Scheduler: "wlc"}))},
		{"set service by fwmark of IPv6", op(SetService(Service{Key: FWMarkKey(80, true), Scheduler: "wlc"}))},
		{"delete service", op(DeleteService(web))},
		{"add destination", op(AddDestination(mark, dest("10.8.8.33:80", Masquerade, 1)))},
		{"add destination with gue and thresholds", op(AddDestination(web, gue))},
		{"add destination of the other family", op(AddDestination(web, dest("[2001:db8::2]:80", Tunnel, 1)))},
		{"set destination", op(SetDestination(web, dest("10.1.0.1:80", Direct, 0)))},
		{"delete destination", op(DeleteDestination(web6, netip.MustParseAddr("2001:db8::2"), 53))},
		{"get or zero service", func() []byte { return encodeKey(web) }},
		{"timeouts", func() []byte {
			return encodeTimeouts(Timeouts{TCP: time.Hour, TCPFin: time.Minute, UDP: time.Second})
		}},
		{"one timeout", func() []byte { return encodeTimeouts(Timeouts{UDP: time.Second}) }},
		{"start master", func() []byte {
			return encodeDaemon(Daemon{Role: Master, Interface: "eth1", SyncID: 7, MaxLen: 1000,
				Group: netip.MustParseAddr("239.1.2.3"), Port: 9000, TTL: 3})
		}},
		{"start backup of IPv6", func() []byte {
			return encodeDaemon(Daemon{Role: Backup, Interface: "eth1", Group: netip.MustParseAddr("ff02::81")})
		}},
		{"stop backup", func() []byte { return encodeRole(Backup) }},
	}
	var b strings.Builder
	for _, tt := range tests {
		b.WriteString(tt.name + "\n" + hex.Dump(tt.encode()) + "\n")
	}
	golden(t, "encode.txt", b.String())
}
