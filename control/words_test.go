package control

import (
	"encoding/json"
	"net/netip"
	"testing"
	"time"
)

func TestKey(t *testing.T) {
	v4, v6 := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("2001:db8::1")
	for _, tt := range []struct {
		w    Watch
		want string
	}{
		{Watch{Protocol: "tcp", Address: v4, Port: 80}, "tcp 10.0.0.1:80"},
		{Watch{Protocol: "udp", Address: v6, Port: 53}, "udp [2001:db8::1]:53"},
		{Watch{Protocol: "tcp", Address: v4, Port: 80, FWMark: 80}, "fwmark 80"},
		{Watch{Protocol: "tcp", Address: v6, Port: 80, FWMark: 80}, "fwmark6 80"},
	} {
		if got := tt.w.Key(); got != tt.want {
			t.Errorf("key %q, want %q", got, tt.want)
		}
		s := Service{Protocol: tt.w.Protocol, Address: tt.w.Address, Port: tt.w.Port, FWMark: tt.w.FWMark}
		if got := s.Key(); got != tt.want {
			t.Errorf("service's key %q, want %q", got, tt.want)
		}
	}
}

func TestDuration(t *testing.T) {
	b, err := json.Marshal(Duration(1500 * time.Millisecond))
	if err != nil || string(b) != `"1.5s"` {
		t.Errorf("marshal: %s, %v", b, err)
	}
	for in, ok := range map[string]bool{`"6s"`: true, `"0s"`: true, `6`: false, `"6"`: false, `null`: false, `"x"`: false} {
		var d Duration
		if err := json.Unmarshal([]byte(in), &d); (err == nil) != ok {
			t.Errorf("unmarshal %s: %v", in, err)
		}
	}
}
