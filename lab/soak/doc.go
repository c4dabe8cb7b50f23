// Package soak lets a pair of routers live through a long day: reloads, drains,
// what others do to the kernel's table, deaths of nannies, of pulse and of real
// servers, switchovers, and failures of the active router, at random and under
// steady traffic.
//
//	client 10.10.1.101 to .160
//	                 |
//	----- public 10.10.1.0/24 -- VIPs 10.10.1.30 and .31 -----
//	      |                             |
//	lvs-01 10.10.1.1               lvs-02 10.10.1.2
//	      |                             |
//	----- private 10.8.8.0/24 -- NAT router 10.8.8.30 --------
//	      |             |             |             |
//	lvs-03 .33     lvs-04 .34     lvs-05 .35    lvs-06 .36
//
// The day is written beforehand, from a seed, so that it can be lived again.
// Each lost request is judged by where it was sent, which the answer or the
// active router's connection table tells:
//
//   - to a real server that was dead, before the probes could know: lost, and
//     nobody's fault;
//   - while the kernel was not as pulse had left it, because someone had changed
//     it and pulse had not put it right yet: lost to the drift, and counted by
//     itself; the time to the repair is bounded;
//   - while the active router had failed and the other did not serve yet: lost to
//     the outage; its time is bounded. A switchover is none, nor is a restart;
//   - while the machine itself stood still, which clients of a web server past
//     the routers show: nobody can tell, and it is counted by itself;
//   - any other: a failure, shown with what happened around it.
//
// At the day's end, when all is healed and quiet, pulse must have nothing to
// change, and ipvsadm must show what lvs.cf asks for.
package soak
