package main

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"pacu/control"
)

func TestAlertTests(t *testing.T) {
	for name, c := range map[string]struct {
		words []control.AlertTest // lvsgui's, one a second
		want  string              // error; empty: none
	}{
		"all is told":         {[]control.AlertTest{{}, {Done: true}}, ""},
		"at once":             {[]control.AlertTest{{Done: true}}, ""},
		"nobody listens":      {nil, "no lvsgui listens: alerts are sent by it, so start it (systemctl start lvsgui)"},
		"it never comes back": {[]control.AlertTest{{}}, "lvsgui began to send, and did not say within 1m0s what became of it"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var a alertTests
				id, told, end := a.begin()
				defer end()
				go func() {
					for _, w := range c.words {
						time.Sleep(time.Second)
						w.ID = id
						if err := a.tell(w); err != nil {
							t.Errorf("tell: %v", err)
						}
					}
				}()
				got, err := a.wait(t.Context(), told)
				switch {
				case c.want == "" && (err != nil || !got.Done):
					t.Errorf("got %+v, %v", got, err)
				case c.want != "" && (err == nil || err.Error() != c.want):
					t.Errorf("error %v, want %s", err, c.want)
				}
			})
		})
	}
}

func TestAlertTestsRefuse(t *testing.T) {
	var a alertTests
	if err := a.tell(control.AlertTest{ID: "7"}); err == nil {
		t.Error("a test that nobody began is taken")
	}
	id, told, end := a.begin()
	for i := range 3 {
		if err := a.tell(control.AlertTest{ID: id}); (err == nil) != (i < 2) {
			t.Errorf("word %d: %v", i, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 3 { // the words, then ctx's end: in any order
		if _, err := a.wait(ctx, told); err == nil {
			t.Error("it is done")
		}
	}
	end()
	if err := a.tell(control.AlertTest{ID: id}); err == nil {
		t.Error("a test that is over is taken")
	}
}
