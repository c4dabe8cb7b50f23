package install

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Step is one command of a guide.
type Step struct {
	File    string   // the guide
	Line    int      // where the command stands there, from 1
	On      []string // the machines it is typed on, one after the other
	Command string   // without the prompt; a here-document's lines follow
	Prints  []string // the lines below it, with their "..."
}

// String is where the step stands, and its first line.
func (s Step) String() string {
	first, _, _ := strings.Cut(s.Command, "\n")
	return fmt.Sprintf("%s:%d: %s", s.File, s.Line, first)
}

var (
	// fence begins or ends a block: how far it is indented, and what it says.
	fence = regexp.MustCompile("^( *)```+ *(.*)$")
	title = regexp.MustCompile(`^console title="([^"]+)"$`)
	// hereDocument finds the word that ends one.
	hereDocument = regexp.MustCompile(`<<-?\s*['"]?(\w+)['"]?`)
)

// prompt begins a line that is typed.
const prompt = "# "

// ParseGuide reads the steps of a guide, in their order. The error names file and
// line.
func ParseGuide(file string, text []byte) ([]Step, error) {
	var steps []Step
	var on []string      // of the block we are in
	var open, end string // what ends the block, and the here-document
	inside, line, from := false, 0, 0
	fails := func(format string, args ...any) error {
		return fmt.Errorf("%s:%d: %s", file, line, fmt.Sprintf(format, args...))
	}
	lines := bufio.NewScanner(bytes.NewReader(bytes.ToValidUTF8(text, []byte("?"))))
	for lines.Scan() {
		line++
		l := strings.TrimRight(lines.Text(), " \t\r")
		if f := fence.FindStringSubmatch(l); f != nil && end == "" {
			switch {
			case inside && f[2] == "":
				inside, on = false, nil
			case inside:
				// A fence within a block of another length is text.
			default:
				inside, open, from = true, f[1], line
				if t := title.FindStringSubmatch(f[2]); t != nil {
					on = machines(t[1])
				} else if strings.HasPrefix(f[2], "console") {
					return nil, fails("a console block without title=%q", "MACHINE")
				}
			}
			continue
		}
		if on == nil {
			continue
		}
		l = strings.TrimPrefix(l, open)
		last := len(steps) - 1
		switch {
		case end != "":
			steps[last].Command += "\n" + l
			if l == end {
				end = ""
			}
		case strings.HasPrefix(l, prompt):
			steps = append(steps, Step{File: file, Line: line, On: on, Command: strings.TrimPrefix(l, prompt)})
			if h := hereDocument.FindStringSubmatch(l); h != nil {
				end = h[1]
			}
		case last < 0 || steps[last].Line < from:
			return nil, fails("printed by no command: %q", l)
		default:
			steps[last].Prints = append(steps[last].Prints, l)
		}
	}
	switch {
	case lines.Err() != nil:
		return nil, fmt.Errorf("%s: %w", file, lines.Err())
	case end != "":
		return nil, fails("a here-document without its end, %q", end)
	case inside:
		return nil, fails("the block of line %d has no end", from)
	}
	return steps, nil
}

// machines reads a block's title.
func machines(title string) []string {
	if title == "both" {
		return []string{"lvs-01", "lvs-02"}
	}
	return strings.Split(title, " and ")
}

// Fits tells whether a command printed what its step says; if not, the error
// shows both. A step that shows nothing is content with everything.
func (s Step) Fits(printed string) error {
	if len(s.Prints) == 0 {
		return nil
	}
	var want strings.Builder
	want.WriteString(`\A`)
	for _, l := range s.Prints {
		if strings.TrimSpace(l) == "..." {
			want.WriteString(`(?:.*\n)*?`)
			continue
		}
		want.WriteString(strings.ReplaceAll(regexp.QuoteMeta(l), `\.\.\.`, `.*`) + `[ \t\r]*\n`)
	}
	want.WriteString(`\z`)
	fits, err := regexp.MatchString(want.String(), strings.TrimRight(strings.ToValidUTF8(printed, "?"), "\n")+"\n")
	if err != nil {
		return fmt.Errorf("%v: %w", s, err)
	}
	if !fits {
		return errors.Join(fmt.Errorf("%v: printed:\n%s", s, printed),
			fmt.Errorf("the guide says:\n%s", strings.Join(s.Prints, "\n")))
	}
	return nil
}
