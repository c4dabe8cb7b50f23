package firewall

import "testing"

// TestKernelOwnRequestsIPVS asks from the router itself: its output chain
// marks too, and IPVS sees it.
func TestKernelOwnRequestsIPVS(t *testing.T) {
	newSite(t)
	c := testConn(t)
	viaIPVS(t)
	replace(t, c, fullNAT())
	for _, tt := range []struct{ to, want string }{
		{"10.0.0.1:80", "10.1.0.1"},
		{"10.0.0.1:84", "10.1.0.3"},
		{"[fd00::1]:80", "fd01::1"},
		{"[fd00::1]:84", "fd01::3"},
	} {
		for _, network := range []string{"tcp", "udp"} {
			if got := ask(t, dial(t, network, tt.to)); got != tt.want {
				t.Errorf("%s %s came from %s, want %s", network, tt.to, got, tt.want)
			}
		}
	}
}
