package doctor

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
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

// Secrets are the values that Redact cuts out of an lvs.cf for their
// directive's sake, and the keys of the text of an lvs.key: to be sought
// wherever else they might have got to.
func Secrets(config, key []byte) []string {
	var all []string
	add := func(s string) {
		if len(s) >= shortest && !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	for _, line := range splitLines(string(config)) {
		word, value, ok := strings.Cut(strings.TrimPrefix(line, "\ufeff"), "=")
		if ok && words[strings.TrimSpace(word)] {
			value = strings.TrimSpace(value)
			add(value)
			add(strings.Trim(value, `"'`))
			bare, _, _ := strings.Cut(value, "#") // a comment after it
			add(strings.Trim(strings.TrimSpace(bare), `"'`))
		}
	}
	for line := range strings.Lines(string(key)) {
		line, _, _ = strings.Cut(line, "#")
		add(strings.TrimSpace(line))
	}
	// The longest first, lest the rest of one be left.
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	return all
}

// Scrub cuts secrets out of any text, as they are and as JSON has them.
func Scrub(text []byte, secrets []string) []byte {
	for _, s := range secrets {
		text = bytes.ReplaceAll(text, []byte(s), []byte(leftOut))
		if quoted, err := json.Marshal(s); err == nil && len(quoted) > len(s)+2 {
			text = bytes.ReplaceAll(text, quoted[1:len(quoted)-1], []byte(leftOut))
		}
	}
	return text
}
