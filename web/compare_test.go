package web

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"pacu/lvscf"
	"pacu/store"
	"pacu/web/templates"
)

// A difference is found once, and the one that was looked at longest ago goes.
func TestComparisonsAreKept(t *testing.T) {
	var c comparisons
	found := 0
	look := func(i int) {
		t.Helper()
		how, err := c.of(comparedTexts{from: "a", to: fmt.Sprint(i)}, func() (revisionDifference, error) {
			found++
			return revisionDifference{difference: difference{lines: templates.LinesView{Inserted: i}}}, nil
		})
		if err != nil || how.lines.Inserted != i {
			t.Fatalf("%d: %+v, %v", i, how, err)
		}
	}
	for i := range keepCompared {
		look(i)
	}
	look(0)
	look(keepCompared) // in the place of 1
	look(0)
	if found != keepCompared+1 {
		t.Errorf("%d found", found)
	}
	if look(1); found != keepCompared+2 {
		t.Error("more is kept than the bound says")
	}
	fault := errors.New("no disk")
	if _, err := c.of(comparedTexts{from: "b"}, func() (revisionDifference, error) { return revisionDifference{}, fault }); !errors.Is(err, fault) {
		t.Errorf("error %v", err)
	}
	if _, err := c.of(comparedTexts{from: "b"}, func() (revisionDifference, error) { return revisionDifference{}, nil }); err != nil {
		t.Errorf("an error is kept: %v", err)
	}
}

// What is kept of an operator's look is not what a viewer sees.
func TestComparedSecrets(t *testing.T) {
	s, _ := newConsole(t, true)
	withSecret(t, s)
	text := strings.Replace(readFile(t, s.ConfigPath), "hunter2", "tiger7", 1)
	if err := os.WriteFile(s.ConfigPath, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
	v := visit(t, s.Handler())
	v.login()
	v.page("/history", http.StatusOK) // it notices the file
	want(t, v.page("/history/compare?a=1&b=2", http.StatusOK), "hunter2", "tiger7")
	if err := s.Store.AddUser(t.Context(), "vera", store.Viewer, password); err != nil {
		t.Fatal(err)
	}
	vera := visit(t, s.Handler())
	vera.loginAs("vera", password)
	for range 2 {
		body := vera.page("/history/compare?a=1&b=2", http.StatusOK)
		if strings.Contains(body, "hunter2") || strings.Contains(body, "tiger7") {
			t.Errorf("a viewer sees secrets:\n%s", body)
		}
	}
	want(t, v.page("/history/compare?a=1&b=2", http.StatusOK), "hunter2", "tiger7")
}

// A draft that is edited is compared anew.
func TestReviewAfterAnEdit(t *testing.T) {
	s, _ := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	for _, deadtime := range []string{"11", "12", "13"} {
		_, err := s.desk.edit(t.Context(), "piranha", func(f *lvscf.File) error { return f.SetGlobal("deadtime", deadtime) })
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			want(t, v.page("/review", http.StatusOK), "+ deadtime = "+deadtime, "<code>"+deadtime+"</code>")
		}
	}
}
