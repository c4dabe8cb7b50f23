// Package realserver knows what each real server of an lvs.cf must be set up
// with for the ways in which packets reach it, and writes it down: as commands,
// for sysctl.d, for the network-scripts of Red Hat's family (ifcfg), for
// netplan and for systemd-networkd.
//
//   - nat: the routers' floating inside address as default gateway.
//   - fullnat: nothing.
//   - direct: the virtual's address on the loopback interface, and no answer
//     to ARP for it (arp_ignore, arp_announce: the kernel's
//     Documentation/networking/ip-sysctl.rst). IPv6 needs no more than the
//     address: Linux answers a neighbour solicitation only for an address of
//     the very interface that it came in by (ndisc_recv_ns, net/ipv6/ndisc.c).
//   - tunnel: as direct, and a device that unwraps what the routers send.
//
// A router that is a real server too accepts the virtual's address by a route
// of type local rather than by having it, so that having it stays the mark of
// the active router.
//
// For makes the list from a Config; nothing here looks at the machine it runs
// on, and the tests set up real servers with exactly what it says.
package realserver
