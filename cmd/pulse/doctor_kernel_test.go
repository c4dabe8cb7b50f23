package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"pacu/control"
	"pacu/lab"
)

// TestKernelDoctor examines a pair that is well, in which no error may be found,
// then breaks one thing after the other: each must be found and named, and all be
// gone when they are put right.
func TestKernelDoctor(t *testing.T) {
	s := newDoctorSite(t)
	s.start()
	for _, h := range []*lab.Host{s.one, s.two} {
		if found := s.errors(h); found != "" {
			t.Fatalf("%s is well, and these were found:\n%s", h.Name(), found)
		}
	}
	nft := func(rule ...string) {
		mustRun(t, s.one, "nft", "add", "table", "inet", "filter")
		mustRun(t, s.one, "nft", "add", "chain", "inet", "filter", "input", "{", "type", "filter", "hook", "input", "priority", "0", ";", "policy", "accept", ";", "}")
		mustRun(t, s.one, "nft", append([]string{"add", "rule", "inet", "filter", "input"}, rule...)...)
	}
	unruled := func() { mustRun(t, s.one, "nft", "delete", "table", "inet", "filter") }
	const key = "/etc/sysconfig/ha/lvs.key"
	tests := []struct {
		name        string
		breaks, fix func()
		on          *lab.Host
		want        []string
	}{
		{"a real server answers ARP for the VIP",
			func() { mustRun(t, s.web2, "sysctl", "-qw", "net.ipv4.conf.all.arp_ignore=0") },
			func() { mustRun(t, s.web2, "sysctl", "-qw", "net.ipv4.conf.all.arp_ignore=1") }, s.two,
			[]string{"virtual plain: real server web-2 answers ARP for 10.77.0.101 on eth0", "arp_ignore=1"}},
		{"a rule drops heartbeats", func() { nft("udp", "dport", "539", "drop") }, unruled, s.one,
			[]string{"heartbeats from 10.77.0.2: udp port 539 is dropped by rule 1 of chain inet filter input", "nft insert rule inet filter input udp dport 539 accept"}},
		{"a set of ports is dropped", func() { nft("tcp", "dport", "{", "22,", "80", "}", "drop") }, unruled, s.one,
			[]string{"virtual web: tcp port 80 is dropped by rule 1 of chain inet filter input"}},
		{"the key may be read by all",
			func() { mustRun(t, s.two, "chmod", "644", key) }, func() { mustRun(t, s.two, "chmod", "600", key) }, s.two,
			[]string{key + ": others than root may read or write it (mode 0644)", "chmod 600"}},
		{"an own address is gone",
			func() { mustRun(t, s.two, "ip", "addr", "del", "10.78.0.2/24", "dev", "eth1") },
			func() { mustRun(t, s.two, "ip", "addr", "add", "10.78.0.2/24", "dev", "eth1") }, s.two,
			[]string{"10.78.0.2: lvs.cf says that it is this router's, and no interface has it"}},
		{"an interface is switched off",
			func() { mustRun(t, s.two, "ip", "link", "set", "eth1", "down") },
			func() { mustRun(t, s.two, "ip", "link", "set", "eth1", "up") }, s.two,
			[]string{"eth1: it is switched off"}},
		{"the standby has the VIP",
			func() { mustRun(t, s.two, "ip", "addr", "add", "10.77.0.100/32", "dev", "eth1") },
			func() { mustRun(t, s.two, "ip", "addr", "del", "10.77.0.100/32", "dev", "eth1") }, s.two,
			[]string{"virtual web: 10.77.0.100 is on eth1, lvs.cf wants it on eth0"}},
		{"forwarding is off",
			func() { mustRun(t, s.one, "sysctl", "-qw", "net.ipv4.ip_forward=0") },
			func() { mustRun(t, s.one, "sysctl", "-qw", "net.ipv4.ip_forward=1") }, s.one,
			[]string{"net.ipv4.ip_forward: it is 0"}},
		{"a real server of nat has no way back", func() {
			mustRun(t, s.web1, "ip", "route", "del", "default")
			s.knock("10.77.0.100:80", "10.78.0.11:80")
		}, func() {}, s.one,
			[]string{"real server web-1: ", "none came back through this router", "ip route replace default via 10.78.0.254"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.breaks()
			found := s.errors(tt.on)
			for _, want := range tt.want {
				if !strings.Contains(found, want) {
					t.Errorf("found:\n%s\nwant %q in it", found, want)
				}
			}
			tt.fix()
		})
	}
	// What the last one left is on the active router alone.
	ctx, cancel := context.WithTimeout(t.Context(), ample)
	defer cancel()
	s.settled(ctx, s.two, control.Standby, true)
	if found := s.errors(s.two); found != "" {
		t.Errorf("all is put right on lvs-2, and these were found:\n%s", found)
	}
}

// knock begins connections that nobody answers, until IPVS' counters tell of
// the packets that went to a real server: it adds them up every 2 s.
func (s *doctorSite) knock(address, server string) {
	s.t.Helper()
	ctx, cancel := context.WithCancel(s.t.Context())
	defer cancel()
	done := make(chan struct{}, 20)
	for range cap(done) {
		go func() {
			if c, err := s.visit.DialContext(ctx, "tcp", address); err == nil {
				_ = c.Close()
			}
			done <- struct{}{}
		}()
	}
	until(s.t, func() error {
		out, err := s.one.Output(ctx, "ipvsadm", "-Ln", "--stats", "--exact")
		if err != nil {
			return err
		}
		_, line, _ := strings.Cut(out, "-> "+server+" ")
		var connections, packets int
		if _, err := fmt.Sscan(line, &connections, &packets); err != nil || packets < 2*cap(done) {
			return fmt.Errorf("%v: IPVS counts %d packets to %s:\n%s", err, packets, server, out)
		}
		return nil
	})
	cancel()
	for range cap(done) {
		<-done
	}
}
