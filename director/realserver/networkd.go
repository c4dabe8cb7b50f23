package realserver

// networkdDir is where systemd-networkd looks for files.
const networkdDir = "/etc/systemd/network/"

// writeNetworkd writes files for systemd.network(5) and systemd.netdev(5).
func writeNetworkd(w *writer, s *Server, iface string) {
	if len(s.loopback()) > 0 {
		w.file(networkdDir + "10-pacu-lo.network")
		w.line("[Match]\nName=lo")
		if s.Router == "" {
			w.line("\n[Network]")
			for _, a := range s.loopback() {
				w.line("Address=%s", host(a))
			}
		} else {
			for _, a := range s.loopback() {
				w.line("\n[Route]\nDestination=%s\nType=local\nTable=local\nScope=host", host(a))
			}
		}
	}
	if len(s.Gateways) > 0 {
		w.file(networkdDir + iface + ".network.d/50-pacu.conf")
		w.comment("the folder must have the name of the file that sets up %s", iface)
		w.line("[Network]")
		for _, g := range s.Gateways {
			w.line("Gateway=%s", g)
		}
	}
	writeNetdevs(w, s)
}

// writeNetdevs writes the tunnels for systemd-networkd. It has no checksums in
// GRE, and GUE over IPv4 alone: those are left to a unit that runs ip(8).
func writeNetdevs(w *writer, s *Server) {
	var start, stop []string
	if len(s.GUE) > 0 {
		start = lines(s.gue())
		for _, p := range s.GUE {
			stop = append(stop, "ip "+s.fou("del", p))
		}
	}
	for _, t := range s.Tunnels {
		if t.Checksum {
			start = append(start, lines(s.tunnel(t))...)
			stop = append(stop, "ip link delete "+t.Device())
			continue
		}
		w.file(networkdDir + "10-" + t.Device() + ".netdev")
		w.line("[NetDev]\nName=%s\nKind=%s\n\n[Tunnel]\nIndependent=yes\nLocal=%s\nRemote=any", t.Device(), t.Kind, s.Addr)
		if t.Kind == IP6TNL {
			w.line("Mode=any\nAllowLocalRemote=yes")
		}
		w.file(networkdDir + "10-" + t.Device() + ".network")
		w.line("[Match]\nName=%s\n\n[Link]\nRequiredForOnline=no\n\n[Network]\nLinkLocalAddressing=no", t.Device())
		if s.Router == "" {
			for _, a := range t.VIPs {
				w.line("Address=%s", host(a))
			}
		}
	}
	if len(start) == 0 {
		return
	}
	w.file("/etc/systemd/system/pacu-tunnel.service")
	w.line("[Unit]\nDescription=Tunnels from the LVS routers\nWants=network-pre.target\nBefore=network-pre.target\n\n[Service]\nType=oneshot\nRemainAfterExit=yes")
	for _, c := range start {
		w.line("ExecStart=%s", c)
	}
	for _, c := range stop {
		w.line("ExecStop=%s", c)
	}
	w.line("\n[Install]\nWantedBy=multi-user.target")
}
