// Package keepalived turns keepalived.conf into lvs.cf, and back.
//
// It reads keepalived.conf(5) as of keepalived 2.x, and what operators of 1.x
// wrote: virtual_server with its groups and real servers, the checks, VRRP
// instances and sync groups, timeouts, the sync daemon and scripts. Files that
// are included, and definitions, are not followed. What lvs.cf has no word for
// is returned as a Note of its line; nothing is dropped in silence.
package keepalived
