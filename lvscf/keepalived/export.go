package keepalived

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"pacu/lvscf"
	"pacu/lvscf/internal/draft"
)

// An exporter writes a keepalived.conf.
type exporter struct {
	b    strings.Builder
	lost []string
	said map[string]bool // what lost has
}

func (e *exporter) line(format string, args ...any) { fmt.Fprintf(&e.b, format+"\n", args...) }

func (e *exporter) lose(format string, args ...any) {
	if s := fmt.Sprintf(format, args...); !e.said[s] {
		e.said[s] = true
		e.lost = append(e.lost, s)
	}
}

// Export writes cfg as a keepalived.conf for the primary router, and says what
// of cfg keepalived has no word for. The backup's file differs in priority, and
// in unicast_src_ip and unicast_peer, which change places.
func Export(cfg *lvscf.Config) ([]byte, []string) {
	e := &exporter{said: make(map[string]bool)}
	e.line("! From an lvs.cf, for its primary router.")
	links := e.links(cfg)
	e.globals(cfg, links)
	e.vrrp(cfg, links)
	e.losses(cfg)
	marks := make(map[mark]string)
	for i := range cfg.Virtuals {
		v := &cfg.Virtuals[i]
		if !v.Active || cfg.Service != "lvs" {
			e.lose("virtual %s: it does not run", v.Name)
			continue
		}
		e.elsewhere(v)
		if v.Ports != nil && v.FWMark == 0 {
			e.lose("virtual %s: ports: keepalived needs a firewall mark for several: write one as its fwmark", v.Name)
			continue
		}
		if v.FWMark != 0 {
			key := mark{v.FWMark, v.VIP.Addr.Is6()}
			if first := marks[key]; first != "" {
				e.lose("virtual %s: virtual %s has its mark, and keepalived one virtual server for a mark", v.Name, first)
				continue
			}
			marks[key] = v.Name
		}
		check := e.check(v)
		for p := range strings.SplitSeq(v.Protocol, "+") {
			e.virtual(v, p, check)
			if v.FWMark != 0 {
				break // whatever the protocol
			}
		}
	}
	for i := range cfg.Failovers {
		if v := &cfg.Failovers[i]; !v.Active || cfg.Service != "fos" {
			e.lose("failover %s: it does not run", v.Name)
		} else {
			e.lose("failover %s: keepalived moves its address, and neither starts nor probes a service", v.Name)
		}
	}
	return []byte(e.b.String()), e.lost
}

// A mark is what tells services of firewall marks apart.
type mark struct {
	mark uint32
	six  bool
}

// globals writes global_defs, if there is anything to say.
func (e *exporter) globals(cfg *lvscf.Config, links []*link) {
	var lines []string
	if cfg.Keepalive%time.Second != 0 && len(links) > 0 {
		lines = append(lines, "vrrp_version 3")
	}
	var timeouts string
	for _, t := range []struct {
		name string
		d    time.Duration
	}{{"tcp", cfg.TCPTimeout}, {"tcpfin", cfg.TCPFinTimeout}, {"udp", cfg.UDPTimeout}} {
		if t.d != 0 {
			timeouts += " " + t.name + " " + draft.Seconds(t.d)
		}
	}
	if scripts(cfg) {
		// As pulse runs them; keepalived complains until it is told whom to trust.
		lines = append(lines, "enable_script_security", "script_user root")
	}
	if timeouts != "" {
		lines = append(lines, "lvs_timeouts"+timeouts)
	}
	if cfg.Exclusive {
		lines = append(lines, "lvs_flush")
	}
	switch {
	case cfg.SyncDaemon && !writable(cfg.SyncInterface):
		e.lose("syncdaemon: keepalived cannot write its device, %s", cfg.SyncInterface)
	case cfg.SyncDaemon && len(links) > 0:
		lines = append(lines, syncDaemon(cfg, links[0].name))
	case cfg.SyncDaemon:
		e.lose("syncdaemon: there is no address, and so no VRRP instance that it could follow")
	}
	if len(lines) > 0 {
		e.line("global_defs {\n    %s\n}", strings.Join(lines, "\n    "))
	}
}

// scripts reports whether the keepalived.conf of cfg names programs.
func scripts(cfg *lvscf.Config) bool {
	return len(cfg.ActiveCmd)+len(cfg.InactiveCmd)+len(cfg.TrackScripts) > 0 || slices.ContainsFunc(cfg.Virtuals, func(v lvscf.Virtual) bool {
		return v.Active && slices.ContainsFunc(v.Checks, func(k lvscf.Check) bool {
			return k.Kind == "program" && k.Expect == nil || k.Kind == "file" || k.Kind == "off"
		})
	})
}
