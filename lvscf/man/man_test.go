package man

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pacu/lvscf"
)

var update = flag.Bool("update", false, "write the pages in packaging/man anew")

// The pages that are packaged are those that the tables make now.
func TestPagesAreCurrent(t *testing.T) {
	for _, l := range []Language{English, Chinese} {
		path := filepath.Join("../../packaging/man", l.Path())
		page := Page(l)
		if *update {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, page, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		committed, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(committed), string(page)); diff != "" {
			t.Errorf("%s is not current, run: go test ./lvscf/man -update (-committed +current):\n%s", path, diff)
		}
	}
	if page := Page(0); page != nil {
		t.Errorf("a page in no language: %q", page)
	}
}

// The examples are files that nothing can be said against.
func TestExamples(t *testing.T) {
	for _, example := range []struct {
		name    string
		forward lvscf.Forward
		text    string
	}{
		{"nat", lvscf.NAT, natExample}, {"direct", lvscf.Direct, directExample}, {"tunnel", lvscf.Tunnel, tunnelExample},
		{"fullnat", lvscf.FullNAT, fullnatExample}, {"pair", lvscf.Direct, pairExample}, {"checks", lvscf.Direct, checksExample},
		{"failover", lvscf.NAT, failoverExample},
	} {
		cfg, problems := lvscf.Read(example.name+".cf", []byte(example.text))
		if len(problems) > 0 {
			t.Errorf("the example of %s has problems:\n%s", example.name, problems)
			continue
		}
		if cfg.Network != example.forward {
			t.Errorf("the example of %s has network = %s", example.name, cfg.Network)
		}
		for _, l := range []Language{English, Chinese} {
			var r roff
			r.example(example.text)
			if !strings.Contains(string(Page(l)), r.String()) {
				t.Errorf("the page in %s does not show the example of %s", l.Path(), example.name)
			}
		}
	}
}

// Whatever the tables hold is in both pages.
func TestPagesAreComplete(t *testing.T) {
	for _, w := range []*words{&english, &chinese} {
		page := string(w.page())
		for _, d := range lvscf.Directives() {
			if w.types[d.Type] == (typeWords{}) {
				t.Errorf("%s: no words for the type of %s, %s", w.manual, d.Name, d.Type)
			}
			for _, want := range []string{inline(w.form(d)), inline(w.meaning(d.Meaning, d.Chinese))} {
				if !strings.Contains(strings.ReplaceAll(page, ".\n", ". "), want) {
					t.Errorf("%s: nothing says %q", w.manual, want)
				}
			}
		}
		for _, c := range lvscf.Codes() {
			if !strings.Contains(page, "\n"+inline("`"+c.Name+"`")+" (") {
				t.Errorf("%s: problem %s is missing", w.manual, c.Name)
			}
		}
	}
}

func TestAbout(t *testing.T) {
	d := lvscf.Directive{
		Name: "rise", Where: lvscf.InVirtual, Type: lvscf.Duration, Whole: true, Max: 3e9, Default: "2",
		Extension: true, Meaning: "Of rising.", Chinese: "上升。", New: []string{"a", "b"},
	}
	for w, want := range map[*words]string{
		&english: "Of rising. In `virtual` blocks only. Whole seconds. From 0 to 3s. Default: `2`. Not in Piranha: `a`, `b`. An extension.",
		&chinese: "上升。仅用于 `virtual` 块。整秒。范围：0 到 3s。默认值：`2`。Piranha 没有的值：`a`、`b`。扩展指令。",
	} {
		if diff := cmp.Diff(want, w.about(d)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}
