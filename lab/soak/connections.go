package soak

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"sync"
	"time"
)

// A finder tells which real server the routers gave a connection to.
type finder struct {
	site *site

	mu   sync.Mutex
	read time.Time // when the tables were read last
	seen map[netip.AddrPort]netip.Addr
}

// find returns the server's name, or nothing when no router's table has the
// client's address and port. Those who ask meanwhile share one reading.
func (f *finder) find(client netip.AddrPort) string {
	// The kernel shows the table a page at a time, and skips what moves
	// meanwhile.
	const tries = 4
	for range tries {
		if name := f.look(client); name != "" {
			return name
		}
	}
	return ""
}

func (f *finder) look(client netip.AddrPort) string {
	asked := time.Now()
	f.mu.Lock()
	defer f.mu.Unlock()
	if a, ok := f.seen[client]; ok {
		return nameOf(a)
	}
	if f.read.Before(asked) {
		f.read = time.Now()
		f.seen = map[netip.AddrPort]netip.Addr{}
		for _, r := range f.site.routers {
			// A table that cannot be read, of a router that is off, has nothing.
			all, _ := r.connections()
			for client, server := range all {
				f.seen[client] = server
			}
		}
	}
	if a, ok := f.seen[client]; ok {
		return nameOf(a)
	}
	return ""
}

// connections are those of IPVS, by client.
func (r *router) connections() (all map[netip.AddrPort]netip.Addr, err error) {
	var text []byte
	err = r.Do(func() (err error) {
		// Of this thread's network; /proc/net is that of the process.
		text, err = os.ReadFile("/proc/thread-self/net/ip_vs_conn")
		return err
	})
	if err != nil {
		return nil, err
	}
	return parseConnections(text)
}

// parseConnections reads /proc/net/ip_vs_conn (ip_vs_conn_seq_show in
// ip_vs_conn.c), IPv4 only:
//
//	Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData
//	TCP 0A0A0165 4E20 0A0A011E 0050 0A080821 0050 FIN_WAIT          9
func parseConnections(text []byte) (map[netip.AddrPort]netip.Addr, error) {
	all := map[netip.AddrPort]netip.Addr{}
	first := true
	for line := range bytes.Lines(text) {
		if first {
			first = false
			continue
		}
		f := bytes.Fields(line)
		if len(f) < 7 {
			return nil, fmt.Errorf("line of ip_vs_conn: %q", line)
		}
		client, err := parseAddr(f[1])
		if err != nil {
			return nil, err
		}
		port, err := strconv.ParseUint(string(f[2]), 16, 16)
		if err != nil {
			return nil, err
		}
		server, err := parseAddr(f[5])
		if err != nil {
			return nil, err
		}
		all[netip.AddrPortFrom(client, uint16(port))] = server
	}
	return all, nil
}

func parseAddr(text []byte) (netip.Addr, error) {
	var b [4]byte
	if len(text) != 2*len(b) {
		return netip.Addr{}, fmt.Errorf("address in ip_vs_conn: %q", text)
	}
	if _, err := hex.Decode(b[:], text); err != nil {
		return netip.Addr{}, fmt.Errorf("address in ip_vs_conn: %w", err)
	}
	return netip.AddrFrom4(b), nil
}
