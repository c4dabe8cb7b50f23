package web

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/lvscf"
	"pacu/store"
	machine "pacu/web/change"
)

// TestWriteFails holds that a change that cannot be written leaves all as it
// was, the draft too.
func TestWriteFails(t *testing.T) {
	s, p := newConsole(t, true)
	d := edit(t, s, "piranha", "weight = 1", "weight = 7")
	before := readFile(t, s.ConfigPath)
	if err := s.Store.SetPending(t.Context(), store.Pending{Who: "another console", SHA256: "x"}); err != nil {
		t.Fatal(err)
	}
	s.changer.resumed = true // it came after we looked
	if _, err := s.changer.apply(t.Context(), wish{user: "piranha", draft: d, origin: store.Saved, hold: time.Minute}); err != nil {
		t.Fatal(err)
	}
	m, _, _ := s.changer.state()
	if m.Outcome != machine.Unwritten || !strings.Contains(m.Detail, "another change waits") || p.reloads != 0 {
		t.Errorf("%+v, %d reloads", m, p.reloads)
	}
	if readFile(t, s.ConfigPath) != before {
		t.Error("lvs.cf was written")
	}
	if diff := cmp.Diff([]store.Origin{store.RolledBack, store.Saved, store.ByHand}, origins(t, s)); diff != "" {
		t.Errorf("history: %s", diff)
	}
	if v, _, err := s.Store.DraftVersion(t.Context(), "piranha"); v != d.Version || err != nil {
		t.Errorf("the draft is %d, %v", v, err)
	}
}

// again is the console after a crash: another Server with the same files.
func again(s *Server) *Server {
	next := New(s.Options)
	if w, ok := logs.Load(s); ok {
		logs.Store(next, w)
	}
	return next
}

func TestCrash(t *testing.T) {
	for name, tt := range map[string]struct {
		meanwhile func(t *testing.T, s *Server, w *stopwatch)
		says      string
		text      string // in lvs.cf in the end
	}{
		"in time":  {func(*testing.T, *Server, *stopwatch) {}, "In effect, and waiting", "weight = 7"},
		"too late": {func(_ *testing.T, _ *Server, w *stopwatch) { w.at = w.at.Add(time.Hour) }, "Nobody confirmed it in time", "weight = 1"},
		"another's file": {func(t *testing.T, s *Server, _ *stopwatch) {
			if err := os.WriteFile(s.ConfigPath, []byte("primary = 10.0.0.1\n"), 0o640); err != nil {
				t.Fatal(err)
			}
		}, "lvs.cf was left as it is", "primary = 10.0.0.1"},
		"before it was written": {func(t *testing.T, s *Server, _ *stopwatch) {
			_, text, err := s.Store.Revision(t.Context(), 1)
			if err == nil {
				err = os.WriteFile(s.ConfigPath, text, 0o640)
			}
			if err != nil {
				t.Fatal(err)
			}
		}, "The console ended before", "weight = 1"},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := newConsole(t, true)
			v := visit(t, s.Handler())
			v.login()
			edit(t, s, "piranha", "    weight = 1\n     }\n     server lvs-04", "    weight = 7\n     }\n     server lvs-04")
			v.apply("", "300")
			next := again(s)
			w := clocked(next)
			tt.meanwhile(t, next, w)
			next.changer.beat(t.Context(), false)
			v = visit(t, next.Handler())
			v.login()
			_, body := v.get("/change")
			want(t, body, tt.says)
			want(t, readFile(t, s.ConfigPath), tt.text)
			if tt.says == "In effect, and waiting" {
				want(t, v.decide("confirm"), "Confirmed by piranha")
			}
			if _, ok, err := s.Store.Pending(t.Context()); ok || err != nil {
				t.Errorf("it still waits, %v", err)
			}
		})
	}
}

