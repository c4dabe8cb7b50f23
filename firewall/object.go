package firewall

import (
	"fmt"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// Our tables. Nothing else may use the names.
const (
	tableName = "pacu"
	// standIn does the work of the table while that is replaced. A packet
	// that is on its way from one chain to another in the very moment of a
	// transaction sees neither the old table's chain nor the new one's, so
	// the kernel's transactions alone would let one through now and then.
	standIn = "pacu_stand_in"
)

// A message is one of a batch, and says of what for the error.
type message struct {
	what  string
	kind  uint16 // NFT_MSG_*
	flags netlink.HeaderFlags
	body  []byte
}

func newTable(table string) (message, error) {
	return encode("table "+table, unix.NFT_MSG_NEWTABLE, netlink.Create, func(ae *netlink.AttributeEncoder) {
		ae.String(unix.NFTA_TABLE_NAME, table)
	})
}

func deleteTable(table string) (message, error) {
	return encode("table "+table, unix.NFT_MSG_DELTABLE, 0, func(ae *netlink.AttributeEncoder) {
		ae.String(unix.NFTA_TABLE_NAME, table)
	})
}

// A chain is a list of rules. With a kind it is called by the kernel at hook
// in the order of priority, else by other rules.
type chain struct {
	name     string
	kind     string // filter, route, nat, or empty
	hook     uint32 // NF_INET_*
	priority int32  // NF_IP_PRI_*
}

func (c chain) message(table string) (message, error) {
	return encode("chain "+c.name, unix.NFT_MSG_NEWCHAIN, netlink.Create, func(ae *netlink.AttributeEncoder) {
		ae.String(unix.NFTA_CHAIN_TABLE, table)
		ae.String(unix.NFTA_CHAIN_NAME, c.name)
		if c.kind == "" {
			return
		}
		ae.Nested(unix.NFTA_CHAIN_HOOK, func(ae *netlink.AttributeEncoder) error {
			ae.Uint32(unix.NFTA_HOOK_HOOKNUM, c.hook)
			ae.Uint32(unix.NFTA_HOOK_PRIORITY, uint32(c.priority))
			return nil
		})
		ae.String(unix.NFTA_CHAIN_TYPE, c.kind)
	})
}

// A rule is steps at the end of a chain.
type rule struct {
	chain string
	steps []expression
}

func (r rule) message(table string) (message, error) {
	return encode("rule of "+r.chain, unix.NFT_MSG_NEWRULE, netlink.Create|netlink.Append, func(ae *netlink.AttributeEncoder) {
		ae.String(unix.NFTA_RULE_TABLE, table)
		ae.String(unix.NFTA_RULE_CHAIN, r.chain)
		ae.Nested(unix.NFTA_RULE_EXPRESSIONS, func(ae *netlink.AttributeEncoder) error {
			for _, step := range r.steps {
				ae.Nested(unix.NFTA_LIST_ELEM, func(ae *netlink.AttributeEncoder) error {
					ae.String(unix.NFTA_EXPR_NAME, step.name)
					ae.Nested(unix.NFTA_EXPR_DATA, func(ae *netlink.AttributeEncoder) error {
						step.data(ae)
						return nil
					})
					return nil
				})
			}
			return nil
		})
	})
}

// A datatype is nft's idea of a value, TYPE_* of its datatype.h, by which it
// lists it in words. The kernel only keeps the number.
type datatype struct {
	number uint32
	bytes  int
}

var (
	ipv4Addr    = datatype{7, 4}
	ipv6Addr    = datatype{8, 16}
	inetProto   = datatype{12, 1}
	inetService = datatype{13, 2}
	markType    = datatype{19, 4}
	verdictType = datatype{unix.NFT_DATA_VERDICT, 0}
)

// A set is a set, or a map when it has a value.
type set struct {
	name     string
	id       uint32 // within the batch
	key      []datatype
	value    *datatype
	interval bool          // elements are from a key to a key
	timeout  time.Duration // after which an element leaves; 0 is never
	elements []element
}

// An element is a key of a set, or all from key to end.
type element struct {
	key, end []byte
	mark     []byte // the value of a map to marks
	chain    string // the value of a map to verdicts: where to go on
	comment  string
}

func (s set) message(table string) (message, error) {
	var number uint32
	length := 0
	for _, t := range s.key {
		number = number<<6 | t.number // nft's TYPE_BITS
		length += (t.bytes + 3) &^ 3
	}
	var flags uint32
	if s.value != nil {
		flags |= unix.NFT_SET_MAP
	}
	if s.interval {
		flags |= unix.NFT_SET_INTERVAL | setConcat
	}
	if s.timeout != 0 {
		flags |= unix.NFT_SET_TIMEOUT
	}
	return encode("map "+s.name, unix.NFT_MSG_NEWSET, netlink.Create, func(ae *netlink.AttributeEncoder) {
		ae.String(unix.NFTA_SET_TABLE, table)
		ae.String(unix.NFTA_SET_NAME, s.name)
		ae.Uint32(unix.NFTA_SET_FLAGS, flags)
		ae.Uint32(unix.NFTA_SET_KEY_TYPE, number)
		ae.Uint32(unix.NFTA_SET_KEY_LEN, uint32(length))
		if s.value != nil {
			ae.Uint32(unix.NFTA_SET_DATA_TYPE, s.value.number)
			if s.value.bytes > 0 {
				ae.Uint32(unix.NFTA_SET_DATA_LEN, uint32(s.value.bytes))
			}
		}
		ae.Uint32(unix.NFTA_SET_ID, s.id)
		if s.timeout != 0 {
			ae.Uint64(unix.NFTA_SET_TIMEOUT, uint64(s.timeout.Milliseconds()))
		}
		if s.interval {
			ae.Nested(unix.NFTA_SET_DESC, s.describeParts)
		}
		ae.Bytes(unix.NFTA_SET_USERDATA, s.byteOrders())
	})
}

// describeParts says where in a key one part ends and the next begins.
func (s set) describeParts(ae *netlink.AttributeEncoder) error {
	ae.Nested(descConcat, func(ae *netlink.AttributeEncoder) error {
		for _, t := range s.key {
			ae.Nested(unix.NFTA_LIST_ELEM, func(ae *netlink.AttributeEncoder) error {
				ae.Uint32(1, uint32(t.bytes)) // NFTA_SET_FIELD_LEN
				return nil
			})
		}
		return nil
	})
	return nil
}

// byteOrders tells nft how to read the numbers: NFTNL_UDATA_SET_KEYBYTEORDER
// and NFTNL_UDATA_SET_DATABYTEORDER, 1 for the host's and 2 for the network's.
func (s set) byteOrders() []byte {
	const host, network = 1, 2
	key := uint32(network)
	if s.key[0] == markType {
		key = host
	}
	b := nativeUint32([]byte{0, 4}, key)
	if s.value == &markType {
		b = nativeUint32(append(b, 1, 4), host)
	}
	return b
}

// chunk is how many elements go in one message: an attribute has at most
// 65,535 bytes, and an element of IPv6 with a long comment has 260.
const chunk = 200

func (s set) fill(table string) ([]message, error) {
	var out []message
	for from := 0; from < len(s.elements); from += chunk {
		part := s.elements[from:min(from+chunk, len(s.elements))]
		m, err := encode("elements of map "+s.name, unix.NFT_MSG_NEWSETELEM, netlink.Create, func(ae *netlink.AttributeEncoder) {
			ae.String(unix.NFTA_SET_ELEM_LIST_TABLE, table)
			ae.String(unix.NFTA_SET_ELEM_LIST_SET, s.name)
			ae.Uint32(unix.NFTA_SET_ELEM_LIST_SET_ID, s.id)
			ae.Nested(unix.NFTA_SET_ELEM_LIST_ELEMENTS, func(ae *netlink.AttributeEncoder) error {
				for _, e := range part {
					ae.Nested(unix.NFTA_LIST_ELEM, e.encode)
				}
				return nil
			})
		})
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

func (e element) encode(ae *netlink.AttributeEncoder) error {
	ae.Nested(unix.NFTA_SET_ELEM_KEY, dataValue(e.key))
	if e.end != nil {
		ae.Nested(elemKeyEnd, dataValue(e.end))
	}
	switch {
	case e.chain != "":
		ae.Nested(unix.NFTA_SET_ELEM_DATA, dataVerdict(unix.NFT_GOTO, e.chain))
	case e.mark != nil:
		ae.Nested(unix.NFTA_SET_ELEM_DATA, dataValue(e.mark))
	}
	if text := commentText(e.comment); text != "" {
		// NFTNL_UDATA_SET_ELEM_COMMENT, a string with its end.
		ae.Bytes(unix.NFTA_SET_ELEM_USERDATA, append([]byte{0, byte(len(text) + 1)}, text+"\x00"...))
	}
	return nil
}

// encode writes a message about a table of ours: struct nfgenmsg, then attributes
// in network byte order.
func encode(what string, kind uint16, flags netlink.HeaderFlags, attributes func(*netlink.AttributeEncoder)) (message, error) {
	ae := netlink.NewAttributeEncoder()
	ae.ByteOrder = networkOrder
	attributes(ae)
	b, err := ae.Encode()
	if err != nil {
		return message{}, fmt.Errorf("encode %s: %w", what, err)
	}
	return message{what, kind, flags, append([]byte{unix.NFPROTO_INET, unix.NFNETLINK_V0, 0, 0}, b...)}, nil
}
