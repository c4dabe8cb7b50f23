package doctor

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

// A Printer writes sections for people.
type Printer struct {
	W     io.Writer
	Color bool // W is a terminal that knows colours

	total Findings
	err   error
}

// colours of severities, ECMA-48's select graphic rendition.
var colours = map[Severity]string{Error: "\x1b[31m", Warning: "\x1b[33m", Hint: "\x1b[36m"}

const plain = "\x1b[0m"

// Section writes one group.
func (p *Printer) Section(s Section) {
	p.total = append(p.total, s.Findings...)
	verdict := "well"
	if len(s.Findings) > 0 {
		verdict = tally(s.Findings)
	}
	p.printf("%s: %s\n", s.Title, verdict)
	for _, f := range s.Findings {
		p.printf("  %s %s: %s\n", p.severity(f.Severity), clean(f.Object), clean(f.What))
		p.printf("      why: %s\n      fix: %s\n", clean(f.Why), clean(f.Fix))
	}
	for _, u := range s.Unseen {
		p.printf("  not seen: %s\n", clean(u))
	}
}

// Summary writes the end, and returns the first error of all writing.
func (p *Printer) Summary() error {
	if len(p.total) == 0 {
		p.printf("All is well.\n")
	} else {
		p.printf("%s.\n", tally(p.total))
	}
	return p.err
}

// Failed tells whether there was a finding of severity Error.
func (p *Printer) Failed() bool { return p.total.Count(Error) > 0 }

func (p *Printer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.W, format, args...)
	}
}

func (p *Printer) severity(s Severity) string {
	if !p.Color {
		return string(s)
	}
	return colours[s] + string(s) + plain
}

// tally is "1 error, 2 warnings".
func tally(all Findings) string {
	var words []string
	for _, s := range []Severity{Error, Warning, Hint} {
		switch n := all.Count(s); n {
		case 0:
		case 1:
			words = append(words, "1 "+string(s))
		default:
			words = append(words, fmt.Sprintf("%d %ss", n, s))
		}
	}
	return strings.Join(words, ", ")
}

// clean is text on one line, without what a terminal would obey.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
}
