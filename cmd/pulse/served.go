package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// servedFile has the counters of all IPVS services together. From the kernel's
// net/netfilter/ipvs/ip_vs_ctl.c, ip_vs_stats_show: two lines of headings, then
// the totals in hexadecimal, of which the first are the connections.
//
//	Total Incoming Outgoing         Incoming         Outgoing
//	Conns  Packets  Packets            Bytes            Bytes
//	   1F      2A1        0            1C2D4                0
const servedFile = "/proc/net/ip_vs_stats"

// served is how many connections IPVS has scheduled on this router; those that
// it learned from the partner do not count.
func served() (uint64, error) {
	f, err := os.Open(servedFile)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return parseServed(io.LimitReader(f, 4<<10))
}

// servedClients is served without the checks through VIPs, which IPVS schedules
// as well. The kernel's totals do not tell them apart, so it then reads the
// whole table of services.
func (p *pulse) servedClients() (n uint64, err error) {
	c := p.current().cluster
	if !c.ChecksThrough() {
		return served()
	}
	statuses, err := p.view.Services()
	for i := range statuses {
		if s := c.Service(statuses[i].Key); s == nil || !s.Through {
			n += statuses[i].Stats.Connections
		}
	}
	return n, err
}

func parseServed(r io.Reader) (uint64, error) {
	lines := bufio.NewScanner(r)
	for range 3 {
		if !lines.Scan() {
			return 0, fmt.Errorf("%s: %w", servedFile, errors.Join(io.ErrUnexpectedEOF, lines.Err()))
		}
	}
	first, _, _ := strings.Cut(strings.TrimSpace(lines.Text()), " ")
	n, err := strconv.ParseUint(first, 16, 64)
	if err != nil {
		return 0, fmt.Errorf("%s: connections: %w", servedFile, err)
	}
	return n, nil
}
