package bench

import (
	"net/netip"
	"strings"
	"testing"
)

func TestFlockHears(t *testing.T) {
	k := &flock{up: map[netip.Addr]bool{}}
	k.hear(strings.NewReader(`{"server":"10.78.0.1","health":"up","weight":1,"changed":true}
{"server":"10.78.0.2","health":"up","weight":1,"changed":true}
{"server":"10.78.0.3","health":"up","weight":1}
nonsense "changed":true
{"server":"10.78.0.1","health":"down","weight":0,"changed":true}
{"server":"10.78.0.2","health":"down","weight":0}
`))
	for addr, want := range map[string]bool{"10.78.0.1": false, "10.78.0.2": true, "10.78.0.3": false} {
		if got, _ := k.serving(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s serves: %v, want %v", addr, got, want)
		}
	}
	if n, _ := k.count(); n != 1 {
		t.Errorf("%d servers, want 1", n)
	}
}
