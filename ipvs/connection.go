package ipvs

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strconv"
	"time"
)

// ConnectionTable is where the kernel lists the connections of the reading
// thread's network namespace: ip_vs_conn_seq_show in
// net/netfilter/ipvs/ip_vs_conn.c.
const ConnectionTable = "/proc/thread-self/net/ip_vs_conn"

// A Connection is an entry of the kernel's connection table.
type Connection struct {
	Protocol Protocol // 0: a Template of a service by firewall mark
	Client   netip.AddrPort
	// Virtual of a Template by firewall mark has the mark for an address.
	Virtual     netip.AddrPort
	Destination netip.AddrPort // its real server; may be of the other family
	State       ConnectionState
	// Template: no connection, but what a client's next ones go by, of a
	// persistent service. The kernel does not say so; its client has no port,
	// which few connections of FTP have in common with it.
	Template bool
	Expires  time.Duration // when nothing more is heard, in whole seconds
	// Engine is the persistence engine of a Template, with what it knows the
	// client by; empty for the address.
	Engine, EngineData string
}

// ReadConnections calls f with the connections of the calling thread's network
// namespace, one after the other, as the kernel lists them: while others come
// and go, one may be missed or come twice. An error of f ends it and is
// returned. A kernel without IPVS matches os.ErrNotExist.
func ReadConnections(f func(*Connection) error) error {
	table, err := os.Open(ConnectionTable)
	if err != nil {
		return fmt.Errorf("read connections: %w", err)
	}
	defer table.Close()
	return ParseConnections(table, f)
}

// maxConnectionLine bounds a line: IPv6 takes less than 200 bytes, data of a
// persistence engine at most 255 more.
const maxConnectionLine = 1024

// ParseConnections is ReadConnections of any text. A line that makes no sense
// is left out; the first one's error is returned after all others were read.
// The Connection is f's only until f returns.
func ParseConnections(r io.Reader, f func(*Connection) error) error {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, maxConnectionLine), maxConnectionLine)
	var odd error
	var c Connection
	for n := 1; s.Scan(); n++ {
		if n == 1 && bytes.HasPrefix(s.Bytes(), []byte("Pro ")) {
			continue // what the columns are
		}
		if err := c.parse(s.Bytes()); err != nil {
			if odd == nil {
				odd = fmt.Errorf("read connections: line %d: %w", n, err)
			}
			continue
		}
		if err := f(&c); err != nil {
			return err
		}
	}
	if err := s.Err(); err != nil {
		return fmt.Errorf("read connections: %w", err)
	}
	return odd
}

// parse reads a line: protocol, client, its port, virtual service, its port,
// destination, its port, state, seconds; then the engine, if any, and its data.
func (c *Connection) parse(line []byte) error {
	*c = Connection{}
	var fields [11][]byte
	n := 0
	for w := range bytes.FieldsSeq(line) {
		if n == len(fields) {
			return invalid("too many words")
		}
		fields[n] = w
		n++
	}
	if n < 9 {
		return invalid("too few words")
	}
	var err error
	if c.Protocol, err = parseConnectionProtocol(fields[0]); err != nil {
		return err
	}
	for i, p := range []*netip.AddrPort{&c.Client, &c.Virtual, &c.Destination} {
		if *p, err = parseHexAddrPort(fields[1+2*i], fields[2+2*i]); err != nil {
			return err
		}
	}
	if c.Client.Addr().Is4() != c.Virtual.Addr().Is4() {
		return invalid("client and virtual service are of two families")
	}
	seconds, err := strconv.ParseUint(string(fields[8]), 10, 32)
	if err != nil {
		return invalid("it expires in no number of seconds")
	}
	c.Expires = time.Duration(seconds) * time.Second
	if n == 10 {
		return invalid("a persistence engine without data")
	}
	c.Engine, c.EngineData = string(fields[9]), string(fields[10])
	return c.parseState(fields[7])
}

// parseState tells templates from connections by the way, see Template.
func (c *Connection) parseState(name []byte) error {
	list := otherStates
	switch c.Protocol {
	case TCP:
		list = tcpStates
	case UDP:
		list = udpStates
	case SCTP:
		list = sctpStates
	}
	if c.Client.Port() == 0 {
		if s, ok := templateStates[string(name)]; ok {
			c.State, c.Template = s, true
			return nil
		}
	}
	s, ok := list[string(name)]
	if !ok {
		return invalid("unknown state")
	}
	c.State = s
	return nil
}

// parseConnectionProtocol reads a name of ip_vs_proto_name.
func parseConnectionProtocol(word []byte) (Protocol, error) {
	switch string(word) {
	case "TCP":
		return TCP, nil
	case "UDP":
		return UDP, nil
	case "SCTP":
		return SCTP, nil
	case "IP":
		return 0, nil
	}
	number, ok := bytes.CutPrefix(word, []byte("IP_"))
	n, err := strconv.ParseUint(string(number), 10, 8)
	if !ok || err != nil {
		return 0, invalid("unknown protocol")
	}
	return Protocol(n), nil
}

// parseHexAddrPort reads 0A000001 0050, or the eight groups of an address of
// IPv6 with all their digits, and a port.
func parseHexAddrPort(addr, port []byte) (netip.AddrPort, error) {
	var raw [16]byte
	digits := 0
	for i, d := range addr {
		if d == ':' {
			if len(addr) != 39 || i%5 != 4 {
				return netip.AddrPort{}, invalid("no address")
			}
			continue
		}
		v, ok := hexDigit(d)
		if !ok || digits == 32 {
			return netip.AddrPort{}, invalid("no address")
		}
		raw[digits/2] = raw[digits/2]<<4 | v
		digits++
	}
	var p uint16
	for _, d := range port {
		v, ok := hexDigit(d)
		if !ok || len(port) != 4 {
			return netip.AddrPort{}, invalid("no port")
		}
		p = p<<4 | uint16(v)
	}
	switch {
	case len(port) != 4:
		return netip.AddrPort{}, invalid("no port")
	case len(addr) == 8 && digits == 8:
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(raw[:4])), p), nil
	case len(addr) == 39 && digits == 32:
		// As it is: one of IPv4 written as IPv6 is of the family IPv6 all the same.
		return netip.AddrPortFrom(netip.AddrFrom16(raw), p), nil
	}
	return netip.AddrPort{}, invalid("no address")
}

func hexDigit(d byte) (byte, bool) {
	switch {
	case d >= '0' && d <= '9':
		return d - '0', true
	case d >= 'a' && d <= 'f':
		return d - 'a' + 10, true
	case d >= 'A' && d <= 'F':
		return d - 'A' + 10, true
	}
	return 0, false
}
