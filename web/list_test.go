package web

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
	"pacu/web/templates"
)

// mixed is a moment of services in every condition.
func mixed() *moment {
	s := crowd(120)
	s.Services[7].Servers[3].Health = control.Down
	s.Services[9].Servers[0].Drain = &control.Drain{}
	for i := range s.Services[11].Servers {
		s.Services[11].Servers[i].Health = control.Down
	}
	s.Services[12].Servers[4].Health = control.Inactive
	s.Services[50].Stats.ConnectionRate, s.Services[51].Servers[0].Active = 9, 9
	m := &templates.Monitor{Known: true, Snapshot: s, Off: map[string]bool{"s13": true}}
	return newMoment(nil, m, 1, false)
}

func TestList(t *testing.T) {
	m := mixed()
	for _, tt := range []struct {
		query string
		found int
		first string // of the page
		pages int
	}{
		{"", 120, "s11 s7 s9 s0", 3},
		{"page=2", 120, "s50 s51", 3},
		{"page=99", 120, "s100", 3},
		{"page=-3&sort=nonsense&show=nonsense", 120, "s11 s7 s9 s0", 3},
		{"show=trouble", 3, "s11 s7 s9", 1},
		{"show=down", 2, "s11 s7", 1},
		{"show=draining", 1, "s9", 1},
		{"show=off", 2, "s12 s13", 1},
		{"sort=name", 120, "s0 s1 s10 s100", 3},
		{"sort=rate", 120, "s50 s0", 3},
		{"sort=active", 120, "s51 s0", 3},
		{"q=10.1.0.7:80", 1, "s7", 1},
		{"q=S7+TCP", 11, "s7 s70", 1},
		{"q=10.2.17.3", 1, "s17", 1},
		{"q=nobody", 0, "", 1},
		{"q=" + strings.Repeat("x", 300), 0, "", 1},
	} {
		v, err := url.ParseQuery(tt.query)
		if err != nil {
			t.Fatal(err)
		}
		l := m.list(readListQuery(v))
		var names []string
		for _, one := range l.tracks {
			names = append(names, one.Service.Name)
		}
		if got := strings.Join(names, " "); !strings.HasPrefix(got+" ", tt.first+" ") && got != tt.first || l.bar.Found != tt.found || l.bar.Pages != tt.pages {
			t.Errorf("%s: %d found on %d pages, %s; want %d on %d, %s", tt.query, l.bar.Found, l.bar.Pages, got, tt.found, tt.pages, tt.first)
		}
	}
	l := m.list(listQuery{page: 1})
	want := map[templates.Show]int{templates.ShowAll: 120, templates.ShowTrouble: 3, templates.ShowDown: 2, templates.ShowDraining: 1, templates.ShowOff: 2}
	if diff := cmp.Diff(want, l.bar.Counts); diff != "" {
		t.Error(diff)
	}
	if !l.bar.Compact || len(l.bodies[0].Rows) != compactRows || len(l.bodies[1].Rows) != 1 || l.bodies[1].Rows[0] != 3 || len(l.bodies[3].Rows) != 0 {
		t.Errorf("of many servers these are listed: %v", l.bodies[:4])
	}
	if few := m.list(listQuery{page: 1, show: templates.ShowDown}); few.bar.Compact || len(few.bodies[0].Rows) != 10 {
		t.Errorf("of few servers these are listed: %v", few.bodies)
	}
}

func FuzzListQuery(f *testing.F) {
	f.Add("q=a+b&show=down&sort=rate&page=2")
	m := mixed()
	f.Fuzz(func(t *testing.T, query string) {
		v, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		q := readListQuery(v)
		l := m.newList(q)
		if len(l.bodies) > pageServices || len(q.q) > maxQuery || l.bar.Page < 1 || l.bar.Page > l.bar.Pages {
			t.Errorf("%s: %+v", query, l.bar)
		}
	})
}

// isChart reports whether c is a small chart: they take a step when it is time.
func isChart(c change) bool { return strings.HasSuffix(c.id, "-c") }

