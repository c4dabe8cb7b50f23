package realserver

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"pacu/lab"
	"pacu/lvscf"
)

// file is an lvs.cf with one virtual server.
func file(vip string, words string, servers ...string) string {
	text := "primary = 10.91.0.1\nservice = lvs\nnat_router = 10.91.0.2 eth0:2\n"
	if strings.Contains(vip, ":") {
		text = "primary = fd91::1\nservice = lvs\nnat_router = fd91::2 eth0:2\n"
	}
	text += "virtual web {\nactive = 1\naddress = " + vip + " eth0:1\nport = 80\n" + words + "\n"
	for i, s := range servers {
		text += fmt.Sprintf("server s%d {\naddress = %s\nactive = 1\n}\n", i+1, s)
	}
	return text + "}\n"
}

// read is the servers of an lvs.cf.
func read(t *testing.T, text string) []Server {
	t.Helper()
	cfg, problems := lvscf.Read("lvs.cf", []byte(text))
	if cfg == nil {
		t.Fatalf("%v\n%s", problems, text)
	}
	servers, err := For(cfg, byAddress)
	if err != nil {
		t.Fatal(err)
	}
	return servers
}

func byAddress(h lvscf.Host, _ bool) (netip.Addr, error) {
	if a, ok := h.Addr(); ok {
		return a, nil
	}
	return netip.Addr{}, fmt.Errorf("host name %q has no address", h)
}

// obey runs the commands for a server on its host.
func obey(t *testing.T, h *lab.Host, s Server) {
	t.Helper()
	for _, c := range s.Commands() {
		if err := h.Run(c[0], c[1:]...); err != nil {
			t.Fatalf("%s: %v", strings.Join(c, " "), err)
		}
	}
}

// need skips the test where the kernel has no such tunnel.
func (b *bed) need(t *testing.T, servers []Server) {
	t.Helper()
	for _, tun := range servers[0].Tunnels {
		err := b.nobody.Run("ip", "link", "add", "probe", "type", string(tun.Kind), "local", servers[0].Addr.String(), "remote", "any")
		if err != nil {
			t.Skipf("kernel without %s tunnels: %v", tun.Kind, err)
		}
		if err := b.nobody.Run("ip", "link", "delete", "probe"); err != nil {
			t.Fatal(err)
		}
	}
}

// TestKernelModes sets real servers up with exactly what the commands say, the
// router with ipvsadm, and has a client fetch pages through it. That both
// servers answer in turn shows that the packets came by the router, and that
// no server answered ARP, or a neighbour solicitation, for the address.
func TestKernelModes(t *testing.T) {
	if err := lab.CheckIPVS(); err != nil {
		t.Skip(err)
	}
	for _, tt := range []struct {
		name           string
		vip6, servers6 bool
		words, ipvsadm string
	}{
		{"nat", false, false, "forward = nat", "-m"},
		{"nat v6", true, true, "forward = nat", "-m"},
		{"direct", false, false, "forward = direct", "-g"},
		{"direct v6", true, true, "forward = direct", "-g"},
		{"ipip", false, false, "forward = tunnel", "-i"},
		{"ipip v6", true, true, "forward = tunnel", "-i"},
		{"ipip v6 to v4", true, false, "forward = tunnel", "-i"},
		{"ipip v4 to v6", false, true, "forward = tunnel", "-i"},
		{"gre", false, false, "forward = tunnel\ntunnel = gre", "-i --tun-type gre"},
		{"gre checksum", false, false, "forward = tunnel\ntunnel = gre\ntunnel_checksum = csum", "-i --tun-type gre --tun-csum"},
		{"gre v6", true, true, "forward = tunnel\ntunnel = gre", "-i --tun-type gre"},
		{"gre v6 to v4", true, false, "forward = tunnel\ntunnel = gre", "-i --tun-type gre"},
		{"gue", false, false, "forward = tunnel\ntunnel = gue\ntunnel_port = 7000", "-i --tun-type gue --tun-port 7000 --tun-nocsum"},
		{"gue checksum", false, false, "forward = tunnel\ntunnel = gue\ntunnel_checksum = csum", "-i --tun-type gue --tun-port 6080 --tun-csum"},
		{"gue remote checksum", false, false, "forward = tunnel\ntunnel = gue\ntunnel_checksum = remcsum", "-i --tun-type gue --tun-port 6080 --tun-remcsum"},
		{"gue v6", true, true, "forward = tunnel\ntunnel = gue\ntunnel_checksum = csum", "-i --tun-type gue --tun-port 6080 --tun-csum"},
		{"gue v6 to v4", true, false, "forward = tunnel\ntunnel = gue", "-i --tun-type gue --tun-port 6080 --tun-nocsum"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBed(t)
			vip, url := on4(vipNumber), "http://"+on4(vipNumber)+"/"
			at := on4
			if tt.vip6 {
				vip, url = on6(vipNumber), "http://["+on6(vipNumber)+"]/"
			}
			if tt.servers6 {
				at = on6
			}
			servers := read(t, file(vip, tt.words, at(firstNumber), at(firstNumber+1)))
			b.need(t, servers)
			b.ipvsadm(t, "-A -t "+port80(vip)+" -s rr")
			for i, s := range servers {
				obey(t, b.servers[i], s)
				b.ipvsadm(t, "-a -t "+port80(vip)+" -r "+port80(s.Addr.String())+" "+tt.ipvsadm)
			}
			last := ""
			for range 4 {
				if err := b.gateway.Run("ip", "neigh", "flush", "all"); err != nil {
					t.Fatal(err)
				}
				got, err := b.get(t, url)
				if err != nil {
					t.Fatalf("%v\n%s", err, b.state(t))
				}
				if got == last {
					t.Fatalf("%s answered twice in a row: the packets pass the router by\n%s", got, b.state(t))
				}
				last = got
			}
		})
	}
}

