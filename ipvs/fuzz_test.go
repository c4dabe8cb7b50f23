package ipvs

import (
	"errors"
	"testing"
	"time"

	"github.com/mdlayher/netlink"
)

// Whatever the bytes, a decoder returns, and its errors match ErrShort. What it
// understood and what could be sent, survives being sent.

func FuzzDecodeService(f *testing.F) {
	f.Add(kernelService(true))
	f.Add(kernelService(false))
	for _, s := range everyService {
		f.Add(encodeOp(AddService(s)))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := decodeService(b)
		if short(t, err) || s.check() != nil {
			return
		}
		again, err := decodeService(encodeOp(AddService(s.Service)))
		if want := s.Canonical(); err != nil || again.Service != want {
			t.Errorf("sent and read: %+v, %v, want %+v", again.Service, err, want)
		}
		_, _ = s.rule(), s.Key.String()
	})
}

func FuzzDecodeDestination(f *testing.F) {
	f.Add(kernelDestination(true), false)
	f.Add(kernelDestination(false), false)
	for _, d := range []Destination{dest("10.8.8.33:80", Masquerade, 1), dest("[2001:db8::1]:80", Direct, 1)} {
		f.Add(encodeOp(AddDestination(FWMarkKey(1, d.Addr.Is6()), d)), d.Addr.Is6())
	}
	f.Fuzz(func(t *testing.T, b []byte, v6 bool) {
		k := FWMarkKey(1, v6)
		d, err := decodeDestination(b, k)
		if short(t, err) || d.check(k) != nil {
			return
		}
		again, err := decodeDestination(encodeOp(AddDestination(k, d.Destination)), k)
		if err != nil || again.Destination != d.Destination {
			t.Errorf("sent and read: %+v, %v, want %+v", again.Destination, err, d.Destination)
		}
		_ = d.rule(k)
	})
}

func FuzzDecodeDaemon(f *testing.F) {
	f.Add(encodeDaemon(Daemon{Role: Master, Interface: "eth0", SyncID: 7, Port: 1, TTL: 2, MaxLen: 3}))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := decodeDaemon(b)
		if short(t, err) || d.check() != nil {
			return
		}
		if again, err := decodeDaemon(encodeDaemon(d)); err != nil || again != d {
			t.Errorf("sent and read: %+v, %v, want %+v", again, err, d)
		}
	})
}

func FuzzDecodeTimeouts(f *testing.F) {
	f.Add(encodeTimeouts(Timeouts{TCP: time.Hour, UDP: time.Second}))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := decodeTimeouts(b)
		if short(t, err) || got.check() != nil {
			return
		}
		if again, err := decodeTimeouts(encodeTimeouts(got)); err != nil || again != got {
			t.Errorf("sent and read: %+v, %v, want %+v", again, err, got)
		}
	})
}

func FuzzDecodeInfo(f *testing.F) {
	f.Add(must(attributes(func(ae *netlink.AttributeEncoder) {
		ae.Uint32(infoVersion, 0x010201)
		ae.Uint32(infoConnTableSize, 4096)
	})))
	f.Fuzz(func(t *testing.T, b []byte) {
		i, err := decodeInfo(b)
		short(t, err)
		_ = i.Version.String()
	})
}

func FuzzParseProtocol(f *testing.F) {
	for _, s := range []string{"tcp", "udp", "sctp", "TCP", "6", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if p, err := ParseProtocol(s); err == nil && p.String() != s {
			t.Errorf("%q is %v", s, p)
		}
	})
}

// short tells whether decoding failed, as it may.
func short(t *testing.T, err error) bool {
	t.Helper()
	if err != nil && !errors.Is(err, ErrShort) {
		t.Errorf("%v is not ErrShort", err)
	}
	return err != nil
}
