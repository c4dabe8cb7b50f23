package ldirectord

import (
	"fmt"
	"net/netip"
	"strings"

	"pacu/lvscf/internal/draft"
)

// A line is a setting: key = value.
type line struct {
	at         draft.Source
	key, value string
}

// A section is a virtual with its settings.
type section struct {
	line
	body []line
}

// parse reads text: settings of the file, and sections with indented lines.
func parse(name string, text []byte) (globals []line, sections []*section, err error) {
	all, err := draft.Text(text)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	n := 0
	for raw := range strings.Lines(all) {
		n++
		s := strings.TrimSpace(raw)
		if s == "" || s[0] == '#' {
			continue
		}
		key, value, ok := strings.Cut(s, "=")
		l := line{draft.Source{Line: n, Text: s}, strings.ToLower(strings.TrimSpace(key)), strings.TrimSpace(value)}
		if strings.Contains(l.key, "pass") || l.key == "secret" {
			l.at.Text = l.key // notes get shown, and logged
		}
		indented := raw[0] == ' ' || raw[0] == '\t'
		switch {
		case !ok || l.key == "":
			return nil, nil, fmt.Errorf("%s:%d: no KEY = VALUE", name, n)
		case l.key == "virtual" || l.key == "virtual6":
			sections = append(sections, &section{line: l})
		case indented && len(sections) > 0:
			v := sections[len(sections)-1]
			v.body = append(v.body, l)
		default:
			globals = append(globals, l)
		}
	}
	if len(globals)+len(sections) == 0 {
		return nil, nil, fmt.Errorf("%s: there is nothing in it", name)
	}
	return globals, sections, nil
}

// text is the value of l without quotes around it.
func (l line) text() string {
	if n := len(l.value); n >= 2 && (l.value[0] == '"' || l.value[0] == '\'') && l.value[n-1] == l.value[0] {
		return l.value[1 : n-1]
	}
	return l.value
}

// last returns the last setting of key in ls, and whether there is one.
func last(ls []line, key string) (line, bool) {
	for i := len(ls) - 1; i >= 0; i-- {
		if ls[i].key == key {
			return ls[i], true
		}
	}
	return line{}, false
}

// hostPort cuts ADDRESS:PORT, with [ADDRESS]:PORT for IPv6. Examples of
// ldirectord's own have two colons.
func hostPort(s string) (host, port string) {
	if strings.HasPrefix(s, "[") {
		if i := strings.IndexByte(s, ']'); i > 0 {
			return s[1:i], strings.TrimPrefix(s[i+1:], ":")
		}
	}
	if _, err := netip.ParseAddr(s); err == nil {
		return s, ""
	}
	host, port, _ = strings.Cut(s, ":")
	return host, strings.TrimPrefix(port, ":")
}
