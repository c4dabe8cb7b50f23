package metrics

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// The marks between which docs/metrics.md has the table of all metrics.
const tableBegins, tableEnds = "<!-- metrics: made by go test ./metrics -update -->\n", "<!-- end of metrics -->\n"

// TestDocument holds docs/metrics.md's table against what there is.
func TestDocument(t *testing.T) {
	const file = "../docs/metrics.md"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begins := strings.Cut(string(text), tableBegins)
	_, after, ends := strings.Cut(rest, tableEnds)
	if !begins || !ends {
		t.Fatalf("%s has no place for the table", file)
	}
	golden(t, file, before+tableBegins+table()+tableEnds+after)
}

// table is all metrics, a table for each group.
func table() string {
	var b strings.Builder
	for _, g := range append([]Group{Always}, groups...) {
		if g == Process {
			continue // they are client_golang's
		}
		fmt.Fprintf(&b, "\n### %s\n\n| metric | type | labels | |\n|---|---|---|---|\n", g)
		for _, f := range families {
			if f.group == g {
				fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", f.name, strings.ToLower(f.kind.String()), strings.Join(f.labels, ", "), f.help)
			}
		}
	}
	return b.String() + "\n"
}
