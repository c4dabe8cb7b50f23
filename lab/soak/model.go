package soak

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// schedulers are those that the virtuals change between.
var schedulers = []string{"wlc", "rr", "wrr", "lc", "sed"}

const (
	probeEvery = 3 * time.Second // lvs.cf's timeout: the interval, and the limit of a probe
	deadtime   = 5 * time.Second
	// detection is the longest that a dead server may be given connections: an
	// interval, a probe's limit, and what a busy emulated machine adds.
	detection = 2*probeEvery + 2*time.Second
	mark      = 80 // of virtual many
)

// A model is what lvs.cf says, and the state of the real servers.
type model struct {
	serial  int
	web     string // scheduler of virtual web
	many    string // of virtual many
	extra   bool   // there is a third virtual, which nobody uses
	servers [servers]struct {
		weight  int
		removed bool // it is not in lvs.cf
		drained bool
		dead    bool
	}
}

func newModel() model {
	m := model{serial: 1, web: "wlc", many: "rr"}
	for i := range m.servers {
		m.servers[i].weight = 1
	}
	return m
}

// serving are the servers that may be given connections.
func (m *model) serving() []int {
	var list []int
	for i, s := range m.servers {
		if !s.removed && !s.drained && !s.dead {
			list = append(list, i)
		}
	}
	return list
}

// calm tells that all servers serve.
func (m *model) calm() bool { return len(m.serving()) == servers }

// file is the lvs.cf.
func (m *model) file() string {
	var b strings.Builder
	fmt.Fprintf(&b, `serial_no = %d
primary = 10.10.1.1
primary_private = 10.8.8.1
service = lvs
backup_active = 1
backup = 10.10.1.2
backup_private = 10.8.8.2
heartbeat = 1
heartbeat_port = 539
keepalive = 1
deadtime = %d
network = nat
nat_router = %s eth1:0
nat_nmask = 255.255.255.0
tcp_timeout = 30
tcpfin_timeout = 10
monitor_links = 1
syncdaemon = 1
syncd_iface = eth1
`, m.serial, int(deadtime.Seconds()), natRouter)
	virtual := func(name, where, scheduler string) {
		fmt.Fprintf(&b, "virtual %s {\n     active = 1\n%s     scheduler = %s\n     protocol = tcp\n"+
			"     send = \"GET / HTTP/1.0\\r\\n\\r\\n\"\n     expect = \"HTTP\"\n     timeout = %d\n     reentry = %d\n     leaving = keep\n",
			name, where, scheduler, int(probeEvery.Seconds()), int(probeEvery.Seconds()))
		for i, s := range m.servers {
			if !s.removed {
				fmt.Fprintf(&b, "     server %s {\n         address = %s\n         active = 1\n         weight = %d\n     }\n", serverName(i), serverAddr(i), s.weight)
			}
		}
		b.WriteString("}\n")
	}
	virtual("web", fmt.Sprintf("     address = %s eth0:1\n     port = 80\n", webVIP), m.web)
	virtual("many", fmt.Sprintf("     address = %s eth0:2\n     fwmark = %d\n     port = 8080\n     ports = 8080,8443\n", manyVIP, mark), m.many)
	if m.extra {
		virtual("extra", fmt.Sprintf("     address = %s eth0:1\n     port = 8080\n", webVIP), "rr")
	}
	return b.String()
}

// table is what ipvsadm -Sn shows when all is as lvs.cf says, every server that
// serves is up with its full weight, and no other has connections left.
func (m *model) table() []string {
	var list []string
	service := func(name, scheduler string, port int) {
		list = append(list, fmt.Sprintf("-A %s -s %s", name, scheduler))
		for _, i := range m.serving() {
			list = append(list, fmt.Sprintf("-a %s -r %s:%d -m -w %d", name, serverAddr(i), port, m.servers[i].weight))
		}
	}
	service(fmt.Sprintf("-t %s:80", webVIP), m.web, 80)
	service(fmt.Sprintf("-f %d", mark), m.many, 0)
	if m.extra {
		service(fmt.Sprintf("-t %s:8080", webVIP), "rr", 8080)
	}
	slices.Sort(list)
	return list
}

// missing are the lines that should be in the table and are not. A weight above
// 0 is as good as another: servers that came back rise slowly.
func (m *model) missing(table []string) []string {
	have := map[string]bool{}
	for _, line := range table {
		have[weightless(line)] = true
	}
	var list []string
	for _, line := range m.table() {
		if line = weightless(line); !have[line] {
			list = append(list, line)
		}
	}
	return list
}

// weightless is a line of ipvsadm -Sn with N for any weight above 0.
func weightless(line string) string {
	rest, weight, ok := strings.Cut(line, " -w ")
	switch {
	case !ok:
		return line
	case weight == "0":
		return rest + " -w 0"
	}
	return rest + " -w N"
}

func lines(text string) []string {
	var list []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	slices.Sort(list)
	return list
}
