// Package nft reads the packet filters that nftables holds (linux/netfilter/
// nf_tables.h) and says what becomes of a packet in them. It changes nothing,
// and is not for filtering: a rule that it does not understand may match or not.
package nft

import (
	"encoding/binary"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// A Ruleset is what nftables holds of this network namespace, iptables-nft's
// rules included. What of a rule is not understood is kept as such, for a rule
// that is not understood may match or not.
type Ruleset struct {
	Chains []Chain `json:"chains"`
	Sets   []Set   `json:"sets,omitempty"`
}

// A Chain is a list of rules; a base chain, which has a hook, sees packets by
// itself.
type Chain struct {
	Family   byte   `json:"family"` // NFPROTO_*
	Table    string `json:"table"`
	Name     string `json:"name"`
	Base     bool   `json:"base,omitempty"`
	Hook     uint32 `json:"hook,omitempty"` // NF_INET_*
	Priority int32  `json:"priority,omitempty"`
	Type     string `json:"type,omitempty"` // filter, route, nat
	Drops    bool   `json:"drops,omitempty"`
	Rules    []Rule `json:"rules,omitempty"`
}

// A Rule is its steps, in order.
type Rule []Expr

// An Expr is one step of a rule, as the kernel's netlink protocol has it
// (linux/netfilter/nf_tables.h).
type Expr struct {
	Name string `json:"name"` // payload, meta, ct, cmp, bitwise, lookup, immediate, counter, xt's target and match ...

	Key    uint32 `json:"key,omitempty"`    // NFT_META_* or NFT_CT_*
	Base   uint32 `json:"base,omitempty"`   // of a payload
	Offset uint32 `json:"offset,omitempty"` // of a payload
	Len    uint32 `json:"len,omitempty"`    // of a payload
	From   uint32 `json:"from,omitempty"`   // source register
	To     uint32 `json:"to,omitempty"`     // destination register
	Op     uint32 `json:"op,omitempty"`     // NFT_CMP_*, or 1: a lookup that wants no match
	Value  []byte `json:"value,omitempty"`  // compared with, or loaded
	Upper  []byte `json:"upper,omitempty"`  // of a range; the mask of a bitwise is Value, its xor Upper
	Set    string `json:"set,omitempty"`    // of a lookup
	Judges bool   `json:"judges,omitempty"` // a lookup whose map holds verdicts

	Verdict *Verdict `json:"verdict,omitempty"`
	Target  string   `json:"target,omitempty"` // of xt
}

// A Verdict ends a rule.
type Verdict struct {
	Code  int32  `json:"code"` // NF_DROP, NF_ACCEPT, NFT_JUMP ...
	Chain string `json:"chain,omitempty"`
}

// A Set is a set, or a map.
type Set struct {
	Family   byte      `json:"family"`
	Table    string    `json:"table"`
	Name     string    `json:"name"`
	Interval bool      `json:"interval,omitempty"`
	Elements []Element `json:"elements,omitempty"`
	// Partly: not all of it was read or understood.
	Partly bool `json:"partly,omitempty"`
}

// An Element of an interval set begins a range, or with End ends the one before.
type Element struct {
	Key     []byte   `json:"key"`
	End     bool     `json:"end,omitempty"`
	Verdict *Verdict `json:"verdict,omitempty"`
}

// ours tells whether pulse made a table; it drops by intention.
func ours(table string) bool { return strings.HasPrefix(table, "pacu") }

// Marks are the firewall marks that others' rules give packets, and whether
// there are rules that set marks nobody here can read.
func (r *Ruleset) Marks() (marks []uint32, unread bool) {
	for _, c := range r.Chains {
		if ours(c.Table) {
			continue
		}
		for _, rule := range c.Rules {
			known := map[uint32][]byte{}
			for _, e := range rule {
				switch {
				case e.Name == "immediate" && e.Verdict == nil:
					known[e.To] = e.Value
				case e.Name == "meta" && e.Key == unix.NFT_META_MARK && e.From != 0:
					if v, ok := known[e.From]; ok && len(v) == 4 {
						marks = append(marks, binary.NativeEndian.Uint32(v))
					} else {
						unread = true
					}
				case e.Name == "target" && e.Target == "MARK" && len(e.Value) >= 8:
					// struct xt_mark_tginfo2: mark, mask.
					marks = append(marks, binary.NativeEndian.Uint32(e.Value))
				case e.Name == "target" && (e.Target == "MARK" || e.Target == "CONNMARK"):
					unread = true
				case e.To != 0 && e.Name != "payload" && e.Name != "counter":
					delete(known, e.To)
				}
			}
		}
	}
	slices.Sort(marks)
	return slices.Compact(marks), unread
}
