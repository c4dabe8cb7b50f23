package nft

import (
	"fmt"
	"net/netip"
	"slices"

	"golang.org/x/sys/unix"
)

// A Packet is a question to a Ruleset. What is not known of it stays zero.
type Packet struct {
	Hook     uint32 // NF_INET_LOCAL_IN, _FORWARD, _LOCAL_OUT
	Protocol uint8  // IPPROTO_*
	From, To netip.Addr
	FromPort uint16
	Port     uint16 // it goes to
	In       string // the interface it comes in by
	InIndex  uint32 // its number
	New      bool   // it is the first of a connection
}

// A Fate is what becomes of a packet.
type Fate int

// The fates, the worst last.
const (
	Passes  Fate = iota
	MayPass      // dropped, unless a rule that is not understood accepts it
	MayDrop      // by a rule that names its port, and has conditions that are not understood
	Drops
)

// Judge says what becomes of p, and for a packet that is or may be dropped where.
func (r *Ruleset) Judge(p Packet) (worst Fate, where string) {
	base := slices.DeleteFunc(slices.Clone(r.Chains), func(c Chain) bool {
		return !c.Base || c.Hook != p.Hook || ours(c.Table) || !covers(c.Family, p)
	})
	slices.SortStableFunc(base, func(a, b Chain) int { return int(a.Priority) - int(b.Priority) })
	for i := range base {
		w := walk{r: r, p: p}
		got := w.base(&base[i])
		if got > worst {
			worst, where = got, w.where
		}
		if got == Drops {
			return worst, where
		}
	}
	return worst, where
}

// covers tells whether chains of a family see the packet.
func covers(family byte, p Packet) bool {
	four := p.To.Is4() || p.From.Is4()
	return family == unix.NFPROTO_INET || family == unix.NFPROTO_IPV4 && four || family == unix.NFPROTO_IPV6 && !four
}

// A walk is the way of a packet through one base chain.
type walk struct {
	r     *Ruleset
	p     Packet
	where string
	maybe bool // a rule before may have accepted it
	risk  bool // a rule before may have dropped it
	names bool // the rule in hand names the packet's port
	seen  int  // rules so far
}

const (
	// maxJumps bounds the depth of chains; the kernel's is 16.
	maxJumps = 16
	// mostRules bounds the rules that are gone through for one packet: chains
	// that others jump to again and again must not hold us up.
	mostRules = 100_000
)

func (w *walk) base(c *Chain) Fate {
	code, decided := w.chain(c, 0)
	if !decided && c.Drops {
		code, decided, w.where = verdictDrop, true, place(c)+", whose policy is drop"
	}
	switch {
	case decided && code == verdictDrop && !w.maybe:
		return Drops
	case w.risk:
		return MayDrop
	case decided && code == verdictDrop:
		return MayPass
	}
	return Passes
}

// Verdicts of linux/netfilter.h; the others are unix.NFT_*.
const (
	verdictDrop   = 0
	verdictAccept = 1
)

func place(c *Chain) string {
	family := map[byte]string{unix.NFPROTO_INET: "inet", unix.NFPROTO_IPV4: "ip", unix.NFPROTO_IPV6: "ip6"}[c.Family]
	return fmt.Sprintf("chain %s %s %s", family, c.Table, c.Name)
}

// chain walks the rules; decided is false when the packet falls out at the end.
func (w *walk) chain(c *Chain, depth int) (code int32, decided bool) {
	for i, rule := range c.Rules {
		if w.seen++; w.seen > mostRules {
			w.maybe = true
			return 0, false
		}
		m, v := w.rule(c, rule)
		if v == nil || m == no {
			continue
		}
		at := fmt.Sprintf("rule %d of %s", i+1, place(c))
		switch v.Code {
		case verdictDrop:
			if m == yes {
				if !w.risk {
					w.where = at
				}
				return verdictDrop, true
			}
			if w.names && !w.maybe && !w.risk {
				w.risk, w.where = true, at
			}
		case verdictAccept:
			if m == yes {
				return verdictAccept, true
			}
			w.maybe = true
		case unix.NFT_JUMP, unix.NFT_GOTO:
			to := w.find(c, v.Chain)
			if to == nil || depth >= maxJumps {
				w.maybe = true
				continue
			}
			if m == maybe {
				w.aside(to, depth+1)
				continue
			}
			if code, decided := w.chain(to, depth+1); decided {
				return code, true
			}
			if v.Code == unix.NFT_GOTO {
				return 0, false
			}
		case unix.NFT_RETURN:
			if m == yes {
				return 0, false
			}
			w.maybe = true // what follows may not be seen
		default: // queue, stolen: somebody else decides
			w.maybe = true
		}
	}
	return 0, false
}

// aside walks a chain that the packet may not come to: what is decided there
// may be decided.
func (w *walk) aside(c *Chain, depth int) {
	before := *w
	code, decided := w.chain(c, depth)
	w.risk, w.where = before.risk, before.where
	if !decided || code == verdictAccept {
		w.maybe = true
	}
}

func (w *walk) find(from *Chain, name string) *Chain {
	for i := range w.r.Chains {
		if c := &w.r.Chains[i]; c.Family == from.Family && c.Table == from.Table && c.Name == name {
			return c
		}
	}
	return nil
}
