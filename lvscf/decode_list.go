package lvscf

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// chosen reads some of the words of d, into their order there, each once.
func (c *checker) chosen(d *Directive, toks []token) bool {
	for _, t := range toks {
		if !slices.Contains(d.Values, t.text) {
			c.reportToken(Error, "value", t, fmt.Sprintf("%s %s is not known", d.Name, quoted(t.text)), didYouMean(t.text, d.Values))
			return false
		}
	}
	c.v.words = nil
	for _, w := range d.Values {
		if slices.ContainsFunc(toks, func(t token) bool { return t.text == w }) {
			c.v.words = append(c.v.words, w)
		}
	}
	return true
}

// allPorts is what the word all stands for.
var allPorts = PortRange{1, 65535}

// portList reads ports, ranges of them, and names, separated by commas. The
// first of them, as written, is in c.v.n.
func (c *checker) portList(d *Directive, t token) bool {
	if t.text == "all" {
		c.v.n, c.v.ports = 80, []PortRange{allPorts}
		return true
	}
	var all []PortRange
	for part := range strings.SplitSeq(t.text, ",") {
		r, ok := c.portRange(d, t, part)
		if !ok {
			return false
		}
		if len(all) == 0 {
			c.v.n = int64(r.First)
		}
		all = append(all, r)
	}
	c.v.ports = joined(all)
	return true
}

// portRange reads one of the parts of t.
func (c *checker) portRange(d *Directive, t token, part string) (PortRange, bool) {
	wrong := func(code, what, hint string) (PortRange, bool) {
		c.reportToken(Error, code, t, fmt.Sprintf("%s: %s %s", d.Name, quoted(part), what), hint)
		return PortRange{}, false
	}
	const form = "write them as 80,443,8000-8100, without blanks, or all"
	if part == "" {
		return wrong("port", "is no port", form)
	}
	if n, ok := services[strings.ToLower(part)]; ok {
		return PortRange{uint16(n), uint16(n)}, true
	}
	low, high, isRange := strings.Cut(part, "-")
	if !isRange {
		high = low
	}
	first, ok := portNumber(low)
	last, ok2 := portNumber(high)
	if !ok || !ok2 {
		if near := nearest(part, serviceNames); near != "" && !digits(part[:1]) {
			return wrong("port", "is no port known by name", fmt.Sprintf("did you mean %s (%d)?", near, services[near]))
		}
		return wrong("port", "is no port", form)
	}
	switch {
	case first < 1 || first > 65535 || last < 1 || last > 65535:
		return wrong("range", "is out of range", "write ports from 1 to 65535")
	case first > last:
		return wrong("range", "runs backwards", fmt.Sprintf("write %d-%d", last, first))
	}
	return PortRange{uint16(first), uint16(last)}, true
}

// portNumber reads a number that can be meant as a port. It is decimal:
// nobody writes a list in octal.
func portNumber(s string) (int64, bool) {
	if tooLarge(s) {
		return 1 << 32, true
	}
	return decimal(s)
}

// joined sorts ranges and makes one of those that touch.
func joined(all []PortRange) []PortRange {
	slices.SortFunc(all, func(a, b PortRange) int {
		return cmp.Or(cmp.Compare(a.First, b.First), cmp.Compare(a.Last, b.Last))
	})
	n := 0
	for _, r := range all[1:] {
		if last := &all[n]; int(r.First) <= int(last.Last)+1 {
			last.Last = max(last.Last, r.Last)
			continue
		}
		n++
		all[n] = r
	}
	return slices.Clip(all[:n+1])
}

// mostPool is how many addresses a pool may have: each is put on an interface
// and announced.
const mostPool = 256

// pool reads addresses, and ranges of them, separated by commas.
func (c *checker) pool(d *Directive, t token) bool {
	var all []AddrRange
	size := 0
	for part := range strings.SplitSeq(t.text, ",") {
		r, ok := c.addrRange(d, t, part)
		if !ok {
			return false
		}
		for _, other := range all {
			if r.overlaps(other) {
				c.reportToken(Error, "pool", t, fmt.Sprintf("%s: %s stands in it twice", d.Name, quoted(part)), "list each address once")
				return false
			}
		}
		if size += r.size(); size > mostPool {
			c.reportToken(Error, "pool", t, fmt.Sprintf("%s has more than %d addresses", d.Name, mostPool), "write fewer: each gives 64,511 connections to every real server's port")
			return false
		}
		all = append(all, r)
	}
	c.v.ranges = all
	return true
}

// addrRange reads one of the parts of t.
func (c *checker) addrRange(d *Directive, t token, part string) (AddrRange, bool) {
	wrong := func(code, what, hint string) (AddrRange, bool) {
		c.reportToken(Error, code, t, fmt.Sprintf("%s: %s %s", d.Name, quoted(part), what), hint)
		return AddrRange{}, false
	}
	low, high, isRange := strings.Cut(part, "-")
	if !isRange {
		high = low
	}
	first, err := netip.ParseAddr(low)
	last, err2 := netip.ParseAddr(high)
	switch {
	case err != nil || err2 != nil:
		return wrong("address", "is neither an address nor a range of them", fmt.Sprintf("write '%s = 10.0.1.10-10.0.1.20 eth1:1', several separated by commas without blanks", d.Name))
	case !single(first) || !single(last):
		return wrong("address", "is no address of one host", "")
	case first.Is4() != last.Is4():
		return wrong("address", "begins with IPv4 and ends with IPv6, or the reverse", "write two ranges, separated by a comma")
	case last.Less(first):
		return wrong("range", "runs backwards", fmt.Sprintf("write %s-%s", last, first))
	}
	return AddrRange{first, last}, true
}

// single reports whether a can be one host's.
func single(a netip.Addr) bool {
	return a.Zone() == "" && !a.Is4In6() && !a.IsMulticast() && !a.IsUnspecified() && a != netip.AddrFrom4([4]byte{255, 255, 255, 255})
}
