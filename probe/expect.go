package probe

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
)

// maxAnswer bounds what is read of an answer; what is not in its first 64 KiB
// is not found.
const maxAnswer = 64 << 10

// An Expect says which answers are good. Make one with Prefix or Pattern.
type Expect struct {
	text string
	re   *regexp.Regexp // nil: text
}

// Prefix expects an answer that begins with text; what follows does not
// matter. "*" alone is any byte, and so is "" (lvs.cf's `expect = ""`: at least
// one byte must come).
func Prefix(text string) Expect { return Expect{text: text} }

// Pattern expects an answer in which the POSIX extended regular expression
// matches somewhere, as soon as it does.
func Pattern(ere string) (Expect, error) {
	re, err := regexp.CompilePOSIX(ere)
	if err != nil {
		return Expect{}, fmt.Errorf("expect: %w", err)
	}
	return Expect{text: ere, re: re}, nil
}

// String is what was expected, quoted.
func (e Expect) String() string {
	switch {
	case e.re != nil:
		return "a match of " + strconv.Quote(e.text)
	case e.any():
		return "any byte"
	}
	return strconv.Quote(e.text)
}

func (e Expect) any() bool { return e.re == nil && (e.text == "" || e.text == "*") }

// begins judges what has come so far of an answer: good already, or hopeless
// whatever follows, or neither.
func (e Expect) begins(got []byte) (good, hopeless bool) {
	switch {
	case e.re != nil:
		good = e.re.Match(got)
		return good, false
	case e.any():
		return len(got) > 0, false
	}
	n := min(len(got), len(e.text))
	same := string(got[:n]) == e.text[:n]
	return same && n == len(e.text), !same
}

// is judges the whole output of a program: text must be all of it.
func (e Expect) is(output []byte) bool {
	switch {
	case e.re != nil:
		return e.re.Match(output)
	case e.text == "*":
		return len(output) > 0
	}
	return string(output) == e.text
}

// A matcher judges an answer that grows. It looks at each part of a short
// answer, and at a long one only when it has grown by an eighth, so that a
// server that sends single bytes cannot make an expression expensive.
type matcher struct {
	expect Expect
	got    bytes.Buffer
	next   int // length to look at next
}

// add takes the next part and says whether the answer is decided. last is true
// when no more will come.
func (m *matcher) add(part []byte, last bool) (good, decided bool) {
	m.got.Write(part[:min(len(part), maxAnswer-m.got.Len())])
	full := m.got.Len() == maxAnswer
	if m.got.Len() < m.next && !last && !full {
		return false, false
	}
	m.next = m.got.Len() + m.got.Len()/8
	good, hopeless := m.expect.begins(m.got.Bytes())
	return good, good || hopeless || last || full
}
