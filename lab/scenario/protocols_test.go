package scenario

import (
	"fmt"
	"testing"

	"pacu/control"
)

// TestKernelTCPAndUDP has one virtual on both protocols, with one list of
// servers, as for DNS; and one for SCTP, which needs only the kernel's table.
func TestKernelTCPAndUDP(t *testing.T) {
	for _, f := range families {
		t.Run(string(f), func(t *testing.T) {
			s := newNAT(t, f, 1, 2)
			webs := make([]*web, len(s.servers))
			for i, rs := range s.servers {
				webs[i] = newWeb(s, rs.Host, ":53")
				rs.udpEcho(f.at(rs.network, rs.machine, 53))
			}
			s.start(s.nat("tcpfin_timeout = 1", "udp_timeout = 1").and(
				s.virtual("dns", "port = 53", "protocol = tcp+udp").with(quick...),
				s.virtual("sig", "port = 2905", "protocol = sctp", "check = none"),
			))
			url := "http://" + f.at(public, vip, 53) + "/"
			tcp, udp, sctp := "-t "+f.at(public, vip, 53), "-u "+f.at(public, vip, 53), "--sctp-service "+f.at(public, vip, 2905)
			rows := func(service string, port uint16, machines ...int) []string {
				out := []string{"-A " + service + " -s rr"}
				for _, m := range machines {
					out = append(out, "-a "+service+" -r "+f.at(private, m, port)+" -m -w 1")
				}
				return out
			}
			signals := rows(sctp, 2905, 11, 12)
			all := func(machines ...int) []string {
				return append(append(rows(tcp, 53, machines...), rows(udp, 53, machines...)...), signals...)
			}
			s.tables(all(11, 12)...)
			s.servedBy(url, "web-1", "web-2")
			byUDP := func(n int) map[string]int {
				t.Helper()
				by := map[string]int{}
				for range n {
					who, err := askUDP(s.udp(f.at(public, vip, 53)), patience)
					if err != nil {
						t.Fatal(err)
					}
					by[who]++
				}
				return by
			}
			if by := byUDP(4); by["web-1"] != 2 || by["web-2"] != 2 {
				t.Errorf("udp: %v", by)
			}

			t.Log("a server that fails leaves both")
			webs[0].stop()
			s.tables(all(12)...)
			s.servedBy(url, "web-2")
			if by := byUDP(4); by["web-2"] != 4 {
				t.Errorf("udp: %v", by)
			}
			webs[0].start()
			s.tables(all(11, 12)...)
			s.routers[0].status(func(snap *control.Snapshot) error {
				for _, svc := range snap.Services {
					if svc.Name == "" || !svc.InKernel {
						return fmt.Errorf("status shows %+v", svc)
					}
				}
				return nil
			})
		})
	}
}
