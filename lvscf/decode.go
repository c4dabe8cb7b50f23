package lvscf

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// decode reads the values of a setting into c.v, and reports what is wrong
// with them.
func (c *checker) decode(d *Directive, toks []token) bool {
	t := toks[2]
	switch d.Type {
	case Int:
		return c.integer(d, t)
	case Bool:
		return c.boolean(d, t)
	case Duration:
		return c.duration(d, t)
	case Port:
		return c.port(d, t)
	case HostName:
		return c.hostName(d, t)
	case IP:
		return c.ip(d, t)
	case HostDevice:
		return c.ip(d, t) && c.device(d, toks[3])
	case Mask:
		return c.netmask(d, t)
	case Word:
		return c.word(d, t)
	case Text:
		c.v.text = clone(t.text)
	case Escaped:
		c.v.text = clone(unescape(t.text))
	case Command:
		c.v.cmd = strings.Fields(clone(t.text))
	case Program:
		return c.program(d, t)
	case Device:
		return c.device(d, t)
	case List:
	}
	return true
}

func (c *checker) integer(d *Directive, t token) bool {
	n, ok := parseInt(t.text)
	if !ok && tooLarge(t.text) {
		n, ok = math.MaxInt64, true
	}
	if !ok {
		c.reportToken(Error, "integer", t, fmt.Sprintf("%s is not an integer", quoted(t.text)), c.numberHint(d, t.text))
		return false
	}
	c.octal(t, n)
	c.v.n = n
	if n < d.Min || n > d.Max {
		c.reportToken(Error, "range", t, fmt.Sprintf("%s %s is out of range", d.Name, short(t.text)), fmt.Sprintf("write %d to %d", d.Min, d.Max))
		return false
	}
	return true
}

// octal warns of a number that is not what it seems to be.
func (c *checker) octal(t token, n int64) {
	if len(t.text) > 1 && t.text[0] == '0' && digits(t.text) && strings.Trim(t.text, "0") != "" && n > 7 {
		c.reportToken(Warning, "octal", t, fmt.Sprintf("%s is octal for %d", short(t.text), n), fmt.Sprintf("write %d, or %s", n, strings.TrimLeft(t.text, "0")))
	}
}

// sixties are the seconds in units that lvs.cf does not have.
var sixties = map[string]int64{"m": 60, "min": 60, "h": 3600, "d": 86400}

// tooLarge reports whether s is a number that no integer of ours can hold.
func tooLarge(s string) bool { return len(s) > 18 && digits(s) && s[0] != '0' }

// numberHint guesses the number that was meant by s.
func (c *checker) numberHint(d *Directive, s string) string {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	if i == 0 {
		if d.Type == Port {
			return "write the port's number"
		}
		return "write a number"
	}
	number := strings.TrimLeft(s[:i], "0")
	switch rest := strings.ToLower(s[i:]); {
	case strings.HasPrefix(rest, "#"):
		return assign(d, number) + " and put the comment on a line of its own"
	case d.Type == Duration && len(number) <= 6 && sixties[rest] > 0:
		n, _ := decimal(number)
		return assign(d, fmt.Sprint(n*sixties[rest]))
	}
	return assign(d, number)
}

func (c *checker) boolean(d *Directive, t token) bool {
	n, ok := parseInt(t.text)
	if ok && (n == 0 || n == 1) {
		c.v.b = n == 1
		return true
	}
	hint := "write 0 or 1"
	switch strings.ToLower(t.text) {
	case "yes", "on", "true", "enable", "enabled":
		hint = "write 1"
	case "no", "off", "false", "disable", "disabled", "none":
		hint = "write 0"
	}
	c.reportToken(Error, "boolean", t, fmt.Sprintf("%s is %s, not 0 or 1", d.Name, quoted(t.text)), hint)
	return false
}

func (c *checker) duration(d *Directive, t token) bool {
	v, ok := parseDuration(t.text)
	if !ok && tooLarge(t.text) {
		v, ok = math.MaxInt64, true
	}
	if !ok {
		hint := c.numberHint(d, t.text)
		if !d.Whole && (t.text == "" || !digits(t.text[:1])) {
			hint = "write seconds, as 2, 0.25, 2s or 250ms"
		}
		c.reportToken(Error, "duration", t, fmt.Sprintf("%s is not a time in seconds", quoted(t.text)), hint)
		return false
	}
	c.octal(t, int64(v/time.Second))
	switch {
	case int64(v) < d.Min || int64(v) > d.Max:
		c.reportToken(Error, "range", t, fmt.Sprintf("%s %s is out of range", d.Name, short(t.text)),
			fmt.Sprintf("write %s to %s seconds", seconds(time.Duration(d.Min)), seconds(time.Duration(d.Max))))
		return false
	case d.Whole && v%time.Second != 0:
		c.reportToken(Error, "whole-seconds", t, fmt.Sprintf("%s %s is no whole number of seconds", d.Name, short(t.text)),
			fmt.Sprintf("the kernel counts no finer: write %d", v/time.Second+1))
		return false
	}
	c.v.d = v
	return true
}

// seconds writes d as lvs.cf has it: whole seconds, or with a fraction.
func seconds(d time.Duration) string {
	s := fmt.Sprintf("%d.%09d", d/time.Second, d%time.Second)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

func (c *checker) port(d *Directive, t token) bool {
	if n, ok := services[strings.ToLower(t.text)]; ok {
		c.v.n = n
		return true
	}
	if _, ok := parseInt(t.text); !ok && t.text != "" && (t.text[0] < '0' || t.text[0] > '9') {
		hint := "write the port's number"
		if near := nearest(t.text, serviceNames); near != "" {
			hint = fmt.Sprintf("did you mean %s (%d)?", near, services[near])
		}
		c.reportToken(Error, "port", t, fmt.Sprintf("%s is no port known by name", quoted(t.text)), hint)
		return false
	}
	return c.integer(d, t)
}

// serviceNames are the keys of services, in a fixed order.
var serviceNames = func() []string {
	var all []string
	for name := range services {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}()

func (c *checker) word(d *Directive, t token) bool {
	for _, w := range d.Values {
		if t.text == w {
			c.v.text = w
			return true
		}
	}
	c.reportToken(Error, "value", t, fmt.Sprintf("%s %s is not known", d.Name, quoted(t.text)), didYouMean(t.text, d.Values))
	return false
}

func (c *checker) program(d *Directive, t token) bool {
	if strings.Contains(t.text, "/") {
		c.v.text = clone(t.text)
		return true
	}
	return c.word(d, t)
}

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
		c.reportToken(Warning, "odd-address", t, fmt.Sprintf("%s is read as %s", quoted(t.text), a), assign(d, a.String()))
	case a.Zone() != "":
		c.reportToken(Error, "address", t, fmt.Sprintf("%s: %s has a zone", d.Name, quoted(t.text)), "write an address that is not link-local")
		return false
	case a.Is4In6():
		c.reportToken(Error, "address", t, fmt.Sprintf("%s: %s is an IPv4 address in IPv6 form", d.Name, quoted(t.text)), assign(d, a.Unmap().String()))
		return false
	case a.IsMulticast() || a == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		c.reportToken(Error, "address", t, fmt.Sprintf("%s: %s is no address of one host", d.Name, quoted(t.text)), "")
		return false
	}
	return true
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
