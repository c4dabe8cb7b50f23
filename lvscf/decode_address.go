package lvscf

import (
	"fmt"
	"net/netip"
	"strings"
)

func (c *checker) device(d *Directive, t token) bool {
	if wrong := deviceName(t.text); wrong != "" {
		c.reportToken(Error, "device", t, fmt.Sprintf("%s: %s %s", d.Name, quoted(t.text), wrong), "write an interface as ip link shows it, with a label or without: eth0:1")
		return false
	}
	if c.v.dev = "eth0"; t.text != "eth0" {
		c.v.dev = clone(t.text)
	}
	return true
}

func (c *checker) hostName(d *Directive, t token) bool {
	a, odd, ok := parseAddr(t.text)
	if ok {
		if !c.plain(d, t, a, odd) {
			return false
		}
		if c.v.addr = a; odd {
			c.v.host = Host(a.String())
		} else {
			c.v.host = Host(clone(t.text))
		}
		return true
	}
	if !looksNumeric(t.text) && hostName(t.text) {
		c.v.addr = none
		c.v.host = Host(clone(t.text))
		return true
	}
	c.notAddress(d, t)
	return false
}

func (c *checker) ip(d *Directive, t token) bool {
	a, odd, ok := parseAddr(t.text)
	if !ok {
		c.notAddress(d, t)
		return false
	}
	c.v.addr = a
	return c.plain(d, t, a, odd)
}

// plain reports an address that is legal, but in no form to keep.
func (c *checker) plain(d *Directive, t token, a netip.Addr, odd bool) bool {
	switch {
	case odd:
		c.reportToken(Warning, "odd-address", t, fmt.Sprintf("%s is read as %s", quoted(t.text), a), c.replaced(d, t, a.String()))
	case a.Zone() != "":
		c.reportToken(Error, "address", t, fmt.Sprintf("%s: %s has a zone", d.Name, quoted(t.text)), "write an address that is not link-local")
		return false
	case a.Is4In6():
		c.reportToken(Error, "address", t, fmt.Sprintf("%s: %s is an IPv4 address in IPv6 form", d.Name, quoted(t.text)), c.replaced(d, t, a.Unmap().String()))
		return false
	case a.IsMulticast() || a == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		c.reportToken(Error, "address", t, fmt.Sprintf("%s: %s is no address of one host", d.Name, quoted(t.text)), "")
		return false
	}
	return true
}

// replaced is the hint to write the setting of d at hand with text for t.
func (c *checker) replaced(d *Directive, t token, text string) string {
	var values []string
	for _, other := range c.toks[2:] {
		if other.start == t.start {
			values = append(values, text)
		} else {
			values = append(values, other.text)
		}
	}
	return assign(d, strings.Join(values, " "))
}

// notAddress reports t, which is neither an address nor, where that is
// allowed, a name.
func (c *checker) notAddress(d *Directive, t token) {
	s := t.text
	hint := ""
	device := ""
	if d.Type == HostDevice && len(c.toks) > 3 {
		device = " " + c.toks[3].text
	}
	if host, port, err := splitHostPort(s); err == nil {
		hint = fmt.Sprintf("%s and, on a line of its own, 'port = %s'", assign(d, host+device), port)
		if d.Where == Global {
			hint = assign(d, host+device)
		}
		c.reportToken(Error, "address-port", t, fmt.Sprintf("%s: %s has a port", d.Name, quoted(s)), hint)
		return
	}
	if p, err := netip.ParsePrefix(s); err == nil {
		hint = assign(d, p.Addr().String()+device)
		if m := maskOf[d.Name]; m != "" && d.Type == HostDevice && p.Addr().Is4() {
			hint += fmt.Sprintf(" and '%s = %s'", m, dotted(p.Bits()))
		}
		c.reportToken(Error, "address-mask", t, fmt.Sprintf("%s: %s has a netmask", d.Name, quoted(s)), hint)
		return
	}
	if a, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		hint = assign(d, a.String()+device)
	}
	if d.Type != HostName && hostName(s) && !looksNumeric(s) {
		c.reportToken(Error, "address", t, fmt.Sprintf("%s: %s is no address", d.Name, quoted(s)), "names are not looked up here: write the address")
		return
	}
	message := fmt.Sprintf("%s: %s is no address", d.Name, quoted(s))
	if d.Type == HostName {
		message += " and no host name"
	}
	c.reportToken(Error, "address", t, message, hint)
}

// maskOf names the netmask that goes with a floating address.
var maskOf = map[string]string{"address": "vip_nmask", "nat_router": "nat_nmask"}

// splitHostPort cuts an address and a port apart.
func splitHostPort(s string) (host, port string, err error) {
	ap, err := netip.ParseAddrPort(s)
	if err == nil {
		return ap.Addr().String(), fmt.Sprint(ap.Port()), nil
	}
	host, port, ok := strings.Cut(s, ":")
	if !ok || port == "" || !digits(port) || !hostName(host) && !looksNumeric(host) {
		return "", "", err
	}
	return host, port, nil
}

func (c *checker) netmask(d *Directive, t token) bool {
	m, holes, ok := parseMask(t.text)
	if holes || !ok {
		hint := "write one like 255.255.255.0"
		if n, isInt := decimal(strings.TrimPrefix(t.text, "/")); isInt && n <= 32 {
			hint = assign(d, dotted(int(n)))
		}
		code, what := "netmask", "is no netmask"
		if holes {
			code, what = "netmask-holes", "is no netmask: its bits are not one run"
		}
		c.reportToken(Error, code, t, fmt.Sprintf("%s: %s %s", d.Name, quoted(t.text), what), hint)
		return false
	}
	c.v.mask = m
	return true
}
