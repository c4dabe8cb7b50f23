package nft

import (
	"encoding/binary"
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"
)

// The steps of rules, as the kernel lists those of nft(8).
func meta(key uint32) Expr { return Expr{Name: "meta", Key: key, To: 1} }
func eq(b ...byte) Expr    { return Expr{Name: "cmp", From: 1, Op: unix.NFT_CMP_EQ, Value: b} }
func port() Expr {
	return Expr{Name: "payload", Base: unix.NFT_PAYLOAD_TRANSPORT_HEADER, Offset: 2, Len: 2, To: 1}
}
func source() Expr {
	return Expr{Name: "payload", Base: unix.NFT_PAYLOAD_NETWORK_HEADER, Offset: 12, Len: 4, To: 1}
}
func verdict(code int32, chain string) Expr {
	return Expr{Name: "immediate", Verdict: &Verdict{code, chain}}
}
func in(set string, not uint32) Expr { return Expr{Name: "lookup", From: 1, Set: set, Op: not} }

func bits32(n uint32) []byte { return binary.NativeEndian.AppendUint32(nil, n) }

// states is "ct state" with those bits.
func states(b uint32) []Expr {
	return []Expr{{Name: "ct", Key: unix.NFT_CT_STATE, To: 1},
		{Name: "bitwise", From: 1, To: 1, Value: bits32(b), Upper: bits32(0)},
		{Name: "cmp", From: 1, Op: unix.NFT_CMP_NEQ, Value: bits32(0)}}
}

func rule(parts ...any) Rule {
	var r Rule
	for _, p := range parts {
		switch p := p.(type) {
		case Expr:
			r = append(r, p)
		case []Expr:
			r = append(r, p...)
		}
	}
	return r
}

var (
	tcp    = rule(meta(unix.NFT_META_L4PROTO), eq(unix.IPPROTO_TCP))
	accept = verdict(verdictAccept, "")
	drop   = verdict(verdictDrop, "")
	other  = Expr{Name: "limit"} // a step that is not understood
)

// inputChain is a base chain of the input hook.
func inputChain(policyDrop bool, rules ...Rule) Chain {
	return Chain{Family: unix.NFPROTO_INET, Table: "filter", Name: "input", Base: true, Hook: unix.NF_INET_LOCAL_IN, Drops: policyDrop, Rules: rules}
}

