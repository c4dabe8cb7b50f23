// Package text is the catalogue of everything the console says, in each of
// its languages. A string is a field of Words, so a missing key does not
// compile, and a test finds the translation that is missing.
//
// What pulse, the nannies and the kernel say (reasons, trouble, events) is
// shown as they say it, in English.
package text

import (
	"strconv"
	"strings"
)

// A Lang is a language of the console, as a BCP 47 tag.
type Lang string

// The languages. English is what everybody else gets.
const (
	English Lang = "en"
	Chinese Lang = "zh"
)

// Langs are all languages, in the order in which the switch shows them.
var Langs = []Lang{English, Chinese}

// Name is the language's own name for itself.
func (l Lang) Name() string { return l.Words().LanguageName }

// Words returns the catalogue of the language; English for one that is not
// known.
func (l Lang) Words() *Words {
	if l == Chinese {
		return &chinese
	}
	return &english
}

// Known reports whether the console speaks l.
func (l Lang) Known() bool { return l == English || l == Chinese }

// Accept picks the language for an Accept-Language header (RFC 9110, 12.5.4).
func Accept(header string) Lang {
	best, bestQ := English, 0.0
	// A header is bounded by the server; 20 ranges are more than anybody sets.
	for _, part := range strings.SplitN(header, ",", 20) {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		q := 1.0
		if v, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			f, err := strconv.ParseFloat(v, 64)
			if err != nil || f < 0 || f > 1 {
				continue
			}
			q = f
		}
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if lang := Lang(primary); lang.Known() && q > bestQ {
			best, bestQ = lang, q
		}
	}
	return best
}
