// Package article004 is the system that Pacu was first asked for: two LVS
// routers with NAT, a firewall mark for http and https, and two web servers,
// configured by lvs.cf in this folder, which is used as its author wrote it.
//
//	          client 10.10.1.100, .101 to .120
//	                        |
//	--------- public 10.10.1.0/24 -- VIP 10.10.1.30 ---------
//	      |                                |
//	lvs-01 10.10.1.31               lvs-02 10.10.1.32
//	      |                                |
//	--------- private 10.8.8.0/24 -- NAT router 10.8.8.30 ---
//	      |                |               |
//	lvs-03 10.8.8.33  lvs-04 10.8.8.34  lvs-05 10.8.8.35 (in reserve)
//
// New builds it, Tour plays what can happen to it, step by step, and checks
// each step; the test, `make demo` and the browser test are all made of these.
package article004
