package web

import (
	"regexp"
	"strings"

	"pacu/lvscf"
)

// secrets finds what stands behind the words of lvs.cf that are not for
// everybody's eyes, to the end of the line: in comments, and in lines with
// errors, too.
var secrets = func() *regexp.Regexp {
	var names []string
	seen := map[string]bool{}
	for _, d := range lvscf.Directives() {
		if d.Secret && !seen[d.Name] {
			seen[d.Name] = true
			names = append(names, regexp.QuoteMeta(d.Name))
		}
	}
	return regexp.MustCompile(`(?i)(` + strings.Join(names, "|") + `)[^\r\n]*`)
}()

// anchor is in all of those words, hardly ever elsewhere, and has no capital.
const anchor = '_'

// mask returns text without the values of secrets, for viewers. Only lines with
// an anchor are looked at closely: in a large file that takes long.
func mask(text string) string {
	var b strings.Builder
	done := 0 // up to where text is in b
	for at := 0; ; {
		i := strings.IndexByte(text[at:], anchor)
		if i < 0 {
			b.WriteString(text[done:])
			return b.String()
		}
		from, to := lineAround(text, at+i)
		if line := text[from:to]; secrets.MatchString(line) {
			b.WriteString(text[done:from])
			b.WriteString(secrets.ReplaceAllString(line, "$1 = ***"))
			done = to
		}
		at = to
	}
}

// lineAround is where the line of the byte at i begins and ends, without its
// end.
func lineAround(text string, i int) (from, to int) {
	from = strings.LastIndexAny(text[:i], "\r\n") + 1
	if n := strings.IndexAny(text[i:], "\r\n"); n >= 0 {
		return from, i + n
	}
	return from, len(text)
}
