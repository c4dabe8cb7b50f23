package pacu

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A document is a Markdown file of ours.
type document struct {
	path   string
	lines  []string // outside of blocks, with the number of each in numbers
	number []int
	blocks []block
}

// A block is a block of code: fenced, or indented by four blanks, when lang is
// "indented".
type block struct {
	lang, title string // title="..." stands behind the language
	line        int    // where it begins in the file
	text        string
}

// readDocuments returns README, docs and what stands beside them.
func readDocuments(t *testing.T) map[string]*document {
	t.Helper()
	docs := map[string]*document{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != "." && path != "docs" && !strings.HasPrefix(path, "docs/"):
			return filepath.SkipDir
		case !strings.HasSuffix(path, ".md"):
			return nil
		}
		text, err := os.ReadFile(path)
		if err == nil {
			docs[path] = parseDocument(path, string(text))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return docs
}

var fence = regexp.MustCompile("^ *```([\\w.-]*)(?: title=\"([^\"]*)\")?$")

func parseDocument(path, text string) *document {
	d := &document{path: path}
	in := "" // the block that a line goes on: "", "fenced" or "indented"
	for i, line := range strings.Split(text, "\n") {
		m := fence.FindStringSubmatch(line)
		blank := strings.TrimSpace(line) == ""
		after := i == 0 || len(d.number) > 0 && d.number[len(d.number)-1] == i && strings.TrimSpace(d.lines[len(d.lines)-1]) == ""
		switch {
		case m != nil && in == "fenced":
			in = ""
		case m != nil:
			in = "fenced"
			d.blocks = append(d.blocks, block{lang: m[1], title: m[2], line: i + 2})
		case in == "fenced", in == "indented" && strings.HasPrefix(line, "    "):
			b := &d.blocks[len(d.blocks)-1]
			b.text += strings.TrimPrefix(line, map[string]string{"indented": "    "}[in]) + "\n"
		case strings.HasPrefix(line, "    ") && !blank && after:
			in = "indented"
			d.blocks = append(d.blocks, block{lang: in, line: i + 1, text: line[4:] + "\n"})
		default:
			in = ""
			d.lines, d.number = append(d.lines, line), append(d.number, i+1)
		}
	}
	return d
}

// headings are the document's, each with its level and its anchor.
func (d *document) headings() (levels []int, anchors map[string]bool) {
	anchors = map[string]bool{}
	for _, line := range d.lines {
		if words := strings.TrimLeft(line, "#"); len(words) < len(line) && strings.HasPrefix(words, " ") {
			levels = append(levels, len(line)-len(words))
			anchors[anchor(words)] = true
		}
	}
	return levels, anchors
}

var noAnchor = regexp.MustCompile(`[^\p{L}\p{N}_ -]`)

// anchor is what GitHub, and others after it, make of a heading.
func anchor(heading string) string {
	return strings.ReplaceAll(noAnchor.ReplaceAllString(strings.ToLower(strings.TrimSpace(heading)), ""), " ", "-")
}

// tables are the shapes of the document's tables: rows and columns.
func (d *document) tables() (shapes [][2]int) {
	for i, line := range d.lines {
		if !strings.HasPrefix(line, "|") {
			continue
		}
		if i == 0 || !strings.HasPrefix(d.lines[i-1], "|") {
			shapes = append(shapes, [2]int{0, strings.Count(line, "|") - 1})
		}
		shapes[len(shapes)-1][0]++
	}
	return shapes
}

var (
	span = regexp.MustCompile("`([^`]+)`")
	link = regexp.MustCompile(`\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"`)
)

// spans are the pieces of code within the text.
func (d *document) spans() (list []string) {
	for _, m := range span.FindAllStringSubmatch(strings.Join(d.lines, "\n"), -1) {
		list = append(list, strings.Join(strings.Fields(m[1]), " "))
	}
	return list
}

// prompted are the commands of a console block, here-documents with them, and
// what each is to print, if anything.
func (b block) prompted() (commands, printed []string) {
	end := ""
	for line := range strings.Lines(b.text) {
		command, is := strings.CutPrefix(line, "# ")
		last := len(commands) - 1
		switch {
		case end != "":
			commands[last] += line
			if strings.TrimSpace(line) == end {
				end = ""
			}
		case is:
			commands, printed = append(commands, command), append(printed, "")
			if m := hereDocument.FindStringSubmatch(command); m != nil {
				end = m[1]
			}
		case last >= 0:
			printed[last] += line
		}
	}
	return commands, printed
}

var hereDocument = regexp.MustCompile(`<<'(\w+)'`)

// TestDocumentLinks follows every link from one of our files to another.
func TestDocumentLinks(t *testing.T) {
	docs := readDocuments(t)
	follow := func(from, to string) {
		path, part, _ := strings.Cut(to, "#")
		if strings.Contains(path, "://") || strings.HasPrefix(path, "mailto:") {
			return
		}
		target := from
		if path != "" {
			target = filepath.Join(filepath.Dir(from), path)
		}
		if _, err := os.Stat(target); err != nil {
			t.Errorf("%s: link to %s: %v", from, to, err)
			return
		}
		if part == "" || docs[target] == nil {
			return
		}
		if _, anchors := docs[target].headings(); !anchors[part] {
			t.Errorf("%s: link to %s: no heading has that anchor", from, to)
		}
	}
	for path, d := range docs {
		for _, m := range link.FindAllStringSubmatch(strings.Join(d.lines, "\n"), -1) {
			follow(path, m[1]+m[2])
		}
	}
	// What alerts and rules send people to at night.
	reference := regexp.MustCompile(`docs/[\w./-]+\.md(?:#[\w-]+)?`)
	for _, pattern := range []string{"packaging/*/*.yaml", "packaging/*/*.json", "alert/*.go", "doctor/*.go", "web/*.go", "web/text/*.go"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, to := range reference.FindAllString(string(text), -1) {
				up := strings.Repeat("../", strings.Count(path, "/"))
				follow(path, up+to)
			}
		}
	}
}

// TestDocumentsLeadEverywhere finds every document from README.
func TestDocumentsLeadEverywhere(t *testing.T) {
	docs := readDocuments(t)
	seen := map[string]bool{"README.md": true}
	for queue := []string{"README.md"}; len(queue) > 0; queue = queue[1:] {
		for _, m := range link.FindAllStringSubmatch(strings.Join(docs[queue[0]].lines, "\n"), -1) {
			path, _, _ := strings.Cut(m[1], "#")
			to := filepath.Join(filepath.Dir(queue[0]), path)
			if docs[to] != nil && !seen[to] {
				seen[to] = true
				queue = append(queue, to)
			}
		}
	}
	for path := range docs {
		if !seen[path] && path != "CHANGELOG.md" {
			t.Errorf("no link leads to %s", path)
		}
	}
}
