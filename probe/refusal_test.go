package probe

import (
	"net/netip"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

func TestParseRefusal(t *testing.T) {
	in4 := func(a string) []byte {
		b := binaryFamily(unix.AF_INET)
		b = append(b, 0, 0)
		return append(append(b, netip.MustParseAddr(a).AsSlice()...), make([]byte, 8)...)
	}
	in6 := func(a string) []byte {
		b := append(binaryFamily(unix.AF_INET6), make([]byte, 6)...)
		return append(append(b, netip.MustParseAddr(a).AsSlice()...), make([]byte, 4)...)
	}
	ee := func(origin, kind, code byte) []byte {
		return []byte{111, 0, 0, 0, origin, kind, code, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	}
	v4 := func(data ...[]byte) []byte {
		return controlMessage(unix.SOL_IP, unix.IP_RECVERR, slices.Concat(data...))
	}
	v6 := func(data ...[]byte) []byte {
		return controlMessage(unix.SOL_IPV6, unix.IPV6_RECVERR, slices.Concat(data...))
	}
	for _, tt := range []struct {
		name string
		oob  []byte
		want string // empty: none
	}{
		{"port", v4(ee(2, 3, 3), in4("10.0.0.2")), "port unreachable, says 10.0.0.2"},
		{"host", v4(ee(2, 3, 1), in4("10.0.0.254")), "host unreachable, says 10.0.0.254"},
		{"filtered", v4(ee(2, 3, 13), in4("10.0.0.254")), "filtered, says 10.0.0.254"},
		{"unheard of", v4(ee(2, 42, 7), in4("10.0.0.254")), "refused by ICMP type 42 code 7, says 10.0.0.254"},
		{"who is not known", v4(ee(2, 3, 3)), "port unreachable"},
		{"port, IPv6", v6(ee(3, 1, 4), in6("2001:db8::2")), "port unreachable, says 2001:db8::2"},
		{"IPv4 on a socket of IPv6", v6(ee(2, 3, 3), in6("::ffff:10.0.0.2")), "port unreachable, says 10.0.0.2"},
		{"unheard of, IPv6", v6(ee(3, 100, 1)), "refused by ICMPv6 type 100 code 1"},
		{"not the first", slices.Concat(controlMessage(unix.SOL_IP, unix.IP_TTL, []byte{64, 0, 0, 0}), v4(ee(2, 3, 3))), "port unreachable"},
		{"of this kernel's own", v4(ee(1, 0, 0), in4("10.0.0.2")), ""},
		{"cut short", v4(ee(2, 3, 3)[:15]), ""},
		{"other message", controlMessage(unix.SOL_IP, unix.IP_TTL, make([]byte, 32)), ""},
		{"nothing", nil, ""},
		{"garbage", []byte("garbage that is no control message at all"), ""},
	} {
		got := ""
		if r, ok := parseRefusal(tt.oob); ok {
			got = r.Error()
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	if got := (refusal{kind: 3, code: 1, own: true}).Error(); got != "host unreachable, says this router" {
		t.Error(got)
	}
}

func binaryFamily(f uint16) []byte { return []byte{byte(f), byte(f >> 8)} }

func controlMessage(level, kind int32, data []byte) []byte {
	b := make([]byte, unix.CmsgSpace(len(data)))
	h := (*[unix.SizeofCmsghdr]byte)(b)
	putInt := func(at int, n uint64, size int) {
		for i := range size {
			h[at+i] = byte(n >> (8 * i))
		}
	}
	putInt(0, uint64(unix.CmsgLen(len(data))), 8)
	putInt(8, uint64(level), 4)
	putInt(12, uint64(kind), 4)
	copy(b[unix.CmsgLen(0):], data)
	return b
}

func FuzzParseRefusal(f *testing.F) {
	f.Add(controlMessage(unix.SOL_IP, unix.IP_RECVERR, make([]byte, 32)))
	f.Add(controlMessage(unix.SOL_IPV6, unix.IPV6_RECVERR, make([]byte, 44)))
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, ok := parseRefusal(b); ok && r.Error() == "" {
			t.Error("a refusal without words")
		}
	})
}