// TestJudge asks what becomes of the first packet of a client to port 80.
func TestJudge(t *testing.T) {
	eth0 := append([]byte("eth0"), make([]byte, 12)...)
	lo := append([]byte("lo"), make([]byte, 14)...)
	jump := func(code int32, name string) Expr { return verdict(code, name) }
	allow := Chain{Family: unix.NFPROTO_INET, Table: "filter", Name: "allow", Rules: []Rule{rule([]Expr(tcp), port(), eq(0, 80), accept)}}
	tests := []struct {
		name   string
		chains []Chain
		sets   []Set
		want   Fate
		where  string
	}{
		{name: "no rules", want: Passes},
		{"policy accept", []Chain{inputChain(false)}, nil, Passes, ""},
		{"policy drop", []Chain{inputChain(true)}, nil, Drops, "chain inet filter input, whose policy is drop"},
		{"the port is accepted", []Chain{inputChain(true, rule([]Expr(tcp), port(), eq(0, 80), accept))}, nil, Passes, ""},
		{"another port is accepted", []Chain{inputChain(true, rule([]Expr(tcp), port(), eq(0, 22), accept))}, nil, Drops, "chain inet filter input, whose policy is drop"},
		{"another protocol is accepted", []Chain{inputChain(true, rule(meta(unix.NFT_META_L4PROTO), eq(unix.IPPROTO_UDP), port(), eq(0, 80), accept))}, nil, Drops, "chain inet filter input, whose policy is drop"},
		{"old connections alone", []Chain{inputChain(true, rule(states(2|4), accept))}, nil, Drops, "chain inet filter input, whose policy is drop"},
		{"new connections too", []Chain{inputChain(true, rule(states(2|8), accept))}, nil, Passes, ""},
		{"the loopback alone", []Chain{inputChain(true, rule(meta(unix.NFT_META_IIFNAME), eq(lo...), accept), rule(meta(unix.NFT_META_IIF), eq(bits32(1)...), accept))}, nil, Drops, "chain inet filter input, whose policy is drop"},
		{"the interface", []Chain{inputChain(true, rule(meta(unix.NFT_META_IIFNAME), eq(eth0...), accept))}, nil, Passes, ""},
		{"some clients", []Chain{inputChain(true, rule(source(), eq(192, 0, 2, 1), accept))}, nil, MayPass, ""},
		{"some clients are refused", []Chain{inputChain(false, rule(source(), eq(192, 0, 2, 1), drop))}, nil, Passes, ""},
		{"the port may be refused", []Chain{inputChain(false, rule([]Expr(tcp), port(), eq(0, 80), other, drop))}, nil, MayDrop, "rule 1 of chain inet filter input"},
		{"rejected", []Chain{inputChain(false, rule([]Expr(tcp), port(), eq(0, 80), Expr{Name: "reject"}))}, nil, Drops, "rule 1 of chain inet filter input"},
		{"rejected by xt", []Chain{inputChain(false, rule([]Expr(tcp), port(), eq(0, 80), Expr{Name: "counter"}, Expr{Name: "target", Target: "REJECT"}))}, nil, Drops, "rule 1 of chain inet filter input"},
		{"in another chain", []Chain{inputChain(true, rule(jump(unix.NFT_JUMP, "allow"))), allow}, nil, Passes, ""},
		{"perhaps in another chain", []Chain{inputChain(true, rule(other, jump(unix.NFT_JUMP, "allow"))), allow}, nil, MayPass, ""},
		{"goto does not come back", []Chain{inputChain(true, rule(jump(unix.NFT_GOTO, "none")), rule(accept)), {Family: unix.NFPROTO_INET, Table: "filter", Name: "none"}}, nil, Drops, "chain inet filter input, whose policy is drop"},
		{"a loop ends", []Chain{inputChain(true, rule(jump(unix.NFT_JUMP, "input")))}, nil, MayPass, ""},
		{"in a set", []Chain{inputChain(true, rule([]Expr(tcp), port(), in("s", 0), accept))},
			[]Set{{Family: unix.NFPROTO_INET, Table: "filter", Name: "s", Elements: []Element{{Key: []byte{0, 22}}, {Key: []byte{0, 80}}}}}, Passes, ""},
		{"not in a set", []Chain{inputChain(false, rule([]Expr(tcp), port(), in("s", 1), drop))},
			[]Set{{Family: unix.NFPROTO_INET, Table: "filter", Name: "s", Elements: []Element{{Key: []byte{0, 22}}}}}, Drops, "rule 1 of chain inet filter input"},
		{"in an interval", []Chain{inputChain(true, rule([]Expr(tcp), port(), in("s", 0), accept))},
			[]Set{{Family: unix.NFPROTO_INET, Table: "filter", Name: "s", Interval: true, Elements: []Element{{Key: []byte{0, 0}, End: true}, {Key: []byte{0, 70}}, {Key: []byte{0, 90}, End: true}}}}, Passes, ""},
		{"beside an interval", []Chain{inputChain(true, rule([]Expr(tcp), port(), in("s", 0), accept))},
			[]Set{{Family: unix.NFPROTO_INET, Table: "filter", Name: "s", Interval: true, Elements: []Element{{Key: []byte{0, 0}, End: true}, {Key: []byte{0, 70}}, {Key: []byte{0, 80}, End: true}}}}, Drops, "chain inet filter input, whose policy is drop"},
		{"by a map of verdicts", []Chain{inputChain(true, rule([]Expr(tcp), port(), Expr{Name: "lookup", From: 1, Set: "m", Judges: true}))},
			[]Set{{Family: unix.NFPROTO_INET, Table: "filter", Name: "m", Elements: []Element{{Key: []byte{0, 80}, Verdict: &Verdict{Code: verdictAccept}}}}}, Passes, ""},
		{"a set that nobody knows", []Chain{inputChain(true, rule([]Expr(tcp), port(), in("s", 0), accept))}, nil, MayPass, ""},
		{"a concatenation", []Chain{inputChain(true, rule([]Expr(tcp), port(), in("s", 0), accept))},
			[]Set{{Family: unix.NFPROTO_INET, Table: "filter", Name: "s", Elements: []Element{{Key: []byte{0, 80, 0, 0, 1, 2, 3, 4}}}}}, MayPass, ""},
		{"pulse's own table", []Chain{{Family: unix.NFPROTO_INET, Table: "pacu_hush", Name: "c", Base: true, Hook: unix.NF_INET_LOCAL_IN, Drops: true}}, nil, Passes, ""},
		{"IPv6's rules", []Chain{{Family: unix.NFPROTO_IPV6, Table: "filter", Name: "INPUT", Base: true, Hook: unix.NF_INET_LOCAL_IN, Drops: true}}, nil, Passes, ""},
		{"the second of two", []Chain{inputChain(false), {Family: unix.NFPROTO_IPV4, Table: "filter", Name: "INPUT", Base: true, Priority: 10, Hook: unix.NF_INET_LOCAL_IN, Drops: true}}, nil, Drops, "chain ip filter INPUT, whose policy is drop"},
	}
	p := Packet{Hook: unix.NF_INET_LOCAL_IN, Protocol: unix.IPPROTO_TCP, To: netip.MustParseAddr("10.77.0.100"), Port: 80, In: "eth0", InIndex: 2, New: true}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := &Ruleset{Chains: tt.chains, Sets: tt.sets}
			got, where := r.Judge(p)
			if tt.want == Passes || tt.want == MayPass {
				where = ""
			}
			if got != tt.want || where != tt.where {
				t.Errorf("%v at %q, want %v at %q", got, where, tt.want, tt.where)
			}
		})
	}
}
