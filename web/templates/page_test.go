package templates

import (
	"bytes"
	"html"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
	"pacu/lvscf"
	"pacu/web/text"
)

func TestNumbers(t *testing.T) {
	for n, want := range map[uint64]string{0: "0", 999: "999", 9999: "9999", 10000: "10\u2009000", 1234567: "1\u2009234\u2009567"} {
		if got := number(n); got != want {
			t.Errorf("number(%d) = %q, want %q", n, got, want)
		}
	}
	for n, want := range map[uint64]string{0: "0 B", 999: "999 B", 1000: "1.0 kB", 99_400: "99.4 kB", 99_500: "100 kB", 999_499: "999 kB", 999_500: "1.0 MB", 18_240_117: "18.2 MB", 1 << 63: "9223372 TB"} {
		if got := bytesPerSecond(n); got != want {
			t.Errorf("bytesPerSecond(%d) = %q, want %q", n, got, want)
		}
	}
	for d, want := range map[time.Duration]string{840123: "840µs", 1123456: "1.1ms", 2345678901: "2.35s"} {
		if got := took(control.Duration(d)); got != want {
			t.Errorf("took(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestRunsCutTheGutterAtProblems(t *testing.T) {
	p := func(line int, s lvscf.Severity) lvscf.Problem {
		return lvscf.Problem{Line: line, Severity: s, Message: "m", Hint: "h"}
	}
	e := Editor{Text: "a\nb\nc\nd\n", Problems: lvscf.Problems{p(2, lvscf.Warning), p(2, lvscf.Error), p(3, lvscf.Warning), p(99, lvscf.Warning), p(0, lvscf.Error)}}
	type line struct {
		From, To, Line int
		Tone, Words    string
	}
	var got []line
	for _, r := range e.runs() {
		got = append(got, line{r.From, r.To, r.Line, r.Tone, r.words()})
	}
	want := []line{
		{0, 0, 1, "bad", "m: h"},
		{0, 0, 2, "bad", "m: h; m: h"},
		{0, 0, 3, "wait", "m: h"},
		{4, 4, 0, "", ""},
		{0, 0, 5, "wait", "m: h"}, // beyond the end: at the end
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// In a file of very many lines each tenth has its number, and all have a place.
func TestNumbersOfManyLines(t *testing.T) {
	var b bytes.Buffer
	writeNumbers(&b, 1, 3, manyLines-1)
	writeNumbers(&b, 1, 21, manyLines)
	if got, want := b.String(), "1\n2\n3\n"+"1"+strings.Repeat("\n", 9)+"10"+strings.Repeat("\n", 10)+"20\n\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// FuzzSheet holds that no text gets out of its field, and that every byte of
// it is in there.
func FuzzSheet(f *testing.F) {
	f.Add("serial_no = 1\n", "message", 1)
	f.Add("\n\n</textarea><script>", "</pre><b onclick=x>\"'&", 2)
	f.Fuzz(func(t *testing.T, text, message string, line int) {
		text = strings.ReplaceAll(text, "\r", "")
		e := Editor{Text: text, Theirs: message, Problems: lvscf.Problems{{Line: line, Severity: lvscf.Error, Message: message}}}
		var b bytes.Buffer
		if err := sheet(e).Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		page := b.String()
		_, rest, ok := strings.Cut(page, "<textarea")
		_, rest, ok2 := strings.Cut(rest, ">\n")
		inside, _, ok3 := strings.Cut(rest, "</textarea>")
		if !ok || !ok2 || !ok3 || inside != html.EscapeString(text) {
			t.Fatalf("text %q became %q", text, inside)
		}
		// Tags are the sheet's own: div, two pre, textarea, and b twice.
		if n := strings.Count(page, "<"); n != 12 {
			t.Fatalf("%d tags, something got out: %s", n, page)
		}
		// The gutter has a line for each line of the text.
		_, gutter, _ := strings.Cut(page, "aria-hidden=\"true\">\n")
		gutter, _, _ = strings.Cut(gutter, "</pre>")
		if got, want := strings.Count(gutter, "\n"), strings.Count(text, "\n")+1; got != want {
			t.Fatalf("%d line numbers for %d lines", got, want)
		}
		b.Reset()
		if err := theirs(e).Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		if n, marks := strings.Count(b.String(), "<"), strings.Count(b.String(), "<mark>"); n != 2+2*marks {
			t.Fatalf("%d tags, something got out: %s", n, b.String())
		}
	})
}

// A server that is drained, leaves, or stands in for others says so beside, or
// in the place of, its health.
func TestStandings(t *testing.T) {
	service := control.Service{Name: "web", InKernel: true, Sorry: true, Servers: []control.Server{
		{Name: "a", Health: control.Up, Drain: &control.Drain{}},
		{Name: "b", Health: control.Up, Drain: &control.Drain{Out: true}},
		{Name: "c", Health: control.Untried, Leaving: true, InKernel: true},
		{Name: "sorry_server", Health: control.Untried, Sorry: true, InKernel: true},
		{Name: "d", Health: control.Up},
	}}
	for lang, want := range map[text.Lang][]string{
		text.English: {"draining", "drained", "leaving", "sorry server", "the sorry server serves"},
		text.Chinese: {"正在排空", "已排空", "正在退出", "致歉服务器", "由致歉服务器提供服务"},
	} {
		var b bytes.Buffer
		words := lang.Words()
		part := (&Monitor{Known: true, Snapshot: &control.Snapshot{Services: []control.Service{service}}}).Service(0)
		if err := ServiceBody(Audience{Lang: lang}, part, Body{Rows: []int{0, 1, 2, 3, 4}}, nil).Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !strings.Contains(b.String(), ">"+w+"<") {
				t.Errorf("%s: no %q in\n%s", lang, w, b.String())
			}
		}
		if strings.Contains(b.String(), words.HealthUntried) {
			t.Errorf("%s: a server that nobody probes is said to be yet untried", lang)
		}
	}
}

// What a list of nannies leaves out stands apart from what it has.
func TestNanniesAndMore(t *testing.T) {
	services := slices.Repeat([]string{"tcp 10.8.8.40:80"}, servicesShown+3)
	n := Nannies{Known: true, List: []control.Nanny{{Server: netip.MustParseAddr("10.8.8.33"), More: 5, Pid: 7, Services: services}}}
	var b bytes.Buffer
	if err := NanniesView(text.English.Words(), n).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	seen := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(b.String(), "")
	for _, want := range []string{"10.8.8.33 and 5 more", "10.8.8.40:80 and 3 more"} {
		if !strings.Contains(strings.Join(strings.Fields(seen), " "), want) {
			t.Errorf("no %q in %q", want, seen)
		}
	}
}
