package install

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const sample = "# Title\n" +
	"```\n# not typed\n```\n" +
	"```console title=\"both\"\n" +
	"# apt install ./x.deb\n" +
	"```\n" +
	"- in a list:\n" +
	"  ```console title=\"lvs-03 and lvs-04\"\n" +
	"  # cat > f <<'END'\n" +
	"  # text\n" +
	"    more\n" +
	"  END\n" +
	"  # pulse check\n" +
	"  f: no problems\n" +
	"  ...\n" +
	"  ```\n"

func TestParseGuide(t *testing.T) {
	got, err := ParseGuide("g.md", []byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	servers := []string{"lvs-03", "lvs-04"}
	want := []Step{
		{File: "g.md", Line: 6, On: []string{"lvs-01", "lvs-02"}, Command: "apt install ./x.deb"},
		{File: "g.md", Line: 10, On: servers, Command: "cat > f <<'END'\n# text\n  more\nEND"},
		{File: "g.md", Line: 14, On: servers, Command: "pulse check", Prints: []string{"f: no problems", "..."}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestParseGuideErrors(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"no title", "```console\n# x\n```\n", `g.md:1: a console block without title="MACHINE"`},
		{"no command", "```console title=\"both\"\nx\n```\n", `g.md:2: printed by no command: "x"`},
		{"no command in the second block", "```console title=\"both\"\n# x\n```\n```console title=\"both\"\nx\n```\n", `g.md:5: printed by no command: "x"`},
		{"no end", "```console title=\"both\"\n# x\n", `g.md:2: the block of line 1 has no end`},
		{"no END", "```console title=\"both\"\n# cat <<END\n```\n", `g.md:3: a here-document without its end, "END"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := ParseGuide("g.md", []byte(tt.in)); err == nil || err.Error() != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

func TestFits(t *testing.T) {
	for _, tt := range []struct {
		name, prints, printed string
		want                  bool
	}{
		{"nothing said", "", "x\ny\n", true},
		{"the same", "a\nb", "a\nb\n", true},
		{"spaces at the end", "a", "a  \n", true},
		{"no line's end", "a", "a", true},
		{"one more", "a", "a\nb\n", false},
		{"one less", "a\nb", "a\n", false},
		{"any lines", "...\nb\n...", "a\na\nb\n", true},
		{"any lines, none of which fits", "...\nb\n...", "a\na\n", false},
		{"any text", "a is ..., b", "a is c (d), b\n", true},
		{"any text of one line", "a ...", "a\nb\n", false},
		{"no pattern", "a.*[", "a.*[\n", true},
		{"anything", "...", "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := Step{File: "g.md", Line: 1, Command: "x"}
			if tt.prints != "" {
				s.Prints = strings.Split(tt.prints, "\n")
			}
			if err := s.Fits(tt.printed); (err == nil) != tt.want {
				t.Errorf("got %v", err)
			}
		})
	}
}

func FuzzParseGuide(f *testing.F) {
	f.Add(sample, "f: no problems\n")
	f.Fuzz(func(t *testing.T, text, printed string) {
		steps, err := ParseGuide("g.md", []byte(text))
		if err != nil {
			return
		}
		last := 0
		for _, s := range steps {
			if s.Line <= last || len(s.On) == 0 {
				t.Fatalf("%+v after line %d", s, last)
			}
			last = s.Line
			// An error is fine, a panic or a bad expression is not.
			if err := s.Fits(printed); err != nil && strings.Contains(err.Error(), "error parsing") {
				t.Fatal(err)
			}
		}
	})
}
