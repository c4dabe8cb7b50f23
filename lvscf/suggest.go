package lvscf

import "strings"

// nearest returns the one of words that somebody who wrote s most likely
// meant, or "". The first of equals wins.
func nearest(s string, words []string) string {
	s = strings.ToLower(strings.ReplaceAll(s, "-", "_"))
	if len(s) > 40 { // longer than any word of ours by far
		return ""
	}
	best, at := "", 1+len(s)/4
	for _, w := range words {
		if d := distance(s, w); d < at || d == at && best == "" {
			best, at = w, d
		}
	}
	return best
}

// distance is how many letters to change, add, drop or swap with their
// neighbour make b of a (optimal string alignment).
func distance(a, b string) int {
	var two []int
	one, now := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range one {
		one[j] = j
	}
	for i := 1; i <= len(a); i++ {
		now[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			now[j] = min(one[j]+1, now[j-1]+1, one[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], two[j-2]+1)
			}
		}
		two, one, now = one, now, make([]int, len(b)+1)
	}
	return one[len(b)]
}

// names returns the words that may stand in a place.
func names(w Where) []string {
	var all []string
	for i := range table {
		if table[i].Where&w != 0 {
			all = append(all, table[i].Name)
		}
	}
	return all
}

// didYouMean is the hint for s where one of words is expected.
func didYouMean(s string, words []string) string {
	if w := nearest(s, words); w != "" {
		return "did you mean " + w + "?"
	}
	if len(words) <= 20 {
		return "write one of " + strings.Join(words, " ")
	}
	return ""
}

// elsewhere returns the places in which name is a directive, 0 for none.
func elsewhere(name string) Where {
	var w Where
	for i := range table {
		if table[i].Name == name {
			w |= table[i].Where
		}
	}
	return w
}

// strangers are words of other programs' files, and of old ones, with ours.
var strangers = map[string]string{
	"virtual_server": "virtual", "real_server": "server", "real": "server", "lb_algo": "scheduler", "lvs_sched": "scheduler",
	"lb_kind": "forward", "lvs_method": "forward", "persistence_timeout": "persistent", "delay_loop": "timeout",
	"checktimeout": "check_timeout", "negotiatetimeout": "check_timeout", "checkinterval": "timeout", "fallback": "sorry_server", "request": "send", "receive": "expect",
	"expect_program": "send_program", "netmask": "vip_nmask", "vip": "address", "ip": "address", "method": "scheduler",
	"interval": "timeout", "uthreshold": "max_connections", "lthreshold": "min_connections", "ops": "one_packet",
	"script": "command", "vrrp_script": "track_script", "advert_int": "keepalive", "lvs_sync_daemon": "syncdaemon",
	"notify_master": "active_cmd", "notify_backup": "inactive_cmd", "garp_master_refresh": "announce_refresh",
	"checktype": "check", "checkport": "check_port", "checkcommand": "send_program", "checkcount": "fall", "failurecount": "fall",
	"tcp_check": "check", "http_get": "check", "ssl_get": "check", "smtp_check": "check", "dns_check": "check", "ping_check": "check",
	"misc_check": "send_program", "misc_path": "send_program", "connect_port": "check_port", "connect_ip": "check_address",
	"connect_timeout": "check_connect_timeout", "misc_timeout": "check_timeout", "bindto": "check_source", "url": "check_path",
	"status_code": "check_status", "virtualhost": "check_host", "digest": "check_digest", "delay_before_retry": "retry",
	"quiescent": "quiesce_server", "inhibit_on_failure": "quiesce_server",
	"laddr_group_name": "snat_pool", "local_address_group": "snat_pool",
}

// unknown is the hint for name, which is no directive of w.
func unknown(w Where, name string) string {
	switch {
	case strings.HasPrefix(name, "//"), strings.HasPrefix(name, ";"), strings.HasPrefix(name, "!"), strings.HasPrefix(name, "/*"):
		return "a comment begins with #"
	}
	if ours := strangers[strings.ToLower(name)]; ours != "" {
		return "lvs.cf calls it " + ours
	}
	all := names(w)
	for _, k := range blockKinds {
		all = append(all, k.word)
	}
	if s := nearest(name, all); s != "" {
		return "did you mean " + s + "?"
	}
	return ""
}
