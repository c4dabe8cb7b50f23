package scenario

import (
	"testing"

	"pacu/control"
)

// TestKernelTunnel reaches real servers in another network through tunnels of
// each kind; the servers are set up by what pulse says they need.
func TestKernelTunnel(t *testing.T) {
	for _, tt := range []struct {
		name    string
		service family // of the VIP
		servers family
		lines   []string
		flags   string // ipvsadm's
	}{
		{"ipip", v4, v4, nil, " --tun-type ipip"},
		{"gre", v4, v4, []string{"tunnel = gre"}, " --tun-type gre --tun-nocsum"},
		{"gue", v4, v4, []string{"tunnel = gue", "tunnel_port = 6081"}, " --tun-type gue --tun-port 6081 --tun-nocsum"},
		{"ipv6", v6, v6, nil, " --tun-type ipip"},
		{"ipv6 service, ipv4 servers", v6, v4, nil, " --tun-type ipip"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := tt.service
			s := newFar(t, f, 2, 2)
			web := s.virtual("web", tt.lines...)
			web.servers = nil
			for _, rs := range s.servers {
				web.servers = append(web.servers, entry{name: rs.Name(), addr: tt.servers.addr(rs.network, rs.machine)})
			}
			lvs := s.global("network = tunnel").and(web)
			s.setUp(lvs)
			s.start(lvs)
			s.healthy("web-1", "web-2")
			service := "-t " + f.at(public, vip, 80)
			s.tables("-A "+service+" -s rr",
				"-a "+service+" -r "+tt.servers.at(private, 11, 80)+" -i -w 1"+tt.flags,
				"-a "+service+" -r "+tt.servers.at(private, 12, 80)+" -i -w 1"+tt.flags)
			s.servedBy(s.url(), "web-1", "web-2")
			d := s.download(s.url())
			d.flows()
			d.ends()
			s.routers[0].stop()
			s.routers[1].is(control.Active)
			s.servedBy(s.url(), "web-1", "web-2")
		})
	}
}
