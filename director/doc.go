// Package director turns an lvs.cf and what the probes say into the state the
// kernel should hold, and gets the kernel there by the smallest change.
//
// A Cluster is the configuration with names resolved and firewall marks
// grouped. Desired makes the IPVS table of it, Diff the operations between two
// tables; both are pure. A Director holds the kernel's side: Reconcile reads
// the table and the addresses, and puts right what differs.
//
// Nannies change weights on their own (see Decision 1 of the design): a weight
// that disagrees with a nanny's last word is put right only when two passes in
// a row see the same disagreement.
package director
