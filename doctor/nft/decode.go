package nft

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

func (r *Ruleset) addChain(family byte, b []byte) error {
	c := Chain{Family: family}
	err := attributes(b, func(ad *netlink.AttributeDecoder) {
		switch ad.Type() {
		case unix.NFTA_CHAIN_TABLE:
			c.Table = ad.String()
		case unix.NFTA_CHAIN_NAME:
			c.Name = ad.String()
		case unix.NFTA_CHAIN_TYPE:
			c.Type = ad.String()
		case unix.NFTA_CHAIN_POLICY:
			c.Drops = ad.Uint32() == verdictDrop
		case unix.NFTA_CHAIN_HOOK:
			c.Base = true
			nested(ad, func(ad *netlink.AttributeDecoder) {
				switch ad.Type() {
				case unix.NFTA_HOOK_HOOKNUM:
					c.Hook = ad.Uint32()
				case unix.NFTA_HOOK_PRIORITY:
					c.Priority = int32(ad.Uint32())
				}
			})
		}
	})
	if !c.Base {
		c.Drops = false
	}
	r.Chains = append(r.Chains, c)
	return err
}

func (r *Ruleset) addRule(family byte, b []byte) error {
	var table, chain string
	var rule Rule
	err := attributes(b, func(ad *netlink.AttributeDecoder) {
		switch ad.Type() {
		case unix.NFTA_RULE_TABLE:
			table = ad.String()
		case unix.NFTA_RULE_CHAIN:
			chain = ad.String()
		case unix.NFTA_RULE_EXPRESSIONS:
			nested(ad, func(ad *netlink.AttributeDecoder) { rule = append(rule, decodeExpr(ad)) })
		}
	})
	if err != nil {
		return err
	}
	for i := range r.Chains {
		if c := &r.Chains[i]; c.Family == family && c.Table == table && c.Name == chain {
			c.Rules = append(c.Rules, rule)
			return nil
		}
	}
	return errRulesChange // a chain that was not there before
}

// decodeExpr reads one step of a rule.
func decodeExpr(ad *netlink.AttributeDecoder) Expr {
	var e Expr
	nested(ad, func(ad *netlink.AttributeDecoder) {
		switch ad.Type() {
		case unix.NFTA_EXPR_NAME:
			e.Name = ad.String()
		case unix.NFTA_EXPR_DATA: // the name comes first
			nested(ad, func(ad *netlink.AttributeDecoder) { e.take(ad) })
		}
	})
	return e
}

// take reads one attribute of a step.
func (e *Expr) take(ad *netlink.AttributeDecoder) {
	number := func(to *uint32) { *to = ad.Uint32() }
	fields, ok := map[string]map[uint16]*uint32{
		"payload": {unix.NFTA_PAYLOAD_DREG: &e.To, unix.NFTA_PAYLOAD_BASE: &e.Base, unix.NFTA_PAYLOAD_OFFSET: &e.Offset,
			unix.NFTA_PAYLOAD_LEN: &e.Len, unix.NFTA_PAYLOAD_SREG: &e.From},
		"meta":      {unix.NFTA_META_DREG: &e.To, unix.NFTA_META_KEY: &e.Key, unix.NFTA_META_SREG: &e.From},
		"ct":        {unix.NFTA_CT_DREG: &e.To, unix.NFTA_CT_KEY: &e.Key, unix.NFTA_CT_SREG: &e.From},
		"cmp":       {unix.NFTA_CMP_SREG: &e.From, unix.NFTA_CMP_OP: &e.Op},
		"range":     {unix.NFTA_RANGE_SREG: &e.From, unix.NFTA_RANGE_OP: &e.Op},
		"bitwise":   {unix.NFTA_BITWISE_SREG: &e.From, unix.NFTA_BITWISE_DREG: &e.To},
		"lookup":    {unix.NFTA_LOOKUP_SREG: &e.From, unix.NFTA_LOOKUP_DREG: &e.To, unix.NFTA_LOOKUP_FLAGS: &e.Op},
		"immediate": {unix.NFTA_IMMEDIATE_DREG: &e.To},
	}[e.Name]
	if to := fields[ad.Type()]; ok && to != nil {
		number(to)
		e.Judges = e.Judges || to == &e.To && e.Name == "lookup" && e.To == unix.NFT_REG_VERDICT
		return
	}
	switch {
	case e.Name == "cmp" && ad.Type() == unix.NFTA_CMP_DATA,
		e.Name == "range" && ad.Type() == unix.NFTA_RANGE_FROM_DATA,
		e.Name == "bitwise" && ad.Type() == unix.NFTA_BITWISE_MASK,
		e.Name == "immediate" && ad.Type() == unix.NFTA_IMMEDIATE_DATA:
		e.Value, e.Verdict = decodeData(ad)
	case e.Name == "range" && ad.Type() == unix.NFTA_RANGE_TO_DATA,
		e.Name == "bitwise" && ad.Type() == unix.NFTA_BITWISE_XOR:
		e.Upper, _ = decodeData(ad)
	case e.Name == "lookup" && ad.Type() == unix.NFTA_LOOKUP_SET:
		e.Set = ad.String()
	case e.Name == "target" && ad.Type() == unix.NFTA_TARGET_NAME:
		e.Target = ad.String()
	case e.Name == "target" && ad.Type() == unix.NFTA_TARGET_INFO:
		e.Value = bytes.Clone(ad.Bytes())
	}
}

