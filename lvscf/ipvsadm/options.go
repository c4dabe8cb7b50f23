package ipvsadm

import (
	"fmt"
	"strings"
)

// An option is one option of ipvsadm(8).
type option struct {
	name string // the long one
	args int    // how many arguments follow; optional is -1
}

// optional marks an option whose argument may be missing.
const optional = -1

// short are the options of one letter.
var short = map[byte]option{
	'A': {"add-service", 0}, 'E': {"edit-service", 0}, 'D': {"delete-service", 0}, 'C': {"clear", 0},
	'R': {"restore", 0}, 'S': {"save", 0}, 'a': {"add-server", 0}, 'e': {"edit-server", 0},
	'd': {"delete-server", 0}, 'L': {"list", 0}, 'l': {"list", 0}, 'Z': {"zero", 0},
	't': {"tcp-service", 1}, 'u': {"udp-service", 1}, 'f': {"fwmark-service", 1},
	's': {"scheduler", 1}, 'p': {"persistent", optional}, 'M': {"netmask", 1}, 'r': {"real-server", 1},
	'g': {"gatewaying", 0}, 'i': {"ipip", 0}, 'm': {"masquerading", 0}, 'w': {"weight", 1},
	'x': {"u-threshold", 1}, 'y': {"l-threshold", 1}, 'c': {"connection", 0}, '6': {"ipv6", 0},
	'o': {"ops", 0}, 'n': {"numeric", 0}, 'b': {"sched-flags", 1}, 'h': {"help", 0}, 'v': {"version", 0},
}

// long are those of them that have a name, and those that have only that.
var long = func() map[string]option {
	m := map[string]option{
		"set": {"set", 3}, "start-daemon": {"start-daemon", 1}, "stop-daemon": {"stop-daemon", 1},
		"sctp-service": {"sctp-service", 1}, "mcast-interface": {"mcast-interface", 1}, "syncid": {"syncid", 1},
		"sync-maxlen": {"sync-maxlen", 1}, "mcast-group": {"mcast-group", 1}, "mcast-port": {"mcast-port", 1},
		"mcast-ttl": {"mcast-ttl", 1}, "pe": {"pe", 1}, "tun-type": {"tun-type", 1}, "tun-port": {"tun-port", 1},
		"tun-nocsum": {"tun-nocsum", 0}, "tun-csum": {"tun-csum", 0}, "tun-remcsum": {"tun-remcsum", 0},
		"exact": {"exact", 0}, "sort": {"sort", 0}, "nosort": {"nosort", 0}, "rate": {"rate", 0},
		"stats": {"stats", 0}, "timeout": {"timeout", 0}, "daemon": {"daemon", 0}, "thresholds": {"thresholds", 0},
		"persistent-conn": {"persistent-conn", 0},
	}
	for _, o := range short {
		m[o.name] = o
	}
	return m
}()

// A given is an option as it was given.
type given struct {
	name string
	args []string
	text string // as written
}

// options cuts the words of a rule into options. What is none is returned as
// such in rest.
func options(words []string) (all []given, rest []string) {
	for i := 0; i < len(words); i++ {
		w := words[i]
		var found []option
		attached, joined := "", false
		switch {
		case strings.HasPrefix(w, "--"):
			name, value, cut := strings.Cut(w[2:], "=")
			if o, ok := long[name]; ok {
				found, attached, joined = []option{o}, value, cut
			}
		case len(w) > 1 && w[0] == '-':
			for j := 1; j < len(w); j++ {
				o, ok := short[w[j]]
				if !ok {
					found = nil
					break
				}
				found = append(found, o)
				if o.args != 0 && j+1 < len(w) {
					attached, joined = strings.TrimPrefix(w[j+1:], "="), true
					break
				}
			}
		}
		if len(found) == 0 {
			rest = append(rest, w)
			continue
		}
		for _, o := range found[:len(found)-1] {
			all = append(all, given{name: o.name, text: w})
		}
		o := found[len(found)-1]
		g := given{name: o.name, text: w}
		want := o.args
		if want == optional {
			want = 0
			if !joined && i+1 < len(words) && !strings.HasPrefix(words[i+1], "-") {
				want = 1
			}
		} else if joined && want > 0 {
			want--
		}
		if joined {
			g.args = append(g.args, attached)
		}
		for ; want > 0 && i+1 < len(words); want-- {
			i++
			g.args = append(g.args, words[i])
			g.text += " " + words[i]
		}
		all = append(all, g)
	}
	return all, rest
}

// arg is argument i of g, or empty.
func (g given) arg(i int) string {
	if i < len(g.args) {
		return g.args[i]
	}
	return ""
}

// words cuts a line as a shell does in simple cases: at blanks, with quotes,
// up to a comment. It fails on a quote that is not closed.
func words(line string) ([]string, error) {
	var ws []string
	var w strings.Builder
	in, quote := false, byte(0)
	for i := range len(line) {
		c := line[i]
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			w.WriteByte(c)
		case c == '"' || c == '\'':
			quote, in = c, true
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			if in {
				ws = append(ws, w.String())
				w.Reset()
				in = false
			}
		case c == '#' && !in:
			return ws, nil
		default:
			w.WriteByte(c)
			in = true
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("a %c that is not closed", quote)
	}
	if in {
		ws = append(ws, w.String())
	}
	return ws, nil
}