// TestKernelSilence shows, on any kernel, that a server takes packets to an
// address that its neighbours cannot learn of from it: by having it, and, for
// a router, by a route, which leaves the list of its addresses as it was.
func TestKernelSilence(t *testing.T) {
	for _, tt := range []struct {
		name, vip, server, router string
	}{
		{"v4", on4(vipNumber + 1), on4(firstNumber), ""},
		{"v6", on6(vipNumber + 1), on6(firstNumber), ""},
		{"v4 on a router", on4(vipNumber + 1), on4(firstNumber), "backup"},
		{"v6 on a router", on6(vipNumber + 1), on6(firstNumber), "backup"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBed(t)
			a, h := netip.MustParseAddr(tt.vip), b.servers[0]
			s := Server{Addr: netip.MustParseAddr(tt.server), Router: tt.router, VIPs: []netip.Addr{a}}
			obey(t, h, s)
			obey(t, h, s) // again: no error
			link, err := h.Output(t.Context(), "ip", "-o", "link", "show", "eth0")
			if err != nil {
				t.Fatal(err)
			}
			_, mac, _ := strings.Cut(link, "link/ether ")
			mac, _, _ = strings.Cut(mac, " ")
			url := "http://" + netip.AddrPortFrom(a, 80).String() + "/"
			if got, err := b.get(t, url); !errors.Is(err, unix.EHOSTUNREACH) {
				t.Errorf("%q, %v: somebody answers for %s to who asked the link", got, err, a)
			}
			if err := b.gateway.Run("ip", "neigh", "replace", tt.vip, "lladdr", mac, "dev", "eth1"); err != nil {
				t.Fatal(err)
			}
			if got, err := b.get(t, url); got != "one" {
				t.Errorf("by its link address: %q, %v", got, err)
			}
			held, err := h.Output(t.Context(), "ip", "-o", "addr")
			if err != nil {
				t.Fatal(err)
			}
			if has := strings.Contains(held, " "+tt.vip+"/"); has == (tt.router != "") {
				t.Errorf("has the address: %v\n%s", has, held)
			}
			if tt.router == "" {
				return
			}
			// As pulse does when it takes over, and lets go.
			for _, verb := range []string{"add", "del"} {
				if err := h.Run("ip", "addr", verb, host(a), "dev", "eth0"); err != nil {
					t.Fatal(err)
				}
			}
			if got, err := b.get(t, url); got != "one" {
				t.Errorf("after it was the active router: %q, %v", got, err)
			}
		})
	}
}

// TestKernelCommandsTwice holds the promise of Commands about a second
// run.
func TestKernelCommandsTwice(t *testing.T) {
	b := newBed(t)
	servers := read(t, file(on4(vipNumber), "forward = tunnel\ntunnel = gre", on4(firstNumber)))
	b.need(t, servers)
	obey(t, b.servers[0], servers[0])
	for _, c := range servers[0].Commands() {
		text := strings.Join(c, " ")
		err := b.servers[0].Run(c[0], c[1:]...)
		if added := strings.HasPrefix(text, "ip link add "); added != (err != nil) {
			t.Errorf("%s, again: %v", text, err)
		}
	}
}
