package ipvs

import (
	"fmt"
	"strconv"
)

// A Protocol is an IP protocol number.
type Protocol uint16

// The protocols IPVS schedules.
const (
	TCP  Protocol = 6
	UDP  Protocol = 17
	SCTP Protocol = 132
)

// String is "tcp", "udp", "sctp", or the number.
func (p Protocol) String() string {
	switch p {
	case TCP:
		return "tcp"
	case UDP:
		return "udp"
	case SCTP:
		return "sctp"
	}
	return strconv.Itoa(int(p))
}

// ParseProtocol reads what String writes of the protocols named here. The
// error of anything else matches os.ErrInvalid.
func ParseProtocol(s string) (Protocol, error) {
	for _, p := range []Protocol{TCP, UDP, SCTP} {
		if s == p.String() {
			return p, nil
		}
	}
	return 0, fmt.Errorf("protocol %q: %w", s, invalid("want tcp, udp or sctp"))
}