// A viewer is sent what changed of what it sees, and where that moves to.
func TestViewerIsSentWhatItLacks(t *testing.T) {
	h, p := crowded(t, 120)
	v := &viewer{view: monitoringView{listQuery{page: 1}}, who: anybody}
	after := func(edit func(s *control.Snapshot)) look {
		t.Helper()
		p.snap = crowd(120)
		p.snap.Taken, p.snap.Started = time.Unix(0, 0), time.Unix(0, 0)
		p.snap.Config, p.snap.Router, p.snap.Partner, p.snap.Takeovers, p.snap.Nannies, p.snap.Events = control.Config{}, control.Router{}, nil, nil, nil, nil
		edit(p.snap)
		h.look(t.Context(), 0)
		l, err := v.next(t.Context(), h)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	ids := func(l look) string {
		var out []string
		for _, c := range l.changes {
			if !isChart(c) {
				out = append(out, c.id)
			}
		}
		return strings.Join(out, " ")
	}
	after(func(*control.Snapshot) {})
	if l := after(func(*control.Snapshot) {}); ids(l) != "" || l.order != nil {
		t.Errorf("nothing changed, and yet %s and the order %v", ids(l), l.order)
	}
	active := func(n uint32) func(s *control.Snapshot) {
		return func(s *control.Snapshot) {
			s.Services[5].Servers[0].Active, s.Services[100].Servers[0].Active = n, n
		}
	}
	if got := ids(after(active(7))); got != "svc-tcp-10_1_0_5-80-h" {
		t.Errorf("sent %s, want the service with the new sum: its server is not listed, and the other not on the page", got)
	}
	// A server goes down: its service comes first, with the server's row.
	down := func(s *control.Snapshot) {
		active(7)(s)
		s.Services[30].Servers[2].Health = control.Down
	}
	l := after(down)
	if got := ids(l); got != "topology listbar svc-tcp-10_1_0_30-80" || l.order[0] != "svc-tcp-10_1_0_30-80" || len(l.order) != pageServices {
		t.Errorf("sent %s in the order %v", got, l.order)
	}
	// Only that server changes.
	l = after(func(s *control.Snapshot) {
		down(s)
		s.Services[30].Servers[2].Why = "connect: no route to host"
	})
	if got := ids(l); got != "svc-tcp-10_1_0_30-80-r2" || l.order != nil {
		t.Errorf("sent %s, want the server's row", got)
	}
	l.changes = slices.DeleteFunc(l.changes, isChart)
	if n := len(l.message()); n > 1500 {
		t.Errorf("one changed server is a message of %d bytes:\n%s", n, l.message())
	}

	// A stream that breaks goes on with the same table.
	mark := l.mark
	v = &viewer{view: v.view, who: anybody, after: v.after, mark: mark[strings.Index(mark, "-")+1:]}
	l = after(func(s *control.Snapshot) {
		down(s)
		s.Services[30].Servers[2].Why = "connect: refused"
	})
	if got := ids(l); got != "svc-tcp-10_1_0_30-80-r2" || l.order != nil {
		t.Errorf("after a break %s is sent, and the order %v", got, l.order)
	}
	// One whose table is another now gets all of it.
	v = &viewer{view: v.view, who: anybody, after: v.after, mark: "123"}
	if got := ids(after(down)); !strings.Contains(got, "table") || strings.Contains(got, "services") {
		t.Errorf("to an old table %s is sent", got)
	}
}

// Nothing is kept of what nobody sees any more.
func TestPartsThatNobodySeesAreForgotten(t *testing.T) {
	h, _ := crowded(t, 120)
	v := &viewer{view: monitoringView{listQuery{page: 1}}, who: anybody}
	if _, err := v.next(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	if len(h.parts.kept) == 0 {
		t.Fatal("nothing is kept")
	}
	for range keepUnseen + 2 {
		h.look(t.Context(), 0)
	}
	if n := len(h.parts.kept); n > 0 {
		t.Errorf("%d parts are kept", n)
	}
}
