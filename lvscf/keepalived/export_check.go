package keepalived

import (
	"cmp"
	"fmt"
	"net/netip"
	"strings"

	"pacu/lvscf"
	"pacu/lvscf/internal/draft"
)

// A lines makes the lines of the checks of one real server.
type lines func(addr netip.Addr, port uint16) []string

// check makes those of v's servers.
func (e *exporter) check(v *lvscf.Virtual) lines {
	var all []lines
	for i := range v.Checks {
		k := &v.Checks[i]
		c := checking{e, v, k, "virtual " + v.Name}
		if i > 0 {
			c.name += ": probe " + k.Probe
		}
		all = append(all, c.lines())
	}
	return func(addr netip.Addr, port uint16) []string {
		var some []string
		for _, l := range all {
			some = append(some, l(addr, port)...)
		}
		return some
	}
}

// A checking is a check on its way into keepalived's language.
type checking struct {
	*exporter
	v    *lvscf.Virtual
	k    *lvscf.Check
	name string // for what is lost
}

func (c *checking) lost(what, why string) { c.lose("%s: %s: %s", c.name, what, why) }

// lines are those of c.
func (c *checking) lines() lines {
	k := c.k
	if k.ThroughVIP {
		c.lost("check_through_vip", "keepalived asks for the server's own address")
	}
	switch k.Kind {
	case "":
		return c.usual()
	case "text":
		return c.text()
	case "program":
		return c.program()
	case "tcp":
		return c.block("TCP_CHECK")
	case "http", "https":
		return c.page()
	case "smtp":
		if k.TLS {
			break
		}
		return c.block("SMTP_CHECK")
	case "dns":
		return c.dns()
	case "ping":
		return c.block("PING_CHECK")
	case "file":
		return c.file()
	case "off":
		return c.command("/bin/false")
	}
	c.lost("check = "+k.Kind, "keepalived has no such check: it only connects")
	return c.connect()
}

// block makes a check of that word, with inner lines.
func (c *checking) block(word string, inner ...string) lines {
	k, v := c.k, c.v
	if k.Connect != 0 && k.Connect != k.Timeout {
		c.lost("check_connect_timeout", "keepalived's connect_timeout holds for each step of a check")
	}
	var where []string
	if k.Address.IsValid() {
		where = append(where, "connect_ip "+k.Address.String())
	}
	if k.Port != 0 {
		where = append(where, fmt.Sprintf("connect_port %d", k.Port))
	}
	var rest []string
	if k.Source.IsValid() {
		rest = append(rest, "bindto "+k.Source.String())
	}
	if k.Mark != 0 {
		rest = append(rest, fmt.Sprintf("fwmark %d", k.Mark))
	}
	rest = append(rest, "connect_timeout "+draft.Seconds(cmp.Or(k.Timeout, v.Timeout)))
	rest = append(rest, c.pace()...)
	return func(_ netip.Addr, port uint16) []string {
		all := []string{word + " {"}
		add := func(lines []string) {
			for _, l := range lines {
				all = append(all, "    "+l)
			}
		}
		add(inner)
		add(where)
		if v.Ports != nil && k.Port == 0 { // a server may have none
			add([]string{fmt.Sprintf("connect_port %d", port)})
		}
		add(rest)
		return append(all, "}")
	}
}

// pace is how often a failed check is made again.
func (c *checking) pace() []string {
	v := c.v
	all := []string{fmt.Sprintf("retry %d", v.Fall-1)}
	if v.Fall > 1 {
		all = append(all, "delay_before_retry "+draft.Seconds(cmp.Or(v.Retry, v.Timeout)))
	}
	return all
}

// tcp reports whether v's servers accept connections of TCP.
func (c *checking) tcp() bool { return c.v.Protocol == "tcp" || c.v.Protocol == "tcp+udp" }

// usual is what lvs.cf asks where it is not told.
func (c *checking) usual() lines {
	if c.tcp() && cmp.Or(c.k.Port, c.v.Port) == 80 {
		return c.block("HTTP_GET", "url {", "    path \"/\"", "    status_code 100-599", "}")
	}
	return c.connect()
}

// connect only sees whether a server is there.
func (c *checking) connect() lines {
	switch {
	case c.tcp():
		return c.block("TCP_CHECK")
	case c.v.Protocol == "udp":
		return c.block("UDP_CHECK")
	}
	c.lose("%s: keepalived has no check of sctp: its servers count as good", c.name)
	return func(netip.Addr, uint16) []string { return nil }
}

// program runs k's program, or connects where the output of the program counts.
func (c *checking) program() lines {
	k := c.k
	line := strings.Join(k.Program, " ")
	switch {
	case k.Expect != nil:
		c.lost("send_program", "keepalived looks at the status of a program, not at its output: it only connects")
		return c.connect()
	case strings.Contains(line, `"`):
		c.lost("send_program", "keepalived has no quotes in a command: it only connects")
		return c.connect()
	case k.Address.IsValid() || k.Port != 0:
		return func(addr netip.Addr, port uint16) []string {
			if k.Address.IsValid() {
				addr = k.Address
			}
			return c.command(k.Program...)(addr, cmp.Or(k.Port, port))
		}
	}
	return c.command(k.Program...)
}

// command makes a check of a program, whose status decides.
func (c *checking) command(program ...string) lines {
	return func(addr netip.Addr, port uint16) []string {
		words := append([]string(nil), program...)
		for i, w := range words {
			switch w {
			case "%h":
				words[i] = addr.String()
			case "%p":
				words[i] = fmt.Sprint(port)
			}
		}
		all := []string{"MISC_CHECK {", fmt.Sprintf("    misc_path \"%s\"", strings.Join(words, " "))}
		all = append(all, "    misc_timeout "+draft.Seconds(cmp.Or(c.k.Timeout, c.v.Timeout)))
		for _, l := range c.pace() {
			if c.v.Fall > 1 { // else keepalived's own
				all = append(all, "    "+l)
			}
		}
		return append(all, "}")
	}
}
