package textdiff

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// show is hunks as diff -u prints them.
func show(hunks []Hunk) string {
	var b strings.Builder
	for _, h := range hunks {
		b.WriteString("@@\n")
		for _, l := range h {
			fmt.Fprintf(&b, "%c%d,%d %s", l.Op, l.A, l.B, l.Text)
		}
	}
	return b.String()
}

func TestUnified(t *testing.T) {
	a := Lines("1\n2\n3\n4\n5\n6\n7\n8\n9\n")
	b := Lines("1\n2\nx\n4\n5\n6\n7\n8\n9\ny\n")
	hunks, deleted, inserted, cut := Unified(a, b, 1, 0)
	want := "@@\n 2,2 2\n-3,0 3\n+0,3 x\n 4,4 4\n@@\n 9,9 9\n+0,10 y\n"
	if diff := cmp.Diff(want, show(hunks)); diff != "" || deleted != 1 || inserted != 2 || cut {
		t.Errorf("%s%d deleted, %d inserted, cut %t", diff, deleted, inserted, cut)
	}
	// Hunks that touch are one.
	hunks, _, _, _ = Unified(a, b, 3, 0)
	if len(hunks) != 1 {
		t.Errorf("with 3 lines around: %s", show(hunks))
	}
	hunks, deleted, inserted, cut = Unified(a, b, 1, 2)
	if diff := cmp.Diff("@@\n 2,2 2\n-3,0 3\n", show(hunks)); diff != "" || deleted != 1 || inserted != 2 || !cut {
		t.Errorf("cut: %s%d deleted, %d inserted, cut %t", diff, deleted, inserted, cut)
	}
	if hunks, deleted, inserted, cut = Unified(a, a, 3, 0); len(hunks) != 0 || deleted+inserted != 0 || cut {
		t.Errorf("of the same: %s", show(hunks))
	}
}