// TestOvertaken holds that another's edit is never written over by a rollback.
func TestOvertaken(t *testing.T) {
	s, _ := newConsole(t, true)
	clocked(s)
	v := visit(t, s.Handler())
	v.login()
	edit(t, s, "piranha", "weight = 1", "weight = 7")
	v.apply("", "60")
	theirs := readFile(t, s.ConfigPath) + "# theirs\n"
	if err := os.WriteFile(s.ConfigPath, []byte(theirs), 0o640); err != nil {
		t.Fatal(err)
	}
	s.changer.beat(t.Context(), false)
	_, body := v.get("/change")
	want(t, body, "changed by somebody else since")
	want(t, v.decide("rollback"), "lvs.cf was left as it is", "piranha rolled it back")
	if readFile(t, s.ConfigPath) != theirs {
		t.Error("their edit is lost")
	}
}

// TestRun holds that a change is taken back when nobody watches, and that a
// hand edit gets into the history.
func TestRun(t *testing.T) {
	s, _ := newConsole(t, true)
	before := readFile(t, s.ConfigPath)
	d := edit(t, s, "piranha", "weight = 1", "weight = 7")
	w := clocked(s)
	if _, err := s.changer.apply(t.Context(), wish{user: "piranha", draft: d, origin: store.Saved, hold: time.Minute}); err != nil {
		t.Fatal(err)
	}
	w.at = w.at.Add(2 * time.Minute)
	s.changer.beat(t.Context(), false)
	if readFile(t, s.ConfigPath) != before {
		t.Error("it was not taken back")
	}
	if err := os.WriteFile(s.ConfigPath, []byte(before+"# by hand\n"), 0o640); err != nil {
		t.Fatal(err)
	}
	s.changer.beat(t.Context(), true)
	if o := origins(t, s); o[0] != store.ByHand || len(o) != 4 {
		t.Errorf("history: %v", o)
	}
}

// TestDeadlineGoesByNoWallClock holds that a clock that is set meanwhile
// neither takes a change back early nor leaves it in effect for hours.
func TestDeadlineGoesByNoWallClock(t *testing.T) {
	s, _ := newConsole(t, true)
	d := edit(t, s, "piranha", "weight = 1", "weight = 7")
	if _, err := s.changer.apply(t.Context(), wish{user: "piranha", draft: d, origin: store.Saved, hold: time.Minute}); err != nil {
		t.Fatal(err)
	}
	m, _, _ := s.changer.state()
	if m.State != machine.Waiting || m.Change.Deadline == m.Change.Deadline.Round(0) {
		t.Errorf("%s, and the deadline %v has no monotonic clock", m.State, m.Change.Deadline)
	}
	if strings.Contains(logged(s), `=""`) || !strings.Contains(logged(s), "state=waiting by=piranha\n") {
		t.Errorf("the log says nothings:\n%s", logged(s))
	}
}

// TestWrittenUnsurely has lvs.cf written, and its folder not put on disk: the
// change is in effect, to be confirmed like any other, and the log tells.
func TestWrittenUnsurely(t *testing.T) {
	s, p := newConsole(t, true)
	d := edit(t, s, "piranha", "weight = 1", "weight = 7")
	s.changer.save = func(path string, text []byte) error {
		return errors.Join(lvscf.WriteFile(path, text), lvscf.ErrUnsure)
	}
	if _, err := s.changer.apply(t.Context(), wish{user: "piranha", draft: d, origin: store.Saved, hold: time.Minute}); err != nil {
		t.Fatal(err)
	}
	if m, _, _ := s.changer.state(); m.State != machine.Waiting || p.reloads != 1 {
		t.Errorf("%+v, %d reloads", m, p.reloads)
	}
	want(t, readFile(t, s.ConfigPath), "weight = 7")
	want(t, logged(s), lvscf.ErrUnsure.Error())
	if !s.changer.tell(t.Context(), machine.RollBack{Who: "piranha"}) {
		t.Fatal("it cannot be rolled back")
	}
	if m, _, _ := s.changer.state(); m.Outcome != machine.RolledBack || strings.Contains(readFile(t, s.ConfigPath), "weight = 7") {
		t.Errorf("rolled back: %+v", m)
	}
}
