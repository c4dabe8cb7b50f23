package director

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/ipvs"
)

func TestTeller(t *testing.T) {
	teller := NewTeller(cluster(t, `
primary = 10.7.0.1
network = direct
virtual web {
 active = 1
 address = 10.7.0.100 eth0:1
 port = 80
 server a {
  address = 10.7.0.11
  active = 1
 }
}
virtual sticky {
 active = 1
 address = 10.7.0.101 eth0:2
 port = 443
 persistent = 300
 server a {
  address = 10.7.0.11
  active = 1
 }
}
virtual one {
 active = 1
 address = 10.7.0.102 eth0:3
 port = 80
 fwmark = 7
 server b {
  address = 10.7.0.12
  active = 1
 }
}
virtual two {
 active = 1
 address = 10.7.0.103 eth0:4
 port = 80
 fwmark = 8
 persistent = 60
 server b {
  address = 10.7.0.12
  active = 1
 }
}
`))
	at := netip.MustParseAddrPort
	for _, tt := range []struct {
		name                          string
		protocol                      ipvs.Protocol
		client, virtual, server, want string
	}{
		{"a service", ipvs.TCP, "10.7.0.9:4000", "10.7.0.100:80", "10.7.0.11:80", "direct 0 0s"},
		{"its real server of before", ipvs.TCP, "10.7.0.9:4000", "10.7.0.100:80", "10.7.0.99:80", "direct 0 0s"},
		{"a template without persistence", ipvs.TCP, "10.7.0.9:0", "10.7.0.100:80", "10.7.0.11:80", "none"},
		{"a template", ipvs.TCP, "10.7.0.9:0", "10.7.0.101:443", "10.7.0.11:443", "direct 0 5m0s"},
		{"another's service", ipvs.TCP, "10.7.0.9:4000", "10.7.0.100:81", "10.7.0.11:81", "none"},
		{"a mark, by its address", ipvs.TCP, "10.7.0.9:4000", "10.7.0.103:80", "10.7.0.12:80", "direct 8 0s"},
		{"a mark, by its real server", ipvs.UDP, "10.7.0.9:4000", "10.7.0.104:53", "10.7.0.12:80", "direct 7 0s"},
		{"a template by mark", 0, "10.7.0.9:0", "0.0.0.8:0", "10.7.0.12:0", "direct 8 1m0s"},
		{"a template by another mark", 0, "10.7.0.9:0", "0.0.0.9:0", "10.7.0.12:0", "none"},
	} {
		c := &ipvs.Connection{Protocol: tt.protocol, Client: at(tt.client), Virtual: at(tt.virtual), Destination: at(tt.server)}
		c.Template = c.Client.Port() == 0
		got := "none"
		if told, ok := teller.Of(c); ok {
			if told.Connection != *c {
				t.Errorf("%s: %+v", tt.name, told.Connection)
			}
			got = told.Forward.String() + " " + time.Duration(told.FWMark).String()[:1] + " " + told.Timeout.String()
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
