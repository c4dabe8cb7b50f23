package pacu

import (
	"go/scanner"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDesignDrawing holds the drawing of the house in docs/design.md against
// the table that TestHouse holds the code against.
func TestDesignDrawing(t *testing.T) {
	d := readDocuments(t)["docs/design.md"]
	if d == nil {
		t.Fatal("there is no docs/design.md")
	}
	room := regexp.MustCompile(`^\s*(\w+)(?:\["([\w/]+)"\])?(?: --> ([\w &]+))?$`)
	drawn := map[string][]string{}
	for line := range strings.Lines(d.blocks[0].text) {
		m := room.FindStringSubmatch(strings.TrimRight(line, "\n"))
		if m == nil || m[1] == "end" {
			continue
		}
		name := m[1]
		if m[2] != "" {
			name = m[2]
		}
		var imports []string
		if m[3] != "" {
			imports = strings.Split(m[3], " & ")
		}
		drawn[name] = imports
	}
	sorted := cmp.Transformer("sorted", func(list []string) []string { return slices.Sorted(slices.Values(list)) })
	if diff := cmp.Diff(house, drawn, sorted); diff != "" {
		t.Errorf("deps_test.go (-) and docs/design.md (+) differ:\n%s", diff)
	}
}

// TestOperationsSentences finds what docs/operations.md quotes from pulse among
// the texts in its source.
func TestOperationsSentences(t *testing.T) {
	texts := sourceTexts(t, "cmd/pulse", "director", "heartbeat", "control", "vip", "ipvs", "firewall")
	for _, b := range readDocuments(t)["docs/operations.md"].blocks {
		if b.lang != "indented" {
			continue
		}
		for sentence := range strings.Lines(b.text) {
			sentence = strings.TrimSpace(sentence)
			if !slices.ContainsFunc(texts, func(text string) bool { return quotes(sentence, text) }) {
				t.Errorf("line %d: nothing says %q", b.line, sentence)
			}
		}
	}
}

var verb = regexp.MustCompile(`%[-+# 0-9.]*[a-zA-Z]`)

// tells is how many signs of its own a text must have to be recognized.
const tells = 10

// quotes reports whether a sentence has a text of the source, a format with its
// verbs filled in, or is the beginning of one up to a sign of punctuation.
func quotes(sentence, text string) bool {
	sentence = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(sentence, "..."), "..."))
	like := func(text string) string {
		parts := verb.Split(text, -1)
		for i := range parts {
			parts[i] = regexp.QuoteMeta(parts[i])
		}
		return strings.TrimSpace(strings.Join(parts, `.*`))
	}
	if len(verb.ReplaceAllString(text, "")) < tells {
		return false
	}
	if regexp.MustCompile(like(text)).MatchString(sentence) {
		return true
	}
	for cut := len(text); cut > 0; cut = strings.LastIndexAny(text[:cut], ",:") {
		begun := text[:cut]
		if len(verb.ReplaceAllString(begun, "")) >= tells && regexp.MustCompile("^"+like(begun)+":?$").MatchString(sentence) {
			return true
		}
	}
	return false
}

// TestQuotes holds quotes against sentences that are there and that are not.
func TestQuotes(t *testing.T) {
	const text = "the partner %s runs another lvs.cf (serial_no %d, here %d): copy the right one"
	for sentence, want := range map[string]bool{
		"the partner 10.10.1.32 runs another lvs.cf (serial_no 4, here 5)": true,
		"the partner 10.10.1.32 runs another lvs.cf (serial_no 4, ...":     true,
		"the partner 10.10.1.32 runs the same lvs.cf":                      false,
		"another partner": false,
	} {
		if quotes(sentence, text) != want {
			t.Errorf("%q: want %v", sentence, want)
		}
	}
}

// sourceTexts are the string literals of the Go files in folders.
func sourceTexts(t *testing.T, folders ...string) (texts []string) {
	t.Helper()
	for _, folder := range folders {
		paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			source, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			files := token.NewFileSet()
			var s scanner.Scanner
			s.Init(files.AddFile(path, files.Base(), len(source)), source, nil, 0)
			for {
				_, tok, literal := s.Scan()
				if tok == token.EOF {
					break
				}
				if tok != token.STRING {
					continue
				}
				text, err := strconv.Unquote(literal)
				if err != nil {
					t.Fatalf("%s: %v", path, err)
				}
				texts = append(texts, text)
			}
		}
	}
	return texts
}
