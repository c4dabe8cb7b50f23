package keepalived

import (
	"strings"

	"pacu/lvscf/internal/draft"
)

// A Note is something of the file that lvs.cf has no word for, or not the same.
type Note = draft.Note

const (
	// none is why most words are not carried.
	none = "lvs.cf has no word for it"

	authenticated = "pulse's heartbeats are authenticated by a key in a file of its own: run pulse keygen"
)

// reasons say more than none, where there is more to say.
var reasons = map[string]string{
	"include":                    "included files are not followed: import them by themselves",
	"includer":                   "included files are not followed: import them by themselves",
	"includem":                   "included files are not followed: import them by themselves",
	"includew":                   "included files are not followed: import them by themselves",
	"includeb":                   "included files are not followed: import them by themselves",
	"includea":                   "included files are not followed: import them by themselves",
	"priority":                   "lvs.cf has no priorities: the router whose address is primary starts as the active one",
	"virtual_router_id":          "pulse's heartbeats have no such number: pairs differ by their addresses",
	"authentication":             authenticated,
	"auth_type":                  authenticated,
	"auth_pass":                  authenticated,
	"nat_mask":                   "keepalived ignores it too; the netmask of the address goes to vip_nmask",
	"router_id":                  "lvs.cf knows routers by their addresses",
	"state":                      "the router whose address is primary starts as the active one",
	"misc_dynamic":               "weights follow a load_monitor, not the status of the program",
	"connect_timeout":            "only checks have it",
	"misc_timeout":               "only checks of programs have it",
	"nb_get_retry":               "only checks have it",
	"retry":                      "only checks have it",
	"delay_before_retry":         "only checks have it",
	"helo_name":                  "lvs.cf's checks of mail servers give no name of their own",
	"BFD_CHECK":                  "lvs.cf has no such check",
	"FILE_CHECK":                 "a file of keepalived holds a weight, and check = file wants one that is there",
	"http_protocol":              "lvs.cf asks over HTTP/1.1",
	"warmup":                     "the first probes are spread over the interval anyway",
	"notify_up":                  "lvs.cf has no script for a real server",
	"notify_down":                "lvs.cf has no script for a real server",
	"quorum_up":                  "lvs.cf has no script for a quorum",
	"quorum_down":                "lvs.cf has no script for a quorum",
	"enable_script_security":     "pulse trusts the programs that lvs.cf names, and runs them without a shell",
	"notify":                     "lvs.cf's notify is told in its environment, and not by arguments: write it so",
	"notify_fault":               "lvs.cf has active_cmd and inactive_cmd, and notify for all else",
	"notify_stop":                "lvs.cf has active_cmd and inactive_cmd, and notify for all else",
	"garp_master_delay":          "pulse paces its announcements itself",
	"garp_master_repeat":         "pulse paces its announcements itself",
	"garp_master_refresh_repeat": "pulse paces its announcements itself",
	"digest":                     "keepalived's is an MD5, and that of lvs.cf a SHA-256: write check_digest",
	"virtual_routes":             "write active_cmd and inactive_cmd",
	"virtual_rules":              "write active_cmd and inactive_cmd",
	"smtp_alert":                 "lvs.cf sends no mail",
	"notification_email":         "lvs.cf sends no mail",
	"notification_email_from":    "lvs.cf sends no mail",
	"smtp_server":                "lvs.cf sends no mail",
	"smtp_connect_timeout":       "lvs.cf sends no mail",
}

// why is the reason for not carrying s, whose block is in.
func why(s, in *stmt) string {
	if r := reasons[s.key()]; r != "" {
		return r
	}
	if r := reasons[in.key()]; r != "" {
		return r
	}
	switch {
	case strings.HasPrefix(s.key(), "$"):
		return "definitions are not followed: write their values into the file"
	case strings.HasPrefix(s.key(), "@"):
		return "a condition on keepalived's configuration id, which lvs.cf has none of"
	}
	return none
}

// rest notes every statement in s that nothing was made of.
func (m *importer) rest(s *stmt) {
	for _, c := range s.body {
		if !c.used {
			m.Note(c.at(), why(c, s))
		}
		m.rest(c)
	}
}
