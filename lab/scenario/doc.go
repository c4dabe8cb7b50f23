// Package scenario plays, on a real kernel and with real traffic, what Pacu is
// for: each test builds the networks and machines of one system, runs the real
// pulse and nanny on its routers, lets something happen to it, and holds what
// clients got, and what ipvsadm, ip and nft say, against what was wanted.
//
// The files named article... are systems that people have described, in the
// words of lvs.cf; the others take one ability each. All are TestKernel tests:
// without IPVS, root, ipvsadm or a pulse in PATH they are skipped.
//
// Networks, IPv4 and IPv6 side by side, N being the machine:
//
//	public   10.1.0.N  fd01::N   clients, and the routers' eth0
//	private  10.2.0.N  fd02::N   real servers, and the routers' eth1
//	other    10.3.0.N  fd03::N   more real servers, and the routers' eth2
//
// Routers are .1 and .2, real servers .11 and on, a stranger is .66, the client
// .100, the VIP .200 of public, the NAT router's address .254 of private.
package scenario
