package lvscf

import (
	"math/bits"
	"net/netip"
	"strconv"
	"strings"
)

// parseInt reads an integer as C's strtol does with base 0, over the whole of
// s: decimal, 0x hexadecimal, or 0 octal, with a sign.
func parseInt(s string) (n int64, ok bool) {
	if n, ok := decimal(s); ok {
		return n, true
	}
	if s == "" {
		return 0, false
	}
	digits, base := strings.TrimLeft(s, " "), 10
	sign := ""
	if digits != "" && (digits[0] == '-' || digits[0] == '+') {
		sign, digits = digits[:1], digits[1:]
	}
	switch {
	case len(digits) > 2 && digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X'):
		digits, base = digits[2:], 16
	case len(digits) > 1 && digits[0] == '0':
		digits, base = digits[1:], 8
	}
	if digits == "" || digits[0] == '-' || digits[0] == '+' || strings.Contains(digits, "_") {
		return 0, false
	}
	n, err := strconv.ParseInt(sign+digits, base, 64)
	return n, err == nil
}

// decimal reads the plain numbers that nearly all are.
func decimal(s string) (n int64, ok bool) {
	if s == "" || len(s) > 18 || s[0] == '0' && len(s) > 1 {
		return 0, false
	}
	for i := range len(s) {
		c := s[i] - '0'
		if c > 9 {
			return 0, false
		}
		n = n*10 + int64(c)
	}
	return n, true
}

// looksNumeric reports whether s can only be meant as an IPv4 address.
func looksNumeric(s string) bool {
	for i := range len(s) {
		if c := s[i]; c != '.' && (c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

// inetAton reads every form of an IPv4 address that C's inet_aton takes: one to
// four numbers, decimal, octal or hexadecimal, the last filling what is left.
func inetAton(s string) (a netip.Addr, ok bool) {
	parts := strings.Split(s, ".")
	if len(parts) > 4 {
		return a, false
	}
	var n uint64
	for i, part := range parts {
		if part == "" || part[0] < '0' || part[0] > '9' {
			return a, false
		}
		v, ok := parseInt(part)
		last := i == len(parts)-1
		width := 8
		if last {
			width = 8 * (5 - len(parts))
		}
		if !ok || v < 0 || v >= 1<<width {
			return a, false
		}
		n = n<<width | uint64(v)
	}
	return netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}), true
}

// parseAddr reads an address in its usual form, or any that inet_aton takes;
// odd tells the second.
func parseAddr(s string) (a netip.Addr, odd, ok bool) {
	if a, err := netip.ParseAddr(s); err == nil {
		return a, false, true
	}
	if s == "" || s[0] < '0' || s[0] > '9' || strings.Contains(s, ":") {
		return a, false, false
	}
	a, ok = inetAton(s)
	return a, true, ok
}

// A mask is a netmask as written.
type mask struct {
	bits   int
	family maskFamily
}

// A maskFamily says of which addresses a mask can be.
type maskFamily uint8

const (
	anyMask    maskFamily = iota // unset, or of a host: fits every address
	dottedMask                   // IPv4
	countMask                    // a number of bits: IPv6
)

// parseMask reads a netmask. holes tells of one whose bits are not one run.
func parseMask(s string) (m mask, holes, ok bool) {
	if n, isInt := decimal(s); isInt && n >= 1 && n <= 128 {
		return mask{int(n), countMask}, false, true
	}
	a, _, ok := parseAddr(s)
	if !ok || a.Zone() != "" {
		return m, false, false
	}
	if a.Is6() {
		n, whole := ones(a.AsSlice())
		return mask{n, countMask}, !whole, true
	}
	n, whole := ones(a.AsSlice())
	switch {
	case !whole:
		return m, true, true
	case n == 0 || n == 32:
		return mask{}, false, true
	}
	return mask{n, dottedMask}, false, true
}

// ones counts the leading ones of b, and reports whether there are no others.
func ones(b []byte) (n int, whole bool) {
	i := 0
	for i < len(b) && b[i] == 0xff {
		i++
	}
	if i == len(b) {
		return 8 * i, true
	}
	k := bits.LeadingZeros8(^b[i])
	whole = b[i]<<k == 0
	for _, c := range b[i+1:] {
		whole = whole && c == 0
	}
	return 8*i + k, whole
}

// dotted is the IPv4 netmask of n bits, as written.
func dotted(n int) string {
	a := ^uint32(0) << (32 - n)
	return netip.AddrFrom4([4]byte{byte(a >> 24), byte(a >> 16), byte(a >> 8), byte(a)}).String()
}

// hostName reports whether s can be the name of a host (RFC 1123), or of one
// that only /etc/hosts knows: underscores are let pass.
func hostName(s string) bool {
	if len(s) > 253 {
		return false
	}
	letters := 0
	for label := range strings.SplitSeq(strings.TrimSuffix(s, "."), ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			switch c := label[i]; {
			case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
				letters++
			case c >= '0' && c <= '9', c == '-', c == '_':
			default:
				return false
			}
		}
	}
	return letters > 0
}

// deviceName returns what is wrong with s as an interface and label, or "".
func deviceName(s string) string {
	name, _, labelled := strings.Cut(s, ":")
	switch {
	case name == "":
		return "has no interface name"
	case labelled && strings.HasSuffix(s, ":"):
		return "has no label after its colon"
	case len(s) > 15: // IFNAMSIZ, its NUL left out
		return "is longer than 15 bytes"
	case name == "." || name == ".." || strings.ContainsAny(s, "/ \t"):
		return "is no interface name"
	}
	return ""
}
