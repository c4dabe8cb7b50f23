package realserver

// A setting is a kernel setting.
type setting struct{ name, value string }

func (s setting) command() []string { return []string{"sysctl", "-w", s.name + "=" + s.value} }

// arp are the settings that keep the server from answering ARP for the VIPs.
func (s *Server) arp() []setting {
	if !s.quiet() {
		return nil
	}
	return []setting{
		{"net.ipv4.conf.all.arp_ignore", "1"},
		{"net.ipv4.conf.all.arp_announce", "2"},
		{"net.ipv4.conf.lo.arp_ignore", "1"},
		{"net.ipv4.conf.lo.arp_announce", "2"},
	}
}

// reversePath are the settings without which the kernel drops what the tunnel
// unwraps, as it would answer by another way. 2 asks that there be any way; of
// a device's setting and that of all the greater holds, so that all may stay
// 1. On a router, whose tunnel has no address, only 0 will do.
func (s *Server) reversePath(t Tunnel) []setting {
	own := "net.ipv4.conf." + t.Device() + ".rp_filter"
	switch {
	case len(t.VIPs) == 0:
		return nil
	case s.Router != "":
		return []setting{{"net.ipv4.conf.all.rp_filter", "0"}, {own, "0"}}
	}
	return []setting{{own, "2"}}
}

// settings are all that the server needs.
func (s *Server) settings() []setting {
	out := s.arp()
	for _, t := range s.Tunnels {
		for _, set := range s.reversePath(t) {
			out = once(out, set)
		}
	}
	return out
}

// writeSysctl writes a file for sysctl.d(5). systemd reads it again for each
// interface that appears.
func writeSysctl(w *writer, s *Server) {
	settings := s.settings()
	if len(settings) == 0 {
		return
	}
	w.file("/etc/sysctl.d/90-pacu.conf")
	for _, set := range settings {
		w.line("%s = %s", set.name, set.value)
	}
}
