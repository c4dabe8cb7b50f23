package realserver

import (
	"fmt"
	"strings"
)

// writeIfcfg writes files for the network-scripts of RHEL and its kin
// (initscripts: sysconfig.txt). Their ifup-tunnel knows neither sit, nor
// checksums, nor GUE: tunnels are made by /sbin/ifup-local, which ifup-post
// runs for each interface.
func writeIfcfg(w *writer, s *Server) {
	var six, late []string
	n := 0
	for _, a := range s.loopback() {
		switch {
		case s.Router != "":
		case a.Is6():
			six = append(six, host(a))
		default:
			w.file(fmt.Sprintf("/etc/sysconfig/network-scripts/ifcfg-lo:%d", n))
			w.line("DEVICE=lo:%d\nIPADDR=%s\nNETMASK=255.255.255.255\nNETWORK=%s\nBROADCAST=%s\nONBOOT=yes\nNAME=loopback", n, a, a, a)
			n++
		}
	}
	if len(six) > 0 {
		w.file("/etc/sysconfig/network-scripts/ifcfg-lo")
		w.comment("to be added to the lines that are there")
		w.line("IPV6INIT=yes\nIPV6ADDR_SECONDARIES=%q", strings.Join(six, " "))
	}
	if s.Router != "" && len(s.loopback()) > 0 {
		late = append(late, lines(s.addresses())...)
	}
	if len(s.GUE) > 0 {
		late = append(late, lines(s.gue())...)
	}
	for _, t := range s.Tunnels {
		late = append(late, lines(s.tunnel(t))...)
	}
	if len(late) > 0 {
		w.file("/sbin/ifup-local")
		w.line("#!/bin/sh")
		w.comment("mode 0755; run for each interface that came up")
		w.line("[ \"$1\" = lo ] || exit 0\n%s", strings.Join(late, "\n"))
	}
	if len(s.Gateways) > 0 {
		w.file("/etc/sysconfig/network")
		w.comment("to be added to the lines that are there")
		for _, g := range s.Gateways {
			word := "GATEWAY"
			if g.Is6() {
				word = "IPV6_DEFAULTGW"
			}
			w.line("%s=%s", word, g)
		}
	}
}

// lines are the commands of a step as a shell reads them.
func lines(st Step) []string {
	var out []string
	for _, c := range st.Commands {
		out = append(out, strings.Join(c, " "))
	}
	return out
}