// decodeData reads a value or a verdict.
func decodeData(ad *netlink.AttributeDecoder) (v []byte, verdict *Verdict) {
	nested(ad, func(ad *netlink.AttributeDecoder) {
		switch ad.Type() {
		case unix.NFTA_DATA_VALUE:
			v = bytes.Clone(ad.Bytes())
		case unix.NFTA_DATA_VERDICT:
			verdict = &Verdict{}
			nested(ad, func(ad *netlink.AttributeDecoder) {
				switch ad.Type() {
				case unix.NFTA_VERDICT_CODE:
					verdict.Code = int32(ad.Uint32())
				case unix.NFTA_VERDICT_CHAIN:
					verdict.Chain = ad.String()
				}
			})
		}
	})
	return v, verdict
}

func (r *Ruleset) addSet(family byte, b []byte) error {
	s := Set{Family: family}
	err := attributes(b, func(ad *netlink.AttributeDecoder) {
		switch ad.Type() {
		case unix.NFTA_SET_TABLE:
			s.Table = ad.String()
		case unix.NFTA_SET_NAME:
			s.Name = ad.String()
		case unix.NFTA_SET_FLAGS:
			s.Interval = ad.Uint32()&unix.NFT_SET_INTERVAL != 0
		}
	})
	r.Sets = append(r.Sets, s)
	return err
}

// keyEnd is NFTA_SET_ELEM_KEY_END, which package unix lacks: a range of a
// concatenation.
const keyEnd = 10

func (s *Set) addElements(b []byte) error {
	return attributes(b, func(ad *netlink.AttributeDecoder) {
		if ad.Type() != unix.NFTA_SET_ELEM_LIST_ELEMENTS {
			return
		}
		nested(ad, func(ad *netlink.AttributeDecoder) {
			if len(s.Elements) == mostElements {
				s.Partly = true
				return
			}
			var e Element
			nested(ad, func(ad *netlink.AttributeDecoder) {
				switch ad.Type() {
				case unix.NFTA_SET_ELEM_KEY:
					e.Key, _ = decodeData(ad)
				case unix.NFTA_SET_ELEM_DATA:
					_, e.Verdict = decodeData(ad)
				case unix.NFTA_SET_ELEM_FLAGS:
					e.End = ad.Uint32()&unix.NFT_SET_ELEM_INTERVAL_END != 0
				case keyEnd:
					s.Partly = true
				}
			})
			s.Elements = append(s.Elements, e)
		})
	})
}

// sort orders intervals as find wants them: where one ends and the next
// begins, the beginning counts.
func (s *Set) sort() {
	slices.SortStableFunc(s.Elements, func(a, b Element) int {
		ends := map[bool]int{true: 0, false: 1}
		return cmp.Or(bytes.Compare(a.Key, b.Key), cmp.Compare(ends[a.End], ends[b.End]))
	})
}
