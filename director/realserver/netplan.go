package realserver

// writeNetplan writes a file for netplan(5) and, for what it cannot say, files
// for systemd-networkd, which netplan drives: a tunnel in netplan needs one
// remote address, and the routers are two.
func writeNetplan(w *writer, s *Server, iface string) {
	lo := len(s.loopback()) > 0
	if lo || len(s.Gateways) > 0 {
		w.file("/etc/netplan/90-pacu.yaml")
		w.line("network:\n  version: 2\n  ethernets:")
	}
	if lo {
		w.line("    lo:\n      renderer: networkd\n      match: {name: lo}")
		if s.Router == "" {
			w.line("      addresses:")
			for _, a := range s.loopback() {
				w.line("        - %q", host(a))
			}
		} else {
			w.line("      routes:")
			for _, a := range s.loopback() {
				w.line("        - {to: %q, type: local, scope: host, table: 255}", host(a))
			}
		}
	}
	if len(s.Gateways) > 0 {
		w.line("    %s:\n      routes:", iface)
		for _, g := range s.Gateways {
			all := "0.0.0.0/0"
			if g.Is6() {
				all = "::/0"
			}
			w.line("        - {to: %q, via: %q}", all, g)
		}
	}
	writeNetdevs(w, s)
}
