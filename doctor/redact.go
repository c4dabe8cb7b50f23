package doctor

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"pacu/lvscf"
)

// leftOut stands where something was cut out.
const leftOut = "(left out)"

// sensitive are words that stand beside secrets, whoever wrote them.
var sensitive = regexp.MustCompile(`(?i)passw|passphrase|secret|token|authori[sz]ation|cookie|credential|community|api[-_]?key|private[-_]?key|://[^\s/]*@`)

// words are all that lvs.cf knows to begin a line with; true: its value is
// secret.
var words = func() map[string]bool {
	m := map[string]bool{"virtual": false, "failover": false, "server": false, "probe": false, "track_script": false}
	for _, d := range lvscf.Directives() {
		m[d.Name] = m[d.Name] || d.Secret
	}
	return m
}()

// Redact returns an lvs.cf without its secrets, and how many lines were cut.
//
// A line is kept where it begins with a word of lvs.cf whose value is nobody's
// secret, and has none of the words that stand beside secrets; of any other but
// blanks, comments and closing braces only the word is kept, if it is one of
// lvs.cf's: what is misspelt may be a password too. A text that is not one of
// lines is left out as a whole.
func Redact(text []byte) (out []byte, cut int) {
	if bytes.IndexByte(text, 0) >= 0 {
		return []byte("# " + leftOut + ": it is not a text\n"), 1
	}
	for _, line := range splitLines(string(text)) {
		body := strings.TrimRight(line, "\r\n")
		end := line[len(body):]
		kept, was := redactLine(body)
		if was {
			cut++
		}
		out = append(append(out, kept...), end...)
	}
	return out, cut
}

// splitLines cuts text into lines with their ends; a carriage return alone ends
// one too.
func splitLines(text string) []string {
	var lines []string
	for text != "" {
		i := strings.IndexAny(text, "\r\n")
		if i < 0 {
			return append(lines, text)
		}
		if strings.HasPrefix(text[i:], "\r\n") {
			i++
		}
		lines, text = append(lines, text[:i+1]), text[i+1:]
	}
	return lines
}

func redactLine(line string) (kept string, cut bool) {
	rest := strings.TrimPrefix(line, "\ufeff")
	bare := strings.TrimLeft(rest, " \t")
	indent := rest[:len(rest)-len(bare)]
	word := bare[:len(bare)-len(strings.TrimLeft(bare, "abcdefghijklmnopqrstuvwxyz_"))]
	secret, known := words[word]
	switch {
	case strings.Trim(bare, " \t{}") == "":
		return line, false
	case bare[0] == '#' && !sensitive.MatchString(bare):
		return line, false
	case bare[0] == '#':
		return indent + "# " + leftOut, true
	case !known:
		return indent + "# " + leftOut + ": a line that begins with no word of lvs.cf", true
	case secret:
		return indent + word + " = " + leftOut, true
	case sensitive.MatchString(bare), mentionsSecret(bare):
		return indent + word + " = " + leftOut, true
	}
	return line, false
}

// mentionsSecret tells whether a secret directive stands in the line, as in a
// block of one line.
func mentionsSecret(line string) bool {
	for w, secret := range words {
		if secret && strings.Contains(line, w) {
			return true
		}
	}
	return false
}

// shortest is how long a secret must be to be sought in other texts; "a" is
// everywhere.
const shortest = 4

// Secrets are the values that Redact cuts out of an lvs.cf, and the keys of the
// text of an lvs.key: to be sought wherever else they might have got to, as in
// what pulse said of a line that it did not understand.
func Secrets(config, key []byte) []string {
	var all []string
	add := func(s string) {
		if s = strings.TrimSpace(s); len(s) >= shortest && !harmless(s) && !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	value := func(s string) {
		s = strings.TrimSpace(s)
		add(s)
		add(strings.Trim(s, `"'`))
		bare, _, _ := strings.Cut(s, "#") // a comment after it
		add(strings.Trim(strings.TrimSpace(bare), `"'`))
	}
	for _, line := range splitLines(string(config)) {
		line = strings.TrimSpace(strings.TrimPrefix(line, "\ufeff"))
		if _, cut := redactLine(line); !cut || strings.HasPrefix(line, "#") {
			continue
		}
		word, after, ok := strings.Cut(line, "=")
		if !ok {
			after = line
		}
		value(after)
		if _, known := words[strings.TrimSpace(word)]; !known { // pulse may tell of any part of it
			for _, part := range strings.Fields(after) {
				value(part)
			}
		}
	}
	for line := range strings.Lines(string(key)) {
		line, _, _ = strings.Cut(line, "#")
		add(line)
	}
	return all
}

// harmless tells whether s is a word of lvs.cf, a number or an address: to cut
// these out everywhere would leave little of use.
func harmless(s string) bool {
	_, known := words[strings.ToLower(s)]
	_, notNumber := strconv.ParseUint(s, 10, 32)
	_, notAddr := netip.ParseAddr(s)
	_, notPrefix := netip.ParsePrefix(s)
	return known || notAddr == nil || notPrefix == nil || notNumber == nil && len(s) <= 5
}

// Scrub cuts secrets out of any text, as they are and as they stand in quotes
// of JSON or Go, of which the log has some within others.
func Scrub(text []byte, secrets []string) []byte {
	var all []string
	for _, s := range secrets {
		all = append(all, s)
		once := quotings(s)
		all = append(all, once...)
		for _, q := range once {
			all = append(all, quotings(q)...)
		}
	}
	// The longest first, lest the rest of one be left.
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	var pairs []string // in one go: there may be thousands, and tens of megabytes
	for _, s := range slices.Compact(all) {
		pairs = append(pairs, s, leftOut)
	}
	return []byte(strings.NewReplacer(pairs...).Replace(string(text)))
}

// quotings are how s stands between quotes, where that differs.
func quotings(s string) []string {
	var all []string
	add := func(quoted string) {
		if quoted = quoted[1 : len(quoted)-1]; quoted != s && !slices.Contains(all, quoted) {
			all = append(all, quoted)
		}
	}
	add(strconv.Quote(s))
	add(strconv.QuoteToASCII(s))
	for _, html := range []bool{false, true} {
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(html)
		if e.Encode(s) == nil { // a string can always be written
			add(strings.TrimSuffix(b.String(), "\n"))
		}
	}
	return all
}
