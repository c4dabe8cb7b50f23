package doctor

import (
	"net"
	"net/netip"
	"testing"
)

func TestARPRequest(t *testing.T) {
	mac := net.HardwareAddr{2, 0, 0, 0, 0, 1}
	b := arpRequest(mac, addr("10.0.0.9"))
	want := []byte{0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 9}
	if string(b) != string(want) {
		t.Errorf("% x\nwant % x", b, want)
	}
	if _, _, ok := arpAnswer(b); ok {
		t.Error("a probe is taken for an answer")
	}
}

// FuzzARPAnswer reads whatever neighbours send.
func FuzzARPAnswer(f *testing.F) {
	f.Add([]byte{0, 1, 8, 0, 6, 4, 0, 2, 2, 0, 0, 0, 0, 1, 10, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Add([]byte{0, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		mac, a, ok := arpAnswer(b)
		if ok != (a != netip.Addr{}) || ok && (len(mac) != 6 || !a.Is4()) {
			t.Errorf("%x: %v, %v, %t", b, mac, a, ok)
		}
	})
}
