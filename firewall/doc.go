// Package firewall holds our own nftables table, inet pacu: it marks the
// traffic of virtual servers that serve many ports, for IPVS to find their
// service by, and it gives what IPVS sends on for full NAT a source address of
// this router's.
//
// The table is replaced as a whole, in one transaction of the kernel's, and no
// other table is read or changed. It is written in the netlink protocol of
// linux/netfilter/nf_tables.h, so that nft(8) lists it in words:
//
//	nft list table inet pacu
//
// Package google/nftables is not used: it wants an acknowledgement of every
// message, which a batch of hundreds overruns the socket with, waits without a
// deadline, and cannot load "ct original ip daddr" in an inet table.
//
// Everything here works in the network namespace of the calling thread at the
// moment the socket is opened. NLDEBUG=level=1 in the environment makes package
// netlink print each message.
package firewall
