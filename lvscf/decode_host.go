package lvscf

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// hostPair reads an address or name of each router.
func (c *checker) hostPair(d *Directive, toks []token) bool {
	if !c.hostName(d, toks[2]) {
		return false
	}
	primary := c.v.host
	if !c.hostName(d, toks[3]) {
		return false
	}
	c.v.pair = HeartbeatPath{primary, c.v.host}
	return true
}

// addrList reads addresses separated by commas.
func (c *checker) addrList(d *Directive, t token) bool {
	var all []netip.Addr
	for part := range strings.SplitSeq(t.text, ",") {
		a, err := netip.ParseAddr(part)
		what, hint := "", ""
		switch {
		case err != nil:
			what, hint = "is no address", fmt.Sprintf("write '%s = 10.10.1.1,10.10.1.254', without blanks", d.Name)
		case !single(a):
			what = "is no address of one host"
		case a.IsLinkLocalUnicast() && a.Is6():
			what, hint = "is an address of one link alone", "write an address that is not link-local"
		case slices.Contains(all, a):
			what, hint = "stands in it twice", "list each address once"
		}
		if what != "" {
			c.reportToken(Error, "address", t, fmt.Sprintf("%s: %s %s", d.Name, quoted(part), what), hint)
			return false
		}
		all = append(all, a)
	}
	if len(all) > mostWitnesses {
		c.reportToken(Error, "range", t, fmt.Sprintf("%s has %d addresses", d.Name, len(all)), fmt.Sprintf("write %d or less", mostWitnesses))
		return false
	}
	c.v.addrs = all
	return true
}

// group reads a multicast address.
func (c *checker) group(d *Directive, t token) bool {
	a, err := netip.ParseAddr(t.text)
	if err != nil || !a.IsMulticast() || a.Zone() != "" {
		c.reportToken(Error, "address", t, fmt.Sprintf("%s: %s is no multicast address", d.Name, quoted(t.text)), "write one such as 224.0.0.81 or ff02::81")
		return false
	}
	c.v.addr = a
	return true
}
