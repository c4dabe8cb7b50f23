// Package vip holds the floating addresses of a router: it adds them to
// interfaces and takes them away again, tells the neighbours where they are
// now, and watches links and addresses for changes made by others.
//
// Addresses and links are the kernel's, over rtnetlink (rtnetlink(7),
// linux/if_addr.h). IPv4 addresses are announced with gratuitous ARP (RFC 826,
// RFC 5227 section 3), IPv6 addresses with unsolicited neighbour
// advertisements (RFC 4861 section 7.2.6).
//
// Everything here works in the network namespace of the calling thread at the
// moment a socket is opened: by Dial, NewAnnouncer, Announce and Watch.
// NLDEBUG=level=1 in the environment makes package netlink print each message.
package vip
