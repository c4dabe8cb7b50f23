// Package vip holds the floating addresses of a router: it adds them to
// interfaces and takes them away again, tells the neighbours where they are
// now, and watches links and addresses for changes made by others. It also
// asks witnesses, hosts outside the pair, whether this router's network works.
//
// Addresses and links are the kernel's, over rtnetlink (rtnetlink(7),
// linux/if_addr.h). IPv4 addresses are announced with gratuitous ARP (RFC 826,
// RFC 5227 section 3), IPv6 addresses with unsolicited neighbour
// advertisements (RFC 4861 section 7.2.6). Witnesses are asked with ARP
// requests, neighbour solicitations (RFC 4861 section 7.2.2), or ICMP echoes
// (RFC 792, RFC 4443). ARP probes (RFC 5227 section 2.1.1) tell who else has an
// address.
//
// Everything here works in the network namespace of the calling thread at the
// moment a socket is opened: by Dial, NewAnnouncer, Announce, Watch, WhoHas,
// Ask, Ping and the first question to a Witness. NLDEBUG=level=1 in the
// environment makes package netlink print each message.
package vip
