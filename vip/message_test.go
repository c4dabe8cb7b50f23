package vip

import (
	"encoding/hex"
	"net"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jsimonetti/rtnetlink/v2"
	"golang.org/x/sys/unix"
)

func TestEncodeAddress(t *testing.T) {
	tests := []struct {
		name string
		a    Address
	}{
		{"newaddr-label.hex", at("10.10.1.30/32", "eth0:1")},
		{"newaddr-mask.hex", at("10.8.8.30/24", "eth1")},
		{"newaddr-ipv6.hex", at("2001:db8::30/64", "eth0")},
	}
	for _, tt := range tests {
		b, err := encodeAddress(tt.a, 7, tt.a.Label)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, tt.name, hex.Dump(b))
		e, err := decodeAddress(b)
		if err != nil {
			t.Fatal(err)
		}
		want := tt.a
		want.Interface = ""
		if tt.a.Prefix.Addr().Is6() {
			want.Label = ""
		}
		if e.Address != want || !e.Ours || e.index != 7 || e.secondary {
			t.Errorf("decoded %+v, want %+v of ours at 7", e, want)
		}
	}
}

func TestDecodeAddress(t *testing.T) {
	attrs := func(ip ...byte) *rtnetlink.AddressAttributes { return &rtnetlink.AddressAttributes{Address: ip} }
	local := attrs(10, 0, 0, 2)
	local.Local = net.IP{10, 0, 0, 1}
	tests := []struct {
		name    string
		message rtnetlink.AddressMessage
		want    string
	}{
		{"local wins over the peer", rtnetlink.AddressMessage{PrefixLength: 32, Attributes: local}, "10.0.0.1/32 on "},
		{"mask too long", rtnetlink.AddressMessage{PrefixLength: 33, Attributes: attrs(10, 0, 0, 1)}, ""},
		{"no attributes", rtnetlink.AddressMessage{PrefixLength: 32}, ""},
	}
	for _, tt := range tests {
		b, err := tt.message.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		e, err := decodeAddress(b)
		if (err != nil) != (tt.want == "") || (err == nil && e.String() != tt.want) {
			t.Errorf("%s: %v, %v, want %q", tt.name, e, err, tt.want)
		}
	}

	// IFA_F_SECONDARY means something else for IPv6.
	b, err := (&rtnetlink.AddressMessage{Flags: unix.IFA_F_SECONDARY, PrefixLength: 24, Attributes: attrs(10, 0, 0, 1)}).MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if e, err := decodeAddress(b); err != nil || !e.secondary || e.Ours {
		t.Errorf("secondary: %+v, %v", e, err)
	}
}

func TestDecodeLink(t *testing.T) {
	m := rtnetlink.LinkMessage{
		Index: 3, Flags: unix.IFF_UP | unix.IFF_NOARP,
		Attributes: &rtnetlink.LinkAttributes{Name: "tun0", Address: net.HardwareAddr{2, 0, 0, 0, 0, 1}},
	}
	b, err := m.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	got, err := decodeLink(b)
	want := Link{Name: "tun0", Index: 3, Up: true, NoARP: true, HardwareAddr: net.HardwareAddr{2, 0, 0, 0, 0, 1}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func FuzzDecode(f *testing.F) {
	for _, a := range []Address{at("10.10.1.30/24", "eth0:1"), at("2001:db8::30/64", "eth0")} {
		b, err := encodeAddress(a, 7, a.Label)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	link := rtnetlink.LinkMessage{Index: 3, Flags: unix.IFF_UP, Attributes: &rtnetlink.LinkAttributes{Name: "eth0"}}
	b, err := link.MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		if e, err := decodeAddress(b); err == nil && !e.Prefix.IsValid() {
			t.Errorf("accepted an address that is not valid: %+v", e)
		}
		if _, err := decodeLink(b); err != nil {
			return
		}
	})
}
