package scenario

import (
	"context"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"pacu/control"
)

// TestKernelThrough has real servers checked through the VIP, by direct routing
// and by tunnels. One loses the VIP from its loopback: a check of its own
// address is happy, clients it would leave without an answer, and both routers
// find out.
func TestKernelThrough(t *testing.T) {
	for _, tt := range []struct {
		name    string
		family  family
		forward string
		device  string // that has the VIP on a real server
	}{
		{"direct", v4, "direct", "lo"},
		{"direct ipv6", v6, "direct", "lo"},
		{"ipip", v4, "tunnel", "pacu-ipip"},
		{"ipip ipv6", v6, "tunnel", "lo"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := tt.family
			lay := newLAN
			if tt.forward == "tunnel" {
				lay = newFar
			}
			s := lay(t, f, 2, 2)
			web := s.virtual("web", append(quick, "check = tcp", "check_through_vip = 1")...)
			lvs := s.global("network = " + tt.forward).and(web)
			s.setUp(lvs)
			s.start(lvs)
			s.healthy("web-1", "web-2")
			s.servedBy(s.url(), "web-1", "web-2")
			for _, r := range s.routers {
				r.hasChecks(2)
				r.status(hidden)
			}

			s.servers[0].Setup("ip", "addr", "del", f.host(public, vip), "dev", tt.device)
			for _, r := range s.routers {
				r.blames(f.at(public, vip, 80), control.Down, "through the VIP "+f.at(public, vip, 80)+": connect: no answer")
			}
			s.healthy("web-2")
			s.servedBy(s.url(), "web-2")

			// The other router finds the same when it has the VIP.
			s.routers[0].stop()
			s.routers[1].is(control.Active)
			s.healthy("web-2")
			s.servedBy(s.url(), "web-2")

			if tt.name == "direct" {
				s.ownAddressIsNotEnough()
			}

			add := []string{"addr", "add", f.host(public, vip), "dev", tt.device}
			if f == v6 {
				add = append(add, "nodad")
			}
			s.servers[0].Setup("ip", add...)
			s.healthy("web-1", "web-2")
			s.servedBy(s.url(), "web-1", "web-2")
		})
	}
}

// ownAddressIsNotEnough has the active second router, of whose real servers the
// first lacks the VIP, check them at their own addresses, and then by both.
func (s *site) ownAddressIsNotEnough() {
	s.t.Helper()
	r := s.routers[1]
	r.write(s.direct().and(s.virtual("web", append(quick, "check = tcp")...)))
	r.run("pulse", "reload")
	r.hasChecks(0)
	s.healthy("web-1", "web-2")

	both := append(quick, "check = tcp", "probe vip {", "check = tcp", "check_through_vip = 1", "}")
	r.write(s.direct().and(s.virtual("web", both...)))
	r.run("pulse", "reload")
	r.hasChecks(2)
	service := s.family.at(public, vip, 80)
	r.blames(service, control.Down, "tcp connect through the VIP: through the VIP "+service+": connect: no answer")
	s.healthy("web-2")
}

// TestKernelThroughApart has the real servers at another interface than the
// VIP, on a router whose reverse path filter is strict.
func TestKernelThroughApart(t *testing.T) {
	s := newNAT(t, v4, 1, 2)
	r := s.routers[0]
	for _, iface := range []string{"all", "eth0", "eth1"} {
		r.Sysctl("net.ipv4.conf."+iface+".rp_filter", "1")
	}
	lvs := s.direct().and(s.virtual("web", append(quick, "check = tcp", "check_through_vip = 1")...))
	s.setUp(lvs)
	s.start(lvs)
	s.healthy("web-1", "web-2")
	s.servers[1].Setup("ip", "addr", "del", v4.host(public, vip), "dev", "lo")
	r.blames(v4.at(public, vip, 80), control.Down, "through the VIP")
	s.healthy("web-1")
	for path, want := range map[string]string{"eth1/accept_local": "1", "eth1/rp_filter": "2", "eth0/accept_local": "0", "eth0/rp_filter": "1"} {
		if is := strings.TrimSpace(r.run("cat", "/proc/sys/net/ipv4/conf/"+path)); is != want {
			t.Errorf("%s is %s, want %s", path, is, want)
		}
	}
}

// TestKernelThroughStays has the services of checks survive restarts of pulse
// and others who delete them.
func TestKernelThroughStays(t *testing.T) {
	s := newLAN(t, v4, 1, 2)
	r := s.routers[0]
	lvs := s.direct().and(s.virtual("web", append(quick, "check = tcp", "check_through_vip = 1")...))
	s.setUp(lvs)
	s.start(lvs)
	s.healthy("web-1", "web-2")
	before := r.hasChecks(2)
	if setting := strings.TrimSpace(r.run("cat", "/proc/sys/net/ipv4/conf/eth0/accept_local")); setting != "1" {
		t.Fatalf("accept_local is %s", setting)
	}

	began := time.Now()
	for _, line := range before {
		if words := strings.Fields(line); words[0] == "-A" {
			r.run("ipvsadm", "-D", "-f", words[2])
		}
	}
	r.says(began, "put right")
	if after := r.hasChecks(2); strings.Join(after, "\n") != strings.Join(before, "\n") {
		t.Fatalf("after the repair the services are\n%s\nbefore\n%s", strings.Join(after, "\n"), strings.Join(before, "\n"))
	}
	s.healthy("web-1", "web-2")

	r.kill(syscall.SIGUSR2)
	r.start()
	r.is(control.Active)
	if after := r.hasChecks(2); strings.Join(after, "\n") != strings.Join(before, "\n") {
		t.Fatalf("after a restart the services are\n%s\nbefore\n%s", strings.Join(after, "\n"), strings.Join(before, "\n"))
	}
	s.healthy("web-1", "web-2")
	s.servedBy(s.url(), "web-1", "web-2")

	r.stop()
	r.holds()
	if setting := strings.TrimSpace(r.run("cat", "/proc/sys/net/ipv4/conf/eth0/accept_local")); setting != "0" {
		t.Fatalf("accept_local is left at %s", setting)
	}
}

// hasChecks waits until the table has services for checks of n servers, and
// returns their lines.
func (r *router) hasChecks(n int) (checks []string) {
	r.site.t.Helper()
	r.site.until(func(ctx context.Context) error {
		table, err := r.table(ctx)
		if err != nil {
			return err
		}
		checks = nil
		for _, line := range table {
			if words := strings.Fields(line); words[1] == "-f" {
				checks = append(checks, line)
			}
		}
		if len(checks) != 2*n {
			return fmt.Errorf("%s: services for checks are\n%s\nwant those of %d servers", r.Name(), strings.Join(checks, "\n"), n)
		}
		return nil
	})
	return checks
}

// hidden tells whether only the operator's service is shown.
func hidden(s *control.Snapshot) error {
	if len(s.Services) != 1 {
		return fmt.Errorf("%d services are shown", len(s.Services))
	}
	return nil
}
