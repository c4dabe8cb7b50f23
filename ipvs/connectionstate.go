package ipvs

// A ConnectionState is how far a connection is: the kernel's number, which
// depends on the protocol.
type ConnectionState uint16

// States of TCP, IP_VS_TCP_S_* in include/net/ip_vs.h.
const (
	TCPNone ConnectionState = iota
	TCPEstablished
	TCPSynSent
	TCPSynReceived
	TCPFinWait
	TCPTimeWait
	TCPClose
	TCPCloseWait
	TCPLastAck
	TCPListen
	TCPSynAck
)

// The names of states, as the kernel prints them.
var (
	tcpStates = names("NONE", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT", "TIME_WAIT", "CLOSE",
		"CLOSE_WAIT", "LAST_ACK", "LISTEN", "SYNACK")
	sctpStates = names("NONE", "INIT1", "INIT", "COOKIE_SENT", "COOKIE_REPLIED", "COOKIE_WAIT", "COOKIE",
		"COOKIE_ECHOED", "ESTABLISHED", "SHUTDOWN_SENT", "SHUTDOWN_RECEIVED", "SHUTDOWN_ACK_SENT", "REJECTED", "CLOSED")
	udpStates      = names("UDP")
	templateStates = names("NONE", "ASSURED") // IP_VS_CTPL_S_*
	otherStates    = names("ERR!")            // the kernel has one state and no name for it
)

// States of SCTP, IP_VS_SCTP_S_*, that say how far it is.
const (
	sctpEstablished ConnectionState = 8
	sctpRejected    ConnectionState = 12
	sctpClosed      ConnectionState = 13
)

func names(list ...string) map[string]ConnectionState {
	m := make(map[string]ConnectionState, len(list))
	for i, n := range list {
		m[n] = ConnectionState(i)
	}
	return m
}

// Over tells whether no more than late packets are to be expected: the
// connection is closed and the kernel only waits until it may forget it.
func (c *Connection) Over() bool {
	switch {
	case c.Template:
		return false
	case c.Protocol == TCP:
		return c.State == TCPTimeWait || c.State == TCPClose
	case c.Protocol == SCTP:
		return c.State == sctpRejected || c.State == sctpClosed
	}
	return false
}

// inactive tells whether the kernel counts it among the inactive ones of its
// destination: tcp_state_active_table in ip_vs_proto_tcp.c, and set_sctp_state.
func (c *Connection) inactive() bool {
	switch {
	case c.Template:
		return false
	case c.Protocol == TCP:
		switch c.State {
		case TCPEstablished, TCPSynSent, TCPSynReceived, TCPSynAck:
			return false
		}
		return true
	case c.Protocol == SCTP:
		return c.State != sctpEstablished
	}
	return true
}
