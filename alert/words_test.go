package alert

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestEveryWord: every kind has a title, a hint and words in each language.
func TestEveryWord(t *testing.T) {
	for _, l := range []Language{English, Chinese} {
		for _, k := range Kinds {
			for _, state := range []State{Problem, Resolved, Note} {
				edge := k == Role || k == Drift
				if edge != (state == Note) && !(state == Note && (k == Nanny || k == SplitBrain)) {
					continue // it never is
				}
				for n := 1; n <= 2; n++ {
					a := Alert{Kind: k, State: state, Service: "web", Router: "lvs-01"}
					for i := range n {
						object := fmt.Sprintf("object-%d", i)
						if k == Role {
							object = "active"
						}
						a.Changes = append(a.Changes, Change{Kind: k, Object: object, State: state})
					}
					title, text := a.title(l, a.Changes), a.Text(l)
					if title == "" || strings.Contains(title, "%!") || strings.Contains(text, "%!") {
						t.Errorf("%s %s %s of %d: %q %q", l, k, state, n, title, text)
					}
					if state == Problem && !strings.Contains(text, "pulse ") && !strings.Contains(text, "df") && k != Certificate && k != Drift {
						t.Errorf("%s %s: no hint", l, k)
					}
				}
			}
		}
	}
}

func TestQuiet(t *testing.T) {
	for _, c := range []struct {
		quiet Quiet
		at    string
		want  bool
	}{
		{Quiet{}, "12:00", false}, {Quiet{"22:00", "06:00"}, "21:59", false}, {Quiet{"22:00", "06:00"}, "22:00", true},
		{Quiet{"22:00", "06:00"}, "00:00", true}, {Quiet{"22:00", "06:00"}, "05:59", true}, {Quiet{"22:00", "06:00"}, "06:00", false},
		{Quiet{"12:00", "13:00"}, "12:30", true}, {Quiet{"12:00", "13:00"}, "13:00", false}, {Quiet{"12:00", "12:00"}, "12:00", false},
		{Quiet{"x", "13:00"}, "12:00", false}, {Quiet{"9:00", "13:00"}, "12:00", false},
	} {
		at, err := time.Parse("15:04", c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.quiet.In(at); got != c.want {
			t.Errorf("%v at %s: %t", c.quiet, c.at, got)
		}
	}
}
