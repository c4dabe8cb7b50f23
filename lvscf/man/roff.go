package man

import (
	"regexp"
	"strings"
)

// roff is a manual page under construction, in the macros of man(7).
//
// The texts it takes are plain but for two signs: `word` is to be written as
// it stands, and <word> is to be replaced by something.
type roff struct {
	strings.Builder
	headed bool // a heading stands last, which needs no blank line behind it
}

func (r *roff) line(parts ...string) {
	r.headed = false
	for _, part := range parts {
		r.WriteString(part)
	}
	r.WriteByte('\n')
}

// section begins a part of the page, such as DESCRIPTION.
func (r *roff) section(title string) { r.heading(".SH", title) }

// subsection begins a part of a section.
func (r *roff) subsection(title string) { r.heading(".SS", title) }

func (r *roff) heading(macro, title string) {
	r.line(macro, ` "`, escape(title), `"`)
	r.headed = true
}

// gap begins a paragraph.
func (r *roff) gap() {
	if !r.headed {
		r.line(".PP")
	}
}

// paragraphs writes texts, a blank line between them.
func (r *roff) paragraphs(texts []string) {
	for _, text := range texts {
		r.gap()
		r.text(text)
	}
}

// text continues a paragraph, each sentence on a line of its own.
func (r *roff) text(text string) {
	for sentence := range strings.Lines(strings.ReplaceAll(text, ". ", ".\n")) {
		r.line(protect(inline(strings.TrimSuffix(sentence, "\n"))))
	}
}

// entry begins a list's entry: what it is about, on a line of its own, and
// below it, indented, what is said of it.
func (r *roff) entry(tag string) {
	r.line(".TP")
	r.line(protect(inline(tag)))
}

// example writes text as it stands, indented.
func (r *roff) example(text string) {
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, escape(strings.TrimSuffix(line, "\n")))
	}
	r.display(lines)
}

// forms writes each text on a line of its own, indented.
func (r *roff) forms(texts []string) {
	lines := make([]string, len(texts))
	for i, text := range texts {
		lines[i] = inline(text)
	}
	r.display(lines)
}

func (r *roff) display(lines []string) {
	r.gap()
	r.line(".RS 4")
	r.line(".nf")
	for _, line := range lines {
		r.line(protect(line))
	}
	r.line(".fi")
	r.line(".RE")
}

// inline turns `word` into bold and <word> into italic; neither goes into the
// other.
func inline(text string) string {
	var b strings.Builder
	for text != "" {
		at := strings.IndexAny(text, "`<")
		if at < 0 {
			break
		}
		font, end := `\fB`, "`"
		if text[at] == '<' {
			font, end = `\fI`, ">"
		}
		word, rest, ok := strings.Cut(text[at+1:], end)
		if !ok {
			break
		}
		b.WriteString(escape(text[:at]))
		b.WriteString(font)
		b.WriteString(escape(word))
		b.WriteString(`\fR`)
		text = rest
	}
	b.WriteString(escape(text))
	return breaks.ReplaceAllString(b.String(), `${1}${3}\:${2}${4}`)
}

// breaks are the places in Chinese where a line may end and roff, which looks
// for blanks, sees none: after the punctuation, full-width or not.
var breaks = regexp.MustCompile(`([\x{3001}\x{3002}\x{ff0c}\x{ff1a}\x{ff1b}])` +
	`([^\s\x{201d}\x{3001}\x{3002}\x{ff09}\x{ff0c}\x{ff1a}\x{ff1b}])|([,;:])(\p{Han})`)

// escape makes roff print text as it is. Quotation marks and dashes become
// those of ASCII, which are what an operator may copy into a file.
func escape(text string) string { return escapes.Replace(text) }

var escapes = strings.NewReplacer(
	`\`, `\e`, `-`, `\-`, `'`, `\(aq`, "`", `\(ga`, `^`, `\(ha`, `~`, `\(ti`, `"`, `\(dq`,
)

// protect keeps a line that begins with a control character from being taken
// for a request.
func protect(line string) string {
	if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
		return `\&` + line
	}
	return line
}
