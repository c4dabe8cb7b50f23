package pacu

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/lvscf"
)

// TestDocumentTwins holds what is there in two languages together: the same
// headings, tables and commands.
func TestDocumentTwins(t *testing.T) {
	docs := readDocuments(t)
	for path, chinese := range docs {
		var english *document
		switch {
		case path == "README.zh-CN.md":
			english = docs["README.md"]
		case strings.HasPrefix(path, "docs/zh/"):
			english = docs["docs/"+strings.TrimPrefix(path, "docs/zh/")]
		default:
			continue
		}
		if english == nil {
			t.Errorf("%s has no English twin", path)
			continue
		}
		type shape struct {
			Levels []int
			Tables [][2]int
			Blocks []string
		}
		of := func(d *document) (s shape) {
			s.Levels, _ = d.headings()
			s.Tables = d.tables()
			for _, b := range d.blocks {
				s.Blocks = append(s.Blocks, withoutComments(b))
			}
			return s
		}
		if d := cmp.Diff(of(english), of(chinese)); d != "" {
			t.Errorf("%s (-) and %s (+) differ:\n%s", english.path, path, d)
		}
		names := func(d *document) []string {
			list := testName.FindAllString(strings.Join(d.lines, "\n"), -1)
			slices.Sort(list)
			return list
		}
		if d := cmp.Diff(names(english), names(chinese)); d != "" {
			t.Errorf("%s (-) and %s (+) name other tests:\n%s", english.path, path, d)
		}
	}
}

// withoutComments is a block without what stands behind its commands for
// people to read.
func withoutComments(b block) string {
	if b.lang != "indented" {
		return b.lang + " " + b.title + "\n" + b.text
	}
	var out strings.Builder
	for line := range strings.Lines(b.text) {
		line, _, _ = strings.Cut(line, "  # ")
		fmt.Fprintln(&out, strings.TrimSpace(line))
	}
	return out.String()
}

var testName = regexp.MustCompile(`\b(?:Test|Fuzz|Benchmark)[A-Z]\w+(?:\.\.\.)?`)

