package keepalived

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"pacu/lvscf"
	"pacu/lvscf/internal/draft"
)

// request is an HTTP request that HTTP_GET can make.
var request = regexp.MustCompile(`^GET (/[!-~]*) HTTP/1\.[01]\r?\n(?:Host: ([!-~]+)\r?\n)?\r?\n$`)

// statusLine is an expression for one status, as people write it.
var statusLine = regexp.MustCompile(`^\^?HTTP/1(?:\[\.\]|\\?\.)(?:\[01\]|[01.?])? ([1-9][0-9][0-9])$`)

// A lines makes the lines of a check of one real server.
type lines func(addr netip.Addr, port uint16) []string

// check makes the check of v's servers.
func (e *exporter) check(v *lvscf.Virtual) lines {
	timeout := draft.Seconds(v.Timeout)
	block := func(kind string, inner ...string) lines {
		all := []string{kind + " {"}
		for _, l := range inner {
			all = append(all, "    "+l)
		}
		return func(_ netip.Addr, port uint16) []string {
			some := slices.Clone(all)
			if v.Ports != nil { // a server may have none
				some = append(some, fmt.Sprintf("    connect_port %d", port))
			}
			return append(some, "    connect_timeout "+timeout, "    retry 0", "}")
		}
	}
	connect := block("TCP_CHECK")
	tcp := v.Protocol == "tcp" || v.Protocol == "tcp+udp"
	if v.Unchecked {
		return func(netip.Addr, uint16) []string { return nil }
	}
	if !tcp {
		if v.Send != nil || v.Expect != nil {
			e.lose("virtual %s: send and expect: keepalived has no such check of %s", v.Name, v.Protocol)
		}
		if connect = block("UDP_CHECK"); v.Protocol == "sctp" {
			e.lose("virtual %s: keepalived has no check of sctp: its servers count as good", v.Name)
			connect = func(netip.Addr, uint16) []string { return nil }
		}
	}
	switch {
	case v.SendProgram != nil:
		return e.misc(v, timeout, connect)
	case !tcp:
		return connect
	case v.Send == nil && v.Expect == nil && v.Port == 80:
		return block("HTTP_GET", "url {", "    path \"/\"", "    status_code 100-599", "}")
	case v.Expect == nil && (v.Send == nil || *v.Send == ""):
		return connect
	case v.Expect != nil && *v.Expect == "220" && v.Send == nil && !v.UseRegex:
		return block("SMTP_CHECK")
	}
	if v.Send != nil && v.Expect != nil {
		if r := request.FindStringSubmatch(*v.Send); r != nil {
			if status, ok := statusOf(v); ok {
				url := []string{"url {", fmt.Sprintf("    path %q", r[1])}
				if r[2] != "" {
					url = append(url, "    virtualhost "+r[2])
				}
				if status != "" {
					url = append(url, "    status_code "+status)
				}
				if !strings.ContainsAny(r[1]+r[2], `"\{}`) {
					return block("HTTP_GET", append(url, "}")...)
				}
			}
		}
	}
	e.lose("virtual %s: send and expect: keepalived has no such check: it only connects", v.Name)
	return connect
}

// statusOf is the status_code for which v's expect stands: empty for any from
// 200 to 299, keepalived's default.
func statusOf(v *lvscf.Virtual) (status string, ok bool) {
	if !v.UseRegex {
		return "100-599", *v.Expect == "HTTP" || *v.Expect == "HTTP/" || *v.Expect == "HTTP/1" || *v.Expect == "HTTP/1."
	}
	if *v.Expect == draft.HTTPSuccess {
		return "", true
	}
	if *v.Expect == "^HTTP/" || *v.Expect == "^HTTP" {
		return "100-599", true
	}
	if m := statusLine.FindStringSubmatch(*v.Expect); m != nil {
		return m[1], true
	}
	return "", false
}

// misc makes a check of v's program, or of a connection where the output of
// the program counts.
func (e *exporter) misc(v *lvscf.Virtual, timeout string, connect lines) lines {
	line := strings.Join(v.SendProgram, " ")
	switch {
	case v.Expect != nil:
		e.lose("virtual %s: send_program: keepalived looks at the status of a program, not at its output: it only connects", v.Name)
		return connect
	case strings.Contains(line, `"`):
		e.lose("virtual %s: send_program: keepalived has no quotes in a command: it only connects", v.Name)
		return connect
	}
	return func(addr netip.Addr, port uint16) []string {
		words := append([]string(nil), v.SendProgram...)
		for i, w := range words {
			switch w {
			case "%h":
				words[i] = addr.String()
			case "%p":
				words[i] = fmt.Sprint(port)
			}
		}
		return []string{
			"MISC_CHECK {",
			fmt.Sprintf("    misc_path \"%s\"", strings.Join(words, " ")),
			"    misc_timeout " + timeout,
			"}",
		}
	}
}
