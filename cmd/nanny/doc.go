// Command nanny watches real servers: it probes them and keeps their weights
// in the kernel's IPVS table as the probes say.
//
// pulse starts one for each real server's address, or for several, with
// --control-fd, and tells it over that socket what to watch (package control).
// It then changes weights and nothing else, may nothing but administer the
// network, and when pulse is gone it ends and touches nothing.
//
// By itself it takes Piranha's flags, watches one server of one service, and
// adds and removes that server itself.
//
// With --once it probes what its standard input says, once, and shows each step.
//
// SIGUSR1 takes all its servers down, SIGUSR2 takes them all for up, SIGHUP
// lets the probes decide again.
package main
