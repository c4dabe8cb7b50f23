package lvscf

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
)

// An editor edits files at random.
type editor struct{ *rand.Rand }

// disturbing are words that change what stands around them.
var disturbing = []string{
	"{", "}", "=", "#", `"`, `'`, "\n", "\r", "\r\n", "\x00", "\xff", "中", bomUTF8, "virtual", "server", "failover", "track_script t {\n", "virtual v {\n", "server s {\n", "probe p {\n", "}\n",
	"0", "1", "65535", "65536", "010", "0x10", "nat", "fullnat", "direct", "tunnel", "tcp+udp", "10.0.0.10", "0.0.0.0", "eth0:1", "all", "80,443",
}

// plausible are some that many directives take.
var plausible = []string{"0", "1", "2", "80", "443", "10.0.0.10", "10.0.0.10 eth0:1", "192.168.1.210 eth1:8", "255.255.255.0", "wlc", "rr", "tcp", "udp", "fullnat", "nat", `"x"`, "300", "none", "sip", "http", "dns", "off", "/a", "200-299"}

// edit returns text with one change.
func (e editor) edit(text []byte) []byte {
	lines := bytes.SplitAfter(text, []byte("\n"))
	i := e.IntN(len(lines))
	line := lines[i]
	switch e.IntN(12) {
	case 0: // a byte
		if len(line) > 0 {
			line = slices.Clone(line)
			line[e.IntN(len(line))] = byte(e.IntN(256))
		}
	case 1: // a word put in
		at := e.IntN(len(line) + 1)
		line = slices.Concat(line[:at], []byte(disturbing[e.IntN(len(disturbing))]), line[at:])
	case 2: // a word of another line
		a, b := bytes.Fields(line), bytes.Fields(lines[e.IntN(len(lines))])
		if len(a) > 0 && len(b) > 0 {
			line = bytes.Replace(line, a[e.IntN(len(a))], b[e.IntN(len(b))], 1)
		}
	case 3: // a line gone, or twice
		line = bytes.Repeat(line, 2*e.IntN(2))
	case 4: // two lines
		j := e.IntN(len(lines))
		lines[i], lines[j] = lines[j], line
		return bytes.Join(lines, nil)
	case 5: // lines moved
		j := i + e.IntN(min(30, len(lines)-i))
		rest := slices.Concat(lines[:i], lines[j:])
		at := e.IntN(len(rest) + 1)
		return bytes.Join(slices.Concat(rest[:at], lines[i:j], rest[at:]), nil)
	case 6: // another setting in its place
		d := table[e.IntN(len(table))]
		line = fmt.Appendf(nil, "%s = %s\n", d.Name, plausible[e.IntN(len(plausible))])
	case 7: // another comment
		line = fmt.Appendf(nil, "# %d\n", e.IntN(1000))
	case 8: // a cut
		at := e.IntN(len(line) + 1)
		line = line[:at]
	default: // another number
		line = e.number(line)
	}
	return bytes.Join(slices.Concat(lines[:i], [][]byte{line}, lines[i+1:]), nil)
}

// number returns line with another number in place of its last.
func (e editor) number(line []byte) []byte {
	digit := func(c byte) bool { return c >= '0' && c <= '9' }
	to := len(line)
	for to > 0 && !digit(line[to-1]) {
		to--
	}
	from := to
	for from > 0 && digit(line[from-1]) {
		from--
	}
	if from == to {
		return line
	}
	return slices.Concat(line[:from], fmt.Append(nil, e.IntN(12)), line[to:])
}
