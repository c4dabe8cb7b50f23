package ipvs

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"time"
)

// Of net/netfilter/ipvs/ip_vs_sync.c and include/uapi/linux/ip_vs.h: version 1
// of the protocol in which sync daemons tell of connections.
const (
	syncVersion = 1
	syncHeader  = 8  // struct ip_vs_sync_mesg
	syncConnV4  = 36 // struct ip_vs_sync_v4
	syncConnV6  = 72 // struct ip_vs_sync_v6
	syncIsV6    = 1  // STYPE_F_INET6

	syncEngineData = 2 // IPVS_OPT_PE_DATA
	syncEngineName = 3 // IPVS_OPT_PE_NAME

	connInactive = 0x0100 // IP_VS_CONN_F_INACTIVE
	connTemplate = 0x1000 // IP_VS_CONN_F_TEMPLATE

	maxSyncConns = 255 // nr_conns is a byte
	maxSyncLen   = 65535 - 60 - 8
)

// A SyncConnection is a Connection with what another router must know of its
// service.
type SyncConnection struct {
	Connection
	Forward Forward
	FWMark  uint32 // of the service; 0 for none
	// Timeout is how long it lives from its last packet on, in whole seconds;
	// 0 is the receiver's own time for the state. A template needs it.
	Timeout time.Duration
}

func (c *SyncConnection) check() error {
	v4 := c.Virtual.Addr().Is4()
	switch {
	case !c.Client.IsValid() || !c.Virtual.IsValid() || !c.Destination.IsValid():
		return invalid("no address")
	case c.Client.Addr().Is4() != v4 || c.Destination.Addr().Is4() != v4:
		return invalid("the sync protocol has no room for two address families")
	case c.Protocol > 255:
		return invalid("no protocol " + c.Protocol.String())
	case c.Timeout < 0 || c.Timeout > maxTimeout:
		return invalid("timeout " + c.Timeout.String() + " is not between 0 and 31 days")
	case len(c.Engine) > maxName || len(c.EngineData) > 255 || (c.Engine == "") != (c.EngineData == ""):
		return invalid("no data of a persistence engine")
	}
	return nil
}

// flags are IP_VS_CONN_F_*.
func (c *SyncConnection) flags() uint32 {
	f := uint32(c.Forward) & forwardMask
	if c.Template {
		f |= connTemplate
	} else if c.inactive() {
		f |= connInactive
	}
	return f
}

// A syncMessage tells of connections.
type syncMessage struct {
	buf []byte
	max int // bytes
}

// newSyncMessage makes an empty one of a cluster. Max is the sync daemon's
// MaxLen; there is room for one connection whatever it is, as in the kernel.
func newSyncMessage(id uint8, max int) *syncMessage {
	m := &syncMessage{max: min(max, maxSyncLen), buf: make([]byte, syncHeader, syncHeader+max)}
	m.buf[1], m.buf[5] = id, syncVersion
	return m
}

func (m *syncMessage) conns() int { return int(m.buf[4]) }

func (m *syncMessage) reset() {
	m.buf = m.buf[:syncHeader]
	m.buf[4] = 0
}

// add adds a connection, unless there is no room for it. An error means that it
// cannot be told.
func (m *syncMessage) add(c *SyncConnection) (fits bool, err error) {
	if err := c.check(); err != nil {
		return false, fmt.Errorf("tell of connection %s from %s to %s: %w", c.Protocol, c.Client, c.Virtual, err)
	}
	size := syncConnV4
	if c.Virtual.Addr().Is6() {
		size = syncConnV6
	}
	if c.Engine != "" {
		size += 2 + len(c.EngineData) + 2 + len(c.Engine)
	}
	pad := -len(m.buf) & 3
	if m.conns() == maxSyncConns || m.conns() > 0 && len(m.buf)+pad+size > m.max {
		return false, nil
	}
	b := append(m.buf, make([]byte, pad)...)
	kind := byte(0)
	if c.Virtual.Addr().Is6() {
		kind = syncIsV6
	}
	big := binary.BigEndian
	b = append(b, kind, byte(c.Protocol))
	b = big.AppendUint16(b, uint16(size)) // its upper four bits are a version: 0
	b = big.AppendUint32(b, c.flags())
	b = big.AppendUint16(b, uint16(c.State))
	for _, p := range []netip.AddrPort{c.Client, c.Virtual, c.Destination} {
		b = big.AppendUint16(b, p.Port())
	}
	b = big.AppendUint32(b, c.FWMark)
	b = big.AppendUint32(b, uint32(c.Timeout/time.Second))
	for _, p := range []netip.AddrPort{c.Client, c.Virtual, c.Destination} {
		b = append(b, p.Addr().AsSlice()...)
	}
	if c.Engine != "" {
		b = append(append(b, syncEngineData, byte(len(c.EngineData))), c.EngineData...)
		b = append(append(b, syncEngineName, byte(len(c.Engine))), c.Engine...)
	}
	b[4]++
	big.PutUint16(b[2:], uint16(len(b)))
	m.buf = b
	return true, nil
}
