package nft

import (
	"net/netip"
	"testing"

	"github.com/mdlayher/netlink"
)

// FuzzRules reads rules and sets as a kernel of another time might list them.
func FuzzRules(f *testing.F) {
	ae := netlink.NewAttributeEncoder()
	ae.String(1, "filter")
	ae.String(3, "input")
	ae.Nested(4, func(ae *netlink.AttributeEncoder) error { ae.Uint32(1, 1); return nil })
	seed, err := ae.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed, seed, seed, seed)
	f.Fuzz(func(_ *testing.T, chain, rule, set, elements []byte) {
		r := &Ruleset{}
		// What they refuse is refused; nothing may break.
		_ = r.addChain(1, chain)
		_ = r.addRule(1, rule)
		if r.addSet(1, set) == nil {
			_ = r.Sets[0].addElements(elements)
			r.Sets[0].sort()
		}
		for i := range r.Chains {
			r.Chains[i].Base = true
			r.Judge(Packet{Hook: r.Chains[i].Hook, Protocol: 6, To: netip.MustParseAddr("10.0.0.1"), Port: 80, New: true})
		}
		r.Marks()
	})
}
