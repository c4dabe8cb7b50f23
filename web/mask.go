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

// mask returns text without the values of secrets, for viewers.
func mask(text string) string { return secrets.ReplaceAllString(text, "$1 = ***") }
