package probe

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// fixed is a check with a result of its own, that counts.
type fixed struct {
	name   string
	result Result
	ran    *[]string
}

func (f fixed) Probe(context.Context, Target) Result {
	*f.ran = append(*f.ran, f.name)
	return f.result
}

func (f fixed) String() string { return f.name }

func TestAll(t *testing.T) {
	var ran []string
	check := func(name string, up bool, warning string) Check {
		why := "well"
		if !up {
			why = "ill"
		}
		return fixed{name, Result{Up: up, Why: why, Took: time.Second, Warning: warning}, &ran}
	}
	for _, tt := range []struct {
		name string
		all  All
		want Result
		ran  []string
	}{
		{"none", All{}, Result{Up: true}, nil},
		{"one", All{check("a", true, "old")}, Result{Up: true, Why: "well", Took: time.Second, Warning: "old"}, []string{"a"}},
		{"one down", All{check("a", false, "")}, Result{Why: "ill", Took: time.Second}, []string{"a"}},
		{"both", All{check("a", true, "old"), check("b", true, "odd")},
			Result{Up: true, Why: "a: well; b: well", Took: 2 * time.Second, Warning: "old; odd"}, []string{"a", "b"}},
		{"second down", All{check("a", true, ""), check("b", false, ""), check("c", true, "")},
			Result{Why: "b: ill", Took: 2 * time.Second}, []string{"a", "b"}},
		{"first down", All{check("a", false, "old"), check("b", false, "")},
			Result{Why: "a: ill", Took: time.Second, Warning: "old"}, []string{"a"}},
		{"all within all", All{All{check("a", true, ""), check("b", false, "")}, check("c", true, "")},
			Result{Why: "a; b: b: ill", Took: 2 * time.Second}, []string{"a", "b"}},
	} {
		ran = nil
		if diff := cmp.Diff(tt.want, tt.all.Probe(t.Context(), here)); diff != "" {
			t.Errorf("%s: want -, got +\n%s", tt.name, diff)
		}
		if !slices.Equal(ran, tt.ran) {
			t.Errorf("%s: ran %q, want %q", tt.name, ran, tt.ran)
		}
	}

	var steps []string
	ctx := WithSteps(t.Context(), func(s string) { steps = append(steps, s) })
	All{check("a", true, ""), check("b", true, "")}.Probe(ctx, here)
	All{check("c", true, "")}.Probe(ctx, here)
	if !slices.Equal(steps, []string{"a", "b"}) {
		t.Errorf("steps %q", steps)
	}
	if got := (All{Off{}, Ping{}}).String(); got != "off; ping" {
		t.Error(got)
	}
}
