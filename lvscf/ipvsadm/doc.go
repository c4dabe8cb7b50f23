// Package ipvsadm turns the rules of ipvsadm into lvs.cf, and back.
//
// It reads what ipvsadm -S writes and ipvsadm -R loads, as of ipvsadm 1.31, and
// shell scripts of ipvsadm commands, whose other lines become Notes, and the listings
// of ipvsadm -Ln. A table of
// the kernel has neither checks nor routers, and only the forwarding methods
// that lvs.cf has; what else of it lvs.cf cannot say is noted by line.
package ipvsadm
