// Package doctor examines a router and says what is wrong with it, or soon will
// be, and what to do: for "pulse doctor".
//
// What is there is collected into Facts, which are plain data; the rules are
// pure functions from Facts to Findings, and know neither files nor the kernel.
// What could not be seen, as without root, is a fact too, and no rule guesses
// about it.
//
// Nothing is changed. What goes out to the network are ARP probes (RFC 5227,
// section 2.1.1), which no neighbour remembers. Everything here is about the
// network namespace that the calling thread is in.
package doctor
