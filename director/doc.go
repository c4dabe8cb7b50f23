// Package director turns an lvs.cf and what the probes say into the state the
// kernel should hold, and gets the kernel there by the smallest change.
//
// A Cluster is the configuration with names resolved, firewall marks grouped
// and chosen, and the kernel settings and firewall rules it takes. A Director
// holds the kernel's side:
//
//   - Reconcile changes what is known to differ: services and destinations of
//     the IPVS table, floating addresses, our nftables table, timeouts, sync
//     daemons, sysctls. What nothing is known to differ in costs no message.
//   - Look finds what others changed, a part of a large table at a time.
//   - Plan tells, in words, what a new Cluster would change.
//   - Drain takes a real server out of service by hand.
//
// What the kernel refuses is left out, named by Degraded and tried again with
// back-off; the rest is done.
//
// Nannies change weights on their own (see Decision 1 of the design): a weight
// that disagrees with a nanny's last word is put right only when two looks in
// a row see the same disagreement.
package director
