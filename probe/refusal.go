package probe

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"golang.org/x/sys/unix"
)

// A refusal is what an ICMP error says of a datagram that was sent.
type refusal struct {
	v6         bool
	kind, code uint8      // type and code of ICMP or ICMPv6
	by         netip.Addr // who says so if not the server: a router on the way
	own        bool       // it is this router, whose kernel found nobody at the address
}

// Error names the refusal: host unreachable, says 10.0.0.254.
func (r refusal) Error() string {
	switch {
	case r.own:
		return r.words() + ", says this router"
	case r.by.IsValid():
		return r.words() + ", says " + r.by.String()
	}
	return r.words()
}

// words says what the error means (RFC 792, RFC 1812 section 5.2.7, RFC 4443
// section 3).
func (r refusal) words() string {
	type icmp struct {
		v6         bool
		kind, code uint8
	}
	if s, ok := map[icmp]string{
		{false, 3, 0}:  "network unreachable",
		{false, 3, 1}:  "host unreachable",
		{false, 3, 2}:  "protocol unreachable",
		{false, 3, 3}:  "port unreachable",
		{false, 3, 6}:  "network unknown",
		{false, 3, 7}:  "host unknown",
		{false, 3, 9}:  "network prohibited",
		{false, 3, 10}: "host prohibited",
		{false, 3, 13}: "filtered",
		{false, 11, 0}: "time to live exceeded",
		{true, 1, 0}:   "network unreachable",
		{true, 1, 1}:   "host prohibited",
		{true, 1, 2}:   "address beyond scope",
		{true, 1, 3}:   "host unreachable",
		{true, 1, 4}:   "port unreachable",
		{true, 1, 5}:   "filtered",
		{true, 1, 6}:   "route rejected",
		{true, 3, 0}:   "hop limit exceeded",
	}[icmp{r.v6, r.kind, r.code}]; ok {
		return s
	}
	name := "ICMP"
	if r.v6 {
		name = "ICMPv6"
	}
	return fmt.Sprintf("refused by %s type %d code %d", name, r.kind, r.code)
}

const (
	extendedErrorBytes = 16 // of struct sock_extended_err (linux/errqueue.h)
	originICMP         = 2  // SO_EE_ORIGIN_ICMP
	originICMP6        = 3  // SO_EE_ORIGIN_ICMP6
)

// parseRefusal finds the ICMP error in the control messages of a queue of
// errors: a struct sock_extended_err with the address of who sent it behind.
func parseRefusal(oob []byte) (refusal, bool) {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return refusal{}, false
	}
	for _, m := range messages {
		v4 := m.Header.Level == unix.SOL_IP && m.Header.Type == unix.IP_RECVERR
		v6 := m.Header.Level == unix.SOL_IPV6 && m.Header.Type == unix.IPV6_RECVERR
		b := m.Data
		if !v4 && !v6 || len(b) < extendedErrorBytes {
			continue
		}
		r := refusal{v6: b[4] == originICMP6, kind: b[5], code: b[6]}
		if b[4] != originICMP && b[4] != originICMP6 {
			continue
		}
		r.by = offender(b[extendedErrorBytes:])
		return r, true
	}
	return refusal{}, false
}

// offender is the address of a struct sockaddr_in or sockaddr_in6.
func offender(b []byte) netip.Addr {
	if len(b) < 2 {
		return netip.Addr{}
	}
	switch family := binary.NativeEndian.Uint16(b); {
	case family == unix.AF_INET && len(b) >= 8:
		return netip.AddrFrom4([4]byte(b[4:8]))
	case family == unix.AF_INET6 && len(b) >= 24:
		return netip.AddrFrom16([16]byte(b[8:24])).Unmap()
	}
	return netip.Addr{}
}
