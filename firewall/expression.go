package firewall

import (
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// An expression is one step of a rule. Steps hand values on in registers; one
// that finds no value ends the rule.
type expression struct {
	name string
	data func(*netlink.AttributeEncoder)
}

// Registers. The first 16-byte register and the first four 4-byte ones are the
// same; longer keys are spread over the 4-byte ones that follow.
const (
	verdictRegister = unix.NFT_REG_VERDICT
	firstRegister   = unix.NFT_REG32_00 // where keys begin
	secondRegister  = unix.NFT_REG32_00 + 4
)

// Of linux/netfilter/nf_tables.h, which package unix lacks.
const (
	setConcat  = 0x80
	descConcat = 2  // NFTA_SET_DESC_CONCAT
	elemKeyEnd = 10 // NFTA_SET_ELEM_KEY_END
)

// verdictDrop is NF_DROP of linux/netfilter.h.
const verdictDrop = 0

// loadPayload takes length bytes of the packet.
func loadPayload(base, offset, length, to uint32) expression {
	return expression{"payload", func(ae *netlink.AttributeEncoder) {
		ae.Uint32(unix.NFTA_PAYLOAD_DREG, to)
		ae.Uint32(unix.NFTA_PAYLOAD_BASE, base)
		ae.Uint32(unix.NFTA_PAYLOAD_OFFSET, offset)
		ae.Uint32(unix.NFTA_PAYLOAD_LEN, length)
	}}
}

// loadMeta takes what the kernel knows of the packet, NFT_META_*.
func loadMeta(key, to uint32) expression {
	return expression{"meta", func(ae *netlink.AttributeEncoder) {
		ae.Uint32(unix.NFTA_META_KEY, key)
		ae.Uint32(unix.NFTA_META_DREG, to)
	}}
}

// setMark gives the packet the mark.
func setMark(from uint32) expression {
	return expression{"meta", func(ae *netlink.AttributeEncoder) {
		ae.Uint32(unix.NFTA_META_KEY, unix.NFT_META_MARK)
		ae.Uint32(unix.NFTA_META_SREG, from)
	}}
}

// loadOriginal takes of the connection what its first packet had, NFT_CT_*.
func loadOriginal(key, to uint32) expression {
	return expression{"ct", func(ae *netlink.AttributeEncoder) {
		ae.Uint32(unix.NFTA_CT_KEY, key)
		ae.Uint32(unix.NFTA_CT_DREG, to)
		ae.Uint8(unix.NFTA_CT_DIRECTION, 0) // IP_CT_DIR_ORIGINAL
	}}
}

// compare ends the rule unless the register is op, NFT_CMP_*, value.
func compare(register, op uint32, value []byte) expression {
	return expression{"cmp", func(ae *netlink.AttributeEncoder) {
		ae.Uint32(unix.NFTA_CMP_SREG, register)
		ae.Uint32(unix.NFTA_CMP_OP, op)
		ae.Nested(unix.NFTA_CMP_DATA, dataValue(value))
	}}
}

// mask keeps the bits of the register that are set in bits.
func mask(register uint32, bits []byte) expression {
	return expression{"bitwise", func(ae *netlink.AttributeEncoder) {
		ae.Uint32(unix.NFTA_BITWISE_SREG, register)
		ae.Uint32(unix.NFTA_BITWISE_DREG, register)
		ae.Uint32(unix.NFTA_BITWISE_LEN, uint32(len(bits)))
		ae.Nested(unix.NFTA_BITWISE_MASK, dataValue(bits))
		ae.Nested(unix.NFTA_BITWISE_XOR, dataValue(make([]byte, len(bits))))
	}}
}

// lookup ends the rule unless the key is in the set.
func lookup(set string, from uint32) expression {
	return expression{"lookup", func(ae *netlink.AttributeEncoder) {
		ae.String(unix.NFTA_LOOKUP_SET, set)
		ae.Uint32(unix.NFTA_LOOKUP_SREG, from)
	}}
}

// lookupIn ends the rule unless the key is in the map, and takes its value.
func lookupIn(set string, from, to uint32) expression {
	return expression{"lookup", func(ae *netlink.AttributeEncoder) {
		ae.String(unix.NFTA_LOOKUP_SET, set)
		ae.Uint32(unix.NFTA_LOOKUP_SREG, from)
		ae.Uint32(unix.NFTA_LOOKUP_DREG, to)
	}}
}

// load takes a constant.
func load(value []byte, to uint32) expression {
	return expression{"immediate", func(ae *netlink.AttributeEncoder) {
		ae.Uint32(unix.NFTA_IMMEDIATE_DREG, to)
		ae.Nested(unix.NFTA_IMMEDIATE_DATA, dataValue(value))
	}}
}

// judge ends the rule with a verdict, NFT_* or verdictDrop, about the chain if it needs one.
func judge(code int32, chain string) expression {
	return expression{"immediate", func(ae *netlink.AttributeEncoder) {
		ae.Uint32(unix.NFTA_IMMEDIATE_DREG, verdictRegister)
		ae.Nested(unix.NFTA_IMMEDIATE_DATA, dataVerdict(code, chain))
	}}
}

// translate gives the connection a source address of NFPROTO_IPV4 or
// NFPROTO_IPV6 between those in the registers, which may be the same.
func translate(proto, first, last uint32) expression {
	return expression{"nat", func(ae *netlink.AttributeEncoder) {
		ae.Uint32(unix.NFTA_NAT_TYPE, unix.NFT_NAT_SNAT)
		ae.Uint32(unix.NFTA_NAT_FAMILY, proto)
		ae.Uint32(unix.NFTA_NAT_REG_ADDR_MIN, first)
		if last != first {
			ae.Uint32(unix.NFTA_NAT_REG_ADDR_MAX, last)
		}
	}}
}

// masquerade gives the connection the address of the interface it leaves by.
func masquerade() expression {
	return expression{"masq", func(*netlink.AttributeEncoder) {}}
}

func dataValue(value []byte) func(*netlink.AttributeEncoder) error {
	return func(ae *netlink.AttributeEncoder) error {
		ae.Bytes(unix.NFTA_DATA_VALUE, value)
		return nil
	}
}

func dataVerdict(code int32, chain string) func(*netlink.AttributeEncoder) error {
	return func(ae *netlink.AttributeEncoder) error {
		ae.Nested(unix.NFTA_DATA_VERDICT, func(ae *netlink.AttributeEncoder) error {
			ae.Uint32(unix.NFTA_VERDICT_CODE, uint32(code))
			if chain != "" {
				ae.String(unix.NFTA_VERDICT_CHAIN, chain)
			}
			return nil
		})
		return nil
	}
}