// TestDocumentsNameTests finds every test that a document names.
func TestDocumentsNameTests(t *testing.T) {
	have := map[string]bool{}
	function := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)\w+)\(`)
	err := filepath.WalkDir(".", func(path string, d os.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // somebody builds
		case err == nil && d.IsDir() && (path == "bin" || path == "dist" || len(path) > 1 && strings.HasPrefix(path, ".")):
			return filepath.SkipDir
		case err != nil || !strings.HasSuffix(path, "_test.go"):
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range function.FindAllStringSubmatch(string(text), -1) {
			have[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for path, d := range readDocuments(t) {
		for _, name := range testName.FindAllString(strings.Join(d.lines, "\n"), -1) {
			if !have[name] && !strings.HasSuffix(name, "...") {
				t.Errorf("%s: there is no %s", path, name)
			}
		}
	}
}

// TestDocumentFiles has every lvs.cf in a document checked.
func TestDocumentFiles(t *testing.T) {
	written := regexp.MustCompile(`(?s)^cat > \S*lvs\.cf <<'END'\n(.*)END\n$`)
	for path, d := range readDocuments(t) {
		check := func(line int, text string) {
			_, problems := lvscf.Read("lvs.cf", []byte(text))
			for _, p := range problems {
				t.Errorf("%s:%d: %v", path, line, p)
			}
		}
		for _, b := range d.blocks {
			if b.lang == "lvs.cf" {
				check(b.line, b.text)
			}
			commands, _ := b.prompted()
			for _, command := range commands {
				if m := written.FindStringSubmatch(command); m != nil {
					check(b.line, m[1])
				}
			}
		}
	}
}

// anywhere titles the blocks that need no machine but this one.
const anywhere = "any machine with pulse"

// TestDocumentCommands holds every command of ours in a document against the
// programs: that it is there, with its flags. Those that need no router are
// run, and must print what the document says.
func TestDocumentCommands(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the programs: make check runs it")
	}
	bin := t.TempDir()
	build := exec.Command("go", "build", "-buildvcs=false", "-o", bin, "./cmd/pulse", "./cmd/nanny", "./cmd/lvsgui")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	makefile, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	p := programs{bin: bin, makefile: string(makefile), helps: map[string]string{}}
	for path, d := range readDocuments(t) {
		for _, span := range d.spans() {
			if err := p.know(span); err != nil {
				t.Errorf("%s: `%s`: %v", path, span, err)
			}
		}
		dir := t.TempDir() // a block may need the files of one before
		for _, b := range d.blocks {
			commands, printed := b.prompted()
			if b.lang == "indented" {
				commands = strings.Split(withoutComments(b), "\n")
			}
			for _, command := range commands {
				if err := p.know(command); err != nil {
					t.Errorf("%s:%d: %s: %v", path, b.line, command, err)
				}
			}
			if b.title == anywhere {
				t.Run(fmt.Sprintf("%s:%d", path, b.line), func(t *testing.T) { p.run(t, dir, commands, printed) })
			}
		}
	}
}

// programs know what our programs can be told.
type programs struct {
	bin, makefile string
	helps         map[string]string // by command
}

func (p programs) help(command ...string) string {
	key := strings.Join(command, " ")
	if _, known := p.helps[key]; !known {
		out, _ := exec.Command(filepath.Join(p.bin, command[0]), append(slices.Clone(command[1:]), "--help")...).CombinedOutput()
		p.helps[key] = string(out) // help may end with any status
	}
	return p.helps[key]
}

var (
	lowWord = regexp.MustCompile(`^[a-z][a-z-]+$`)
	target  = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)
)

// know says what is wrong with a command, if it is one of ours.
func (p programs) know(command string) error {
	command, _, _ = strings.Cut(command, "\n")
	words := strings.Fields(command)
	if len(words) < 2 {
		return nil
	}
	if words[0] == "make" {
		if target.MatchString(words[1]) && !regexp.MustCompile(`(?m)^`+words[1]+`:`).MatchString(p.makefile) {
			return fmt.Errorf("make has no target %s", words[1])
		}
		return nil
	}
	if !slices.Contains([]string{"pulse", "nanny", "lvsgui"}, words[0]) {
		return nil
	}
	program, rest := words[:1], words[1:]
	if lowWord.MatchString(rest[0]) && words[0] != "nanny" {
		if !strings.Contains(p.help(program...), " "+words[0]+" "+rest[0]) {
			return fmt.Errorf("%s has no command %s", words[0], rest[0])
		}
		program, rest = words[:2], rest[1:]
	}
	for _, word := range rest {
		if word == "|" || word == ">" {
			break
		}
		name, _, _ := strings.Cut(strings.TrimRight(word, ".,;]"), "=")
		if !strings.HasPrefix(strings.TrimPrefix(name, "["), "-") || name == "-" || name == "--help" {
			continue
		}
		name = strings.TrimLeft(name, "[-")
		if !regexp.MustCompile(`(?m)(?:^|[\s\[|])--?` + regexp.QuoteMeta(name) + `\b`).MatchString(p.help(program...)) {
			return fmt.Errorf("%s has no flag %s", strings.Join(program, " "), word)
		}
	}
	return nil
}

// run runs commands in a folder. One whose output is in the document may end
// with any status.
func (p programs) run(t *testing.T, dir string, commands, printed []string) {
	for i, command := range commands {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		cmd := exec.CommandContext(ctx, "/bin/sh", "-c", command)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PATH="+p.bin+":"+os.Getenv("PATH"))
		out, err := cmd.CombinedOutput()
		cancel()
		if err != nil && printed[i] == "" {
			t.Errorf("%s: %v: %s", command, err, out)
		}
		if !saysAs(string(out), printed[i]) {
			t.Errorf("%s: it prints\n%s\nthe document says\n%s", command, out, printed[i])
		}
	}
}

// saysAs reports whether a command printed what a document has: its lines in
// this order, where "..." alone is any lines and within a line any text.
func saysAs(out, document string) bool {
	if document == "" {
		return true
	}
	pattern := "(?s)^"
	for line := range strings.Lines(document) {
		line = strings.TrimSuffix(line, "\n")
		if line == "..." {
			pattern += `(?:[^\n]*\n)*?`
			continue
		}
		pattern += strings.ReplaceAll(regexp.QuoteMeta(line), `\.\.\.`, `[^\n]*`) + "\n"
	}
	return regexp.MustCompile(pattern + "$").MatchString(out)
}
