package alert

import (
	"fmt"
	"strings"
	"time"
)

// A wording is what alerts say in one language. What pulse says of a reason is
// passed on as it is, in English.
type wording struct {
	one, many map[Kind][3]string // of Problem, Resolved, Note; many has the number first
	role      map[string]string
	servers   [3]string // with number and service
	digest    string
	test      string
	since     string
	times     string
	more      string
	stamp     string
	word      map[State]string
	severity  map[Severity]string
	hint      map[Kind]string
}

var wordings = map[Language]*wording{English: &englishWords, Chinese: &chineseWords}

func (l Language) words() *wording {
	if w, ok := wordings[l]; ok {
		return w
	}
	return &englishWords
}

func index(s State) int {
	switch s {
	case Problem:
		return 0
	case Resolved:
		return 1
	}
	return 2
}

// title is a's one line, without the router.
func (a Alert) title(l Language, all []Change) string {
	w := l.words()
	switch a.Kind {
	case Test:
		return w.test
	case Digest:
		return fmt.Sprintf(w.digest, len(all)+a.More)
	}
	var n [3]int
	for _, c := range all {
		n[index(c.State)]++
	}
	n[index(a.State)] += a.More // what is left out is taken for the rest
	var parts []string
	for i, n := range n {
		if n == 0 {
			continue
		}
		form := w.many[a.Kind][i]
		object := objectOf(all, i)
		switch {
		case a.Kind == Role && n == 1:
			parts = append(parts, w.role[object])
		case a.Kind == Server && n > 1:
			parts = append(parts, fmt.Sprintf(w.servers[i], n, a.Service))
		case a.Kind == Server:
			parts = append(parts, fmt.Sprintf(w.one[a.Kind][i], object, a.Service))
		case n == 1:
			parts = append(parts, strings.ReplaceAll(w.one[a.Kind][i], "%s", object))
		default:
			parts = append(parts, fmt.Sprintf(form, n))
		}
	}
	return strings.Join(parts, "; ")
}

func objectOf(all []Change, state int) string {
	for _, c := range all {
		if index(c.State) == state {
			return c.Object
		}
	}
	return ""
}

// Subject is a's line for people: the severity, the router, the title.
func (a Alert) Subject(l Language) string {
	return oneLine(fmt.Sprintf("[%s] %s: %s", l.words().severity[a.Severity], a.Router, a.title(l, a.Changes)), 200)
}

// Text is a's plain text: the title, each change in a line, and what to do.
func (a Alert) Text(l Language) string {
	w := l.words()
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\n", oneLine(a.Router, 100), oneLine(a.title(l, a.Changes), 400))
	kinds := map[Kind]bool{}
	var hints []string
	for _, c := range a.Changes {
		line := "- " + w.word[c.State] + ": "
		if a.Kind == Digest {
			line = "- [" + string(c.Kind) + "] " + w.word[c.State] + ": "
		}
		line += c.Object
		if c.Service != "" {
			line += fmt.Sprintf(" (%s)", c.Service)
		}
		if c.Why != "" {
			line += ": " + c.Why
		}
		line += fmt.Sprintf(w.since, c.Since.Format(time.RFC3339))
		if c.Count > 1 {
			line += fmt.Sprintf(w.times, c.Count)
		}
		fmt.Fprintln(&b, oneLine(line, 1000))
		if h := w.hint[c.Kind]; !kinds[c.Kind] && c.State != Resolved && h != "" {
			hints = append(hints, h)
		}
		kinds[c.Kind] = true
	}
	if a.More > 0 {
		fmt.Fprintf(&b, w.more+"\n", a.More)
	}
	for _, h := range hints {
		fmt.Fprintf(&b, "\n%s\n", h)
	}
	fmt.Fprintf(&b, "\n"+w.stamp+"\n", a.ID, a.Time.Format(time.RFC3339))
	return b.String()
}

// oneLine is s without what could break a line, at most n bytes of it, whole
// characters.
func oneLine(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xc0 == 0x80 {
		n--
	}
	return s[:n] + "..."
}
