// Package ipvs reads and writes the kernel's IPVS table: virtual services,
// their real servers (destinations), counters, connection timeouts and the
// connection synchronization daemons.
//
// It speaks the generic netlink family "IPVS", version 1, whose commands and
// attributes are those of Linux's include/uapi/linux/ip_vs.h and whose rules
// are those of net/netfilter/ipvs/ip_vs_ctl.c. The table belongs to a network
// namespace; a Client works in the one it was dialed in. Every command needs
// CAP_NET_ADMIN there.
//
// A Client talks to the kernel. A Fake keeps a table in memory, obeys the same
// rules and renders as ipvsadm -Sn does; it is for the tests of this package's
// users.
//
// What a Client says and hears can be watched from outside, by a device of type
// nlmon in the namespace and tcpdump on it.
package ipvs
