package ipvsadm

import "strings"

// listed makes a rule of a line of ipvsadm -Ln, which people keep and publish
// for want of the rules. service are the options of the service it stands
// below, or nil, and those for the lines that follow are returned. The rule is
// nil where the line is a heading; ok is false where it is of no listing.
func listed(ws, service []string) (rule, next []string, ok bool) {
	if len(ws) < 2 {
		return nil, service, false
	}
	switch ws[0] {
	case "IP":
		return nil, nil, ws[1] == "Virtual"
	case "Prot":
		return nil, nil, true
	case "->":
		if strings.HasPrefix(ws[1], "RemoteAddress") {
			return nil, service, true
		}
		methods := map[string]string{"Masq": "-m", "Route": "-g", "Local": "-g", "Tunnel": "-i"}
		if service == nil || len(ws) < 4 || methods[ws[2]] == "" {
			return nil, service, false
		}
		return append(append([]string{"-a"}, service...), "-r", ws[1], methods[ws[2]], "-w", ws[3]), service, true
	}
	option := map[string]string{"TCP": "-t", "UDP": "-u", "SCTP": "--sctp-service", "FWM": "-f"}[ws[0]]
	if option == "" || len(ws) < 3 {
		return nil, service, false
	}
	next = []string{option, ws[1]}
	ws = ws[2:]
	if ws[0] == "IPv6" && option == "-f" && len(ws) > 1 {
		next, ws = append(next, "-6"), ws[1:]
	}
	rule = append(append([]string{"-A"}, next...), "-s", ws[0])
	for i := 1; i < len(ws); i++ {
		switch {
		case ws[i] == "persistent" && i+1 < len(ws):
			i++
			rule = append(rule, "-p", ws[i])
		case ws[i] == "mask" && i+1 < len(ws):
			i++
			rule = append(rule, "-M", ws[i])
		case ws[i] == "pe" && i+1 < len(ws):
			i++
			rule = append(rule, "--pe", ws[i])
		case ws[i] == "ops":
			rule = append(rule, "-o")
		default:
			rule = append(rule, "-b", strings.Trim(ws[i], "()"))
		}
	}
	return rule, next, true
}
