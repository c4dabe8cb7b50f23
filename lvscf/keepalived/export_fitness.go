package keepalived

import (
	"fmt"
	"strings"
	"time"

	"pacu/lvscf"
)

// longestDelay is the longest preempt_delay of keepalived.
const longestDelay = 1000 * time.Second

// role writes whether the role is taken back: keepalived wants BACKUP where it
// is not, and where there is a delay.
func (e *exporter) role(cfg *lvscf.Config) {
	switch delay := cfg.PreemptDelay; {
	case !cfg.Preempt:
		e.line("    state BACKUP")
		e.line("    nopreempt")
	case delay == 0:
		e.line("    state MASTER")
	default:
		if delay > longestDelay {
			delay = longestDelay
			e.lose("preempt_delay: keepalived's ends at %d seconds", longestDelay/time.Second)
		}
		e.line("    state BACKUP")
		e.line("    preempt_delay %d", (delay+time.Second-1)/time.Second)
	}
}

// trackScripts writes the vrrp_scripts, and returns their names.
func (e *exporter) trackScripts(cfg *lvscf.Config) []string {
	var names []string
	taken := make(map[string]bool)
	for i := range cfg.TrackScripts {
		t := &cfg.TrackScripts[i]
		command := strings.Join(t.Command, " ")
		name := scriptName(t.Name)
		switch {
		case !t.Active:
			e.lose("track_script %s: it does not run", t.Name)
			continue
		case strings.Contains(command, `"`):
			e.lose("track_script %s: keepalived has no quotes in a command", t.Name)
			continue
		case taken[name]:
			e.lose("track_script %s: keepalived has no such name, and %s is taken", t.Name, name)
			continue
		}
		taken[name] = true
		names = append(names, name)
		if t.Interval%time.Second != 0 || t.Timeout%time.Second != 0 {
			e.lose("track_script %s: keepalived's interval and timeout are whole seconds", t.Name)
		}
		e.line("vrrp_script %s {", name)
		e.line("    script \"%s\"", command)
		e.line("    interval %d", (t.Interval+time.Second-1)/time.Second)
		e.line("    timeout %d", (t.Timeout+time.Second-1)/time.Second)
		e.line("    rise %d", t.Rise)
		e.line("    fall %d", t.Fall)
		e.line("}")
	}
	return names
}

// scriptName is name as one word of keepalived.conf.
func scriptName(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r) {
			return r
		}
		return '_'
	}, name)
}

// tracks writes that an instance follows the scripts of these names.
func (e *exporter) tracks(names []string) {
	if len(names) > 0 {
		e.line("    track_script {\n        %s\n    }", strings.Join(names, "\n        "))
	}
}

// syncDaemon is the sync daemon of cfg, which follows an instance.
func syncDaemon(cfg *lvscf.Config, instance string) string {
	line := fmt.Sprintf("lvs_sync_daemon %s %s id %d", cfg.SyncInterface, instance, cfg.SyncID)
	if cfg.SyncMaxLen != 0 {
		line += fmt.Sprintf(" maxlen %d", cfg.SyncMaxLen)
	}
	if cfg.SyncPort != 0 {
		line += fmt.Sprintf(" port %d", cfg.SyncPort)
	}
	if cfg.SyncTTL != 0 {
		line += fmt.Sprintf(" ttl %d", cfg.SyncTTL)
	}
	if cfg.SyncGroup.IsValid() {
		line += fmt.Sprintf(" group %s", cfg.SyncGroup)
	}
	return line
}

// losses says what keepalived has no word for, of the pair of routers.
func (e *exporter) losses(cfg *lvscf.Config) {
	if len(cfg.HeartbeatPaths) > 0 {
		e.lose("heartbeat_path: an instance of keepalived speaks over one interface")
	}
	if len(cfg.Witnesses) > 0 {
		e.lose("witness: write a vrrp_script that asks them")
	}
	if cfg.MinServers > 0 {
		e.lose("min_servers: keepalived does not count them")
	}
	if len(cfg.Notify) > 0 {
		e.lose("notify: keepalived tells its notify script by arguments, and not by its environment")
	}
}
