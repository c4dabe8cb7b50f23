package web

import (
	"io"
	"testing"
	"testing/synctest"
	"time"

	"pacu/control"
)

// TestExplainerAsksWhenTheRoleChanges counts the questions to pulse.
func TestExplainerAsksWhenTheRoleChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &fakePulse{snap: snapshot(time.Now())}
		uneasy(p.snap)
		var e explainer
		ask := func(asked int) {
			t.Helper()
			p.snap.Partner.Paths[0].Sent++
			p.snap.Services[0].Stats.Connections++
			if e.ask(t.Context(), p, p.snap); p.explained != asked {
				t.Errorf("asked %d times, want %d", p.explained, asked)
			}
		}
		ask(1)
		ask(1) // counters are no reason
		for i, edit := range []func(*control.Snapshot){
			func(s *control.Snapshot) { s.Router.Phase = "" },
			func(s *control.Snapshot) { s.Router.Faults = nil },
			func(s *control.Snapshot) { s.Partner.State = control.Silent },
			func(s *control.Snapshot) { s.Partner.Paths[1].Silent = false },
			func(s *control.Snapshot) { s.Links[0].Up = false },
			func(s *control.Snapshot) { s.Witnesses[0].OK = true },
			func(s *control.Snapshot) { s.Scripts[0].OK = true },
			func(s *control.Snapshot) {
				s.Partner = nil
				s.Partner = &control.Partner{Paths: make([]control.Path, 1)}
			},
		} {
			edit(p.snap)
			ask(2 + i)
		}
		time.Sleep(explainFresh)
		ask(10) // and once in a while
		if why := e.ask(t.Context(), p, p.snap); why.Explanation.Role != "lvs-01 is active." || why.Unknown != "" {
			t.Errorf("why = %+v", why)
		}
		p.err = io.EOF
		p.snap.Router.State = control.Standby
		if why := e.ask(t.Context(), p, p.snap); why.Explanation.Role != "" || why.Unknown != "EOF" {
			t.Errorf("without an answer: %+v", why)
		}
	})
}
