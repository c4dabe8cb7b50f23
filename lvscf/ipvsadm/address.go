package ipvsadm

import (
	"slices"
	"strings"
)

// hostPort cuts ADDRESS:PORT as ipvsadm writes it: [ADDRESS]:PORT for IPv6,
// and no port, or 0, for every one.
func hostPort(s string) (host, port string) {
	host = s
	if strings.HasPrefix(s, "[") {
		if i := strings.IndexByte(s, ']'); i > 0 {
			host, port = s[1:i], strings.TrimPrefix(s[i+1:], ":")
		}
	} else if i := strings.LastIndexByte(s, ':'); i >= 0 && strings.Count(s, ":") == 1 {
		host, port = s[:i], s[i+1:]
	}
	if port == "0" {
		port = ""
	}
	return host, port
}

func sortedKeys(m map[string]given) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
