package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"pacu/control"
	"pacu/web/series"
	"pacu/web/templates"
)

func (s *Server) monitoring(w http.ResponseWriter, r *http.Request) {
	p := s.userPage(r, templates.Monitoring)
	p.Title, p.Live = p.T().TabMonitoring, true
	q := readListQuery(r.URL.Query())
	view, err := s.hub.monitoringPage(s.hub.present(r.Context()), audience(r), q)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if v := view.Bar.Values(q.show, q.page); len(v) > 0 {
		p.Path += "?" + v.Encode()
	}
	s.render(w, r, http.StatusOK, templates.MonitoringView(p, view))
}

// monitoringView is the monitoring page, live.
type monitoringView struct{ listQuery }

// shared are the parts that all viewers of the page see.
func sharedPart(m *moment, id string) part {
	f := m.shared[id]
	return part{id: id, at: f.at, view: func(a templates.Audience) templ.Component {
		t := a.T()
		switch data := f.data.(type) {
		case templates.Status:
			return templates.StatusView(a, data)
		case templates.Topology:
			return templates.TopologyView(t, data)
		case templates.Routers:
			return templates.RoutersView(t, data)
		case templates.Addresses:
			return templates.AddressesView(t, data)
		case templates.Availability:
			return templates.AvailabilityView(a, data)
		case templates.Takeovers:
			return templates.TakeoversView(t, data)
		case templates.Failovers:
			return templates.FailoversView(t, data)
		case templates.Nannies:
			return templates.NanniesView(t, data)
		default:
			return templates.EventsView(t, data.(templates.Events))
		}
	}}
}

// noTable reports that there are no virtual servers because the routers serve
// by themselves.
func noTable(m *moment) bool { return len(m.tracks) == 0 && m.Failovers().Any() }

// bar is the part around the table. It has no version of its own: it is new
// when it looks new.
func (q listQuery) bar(m *moment, l *list) part {
	v := l.bar.Values(q.show, q.page)
	return part{id: "listbar", key: "listbar?" + v.Encode(), at: m.version, view: func(a templates.Audience) templ.Component {
		return templates.ServicesBarView(a.T(), l.bar)
	}}
}

// table is the part with the bodies.
func table(h *hub, m *moment, l *list) part {
	p := part{id: "table", rows: make([]part, len(l.bodies))}
	bodies := make([]templ.Component, len(l.bodies))
	p.view = func(a templates.Audience) templ.Component {
		for i := range bodies {
			bodies[i] = p.rows[i].view(a)
		}
		return templates.ServicesTable(a.T(), l.bar, l.bodies, bodies)
	}
	for i := range l.bodies {
		p.rows[i] = body(h, m, l.tracks[i], l.bodies[i])
	}
	return p
}

// body is the part of one service in the table.
func body(h *hub, m *moment, t *track, b templates.Body) part {
	points := func() []float32 { return sparkPoints(h, t.key) }
	p := part{id: b.ID, at: t.rowsAt, view: func(a templates.Audience) templ.Component {
		return templates.ServiceBody(a, t.ServicePart, b, points())
	}}
	p.rows = append(p.rows,
		part{id: b.Head(), at: t.headAt, outer: true, view: func(a templates.Audience) templ.Component {
			return templates.ServiceHead(a.T(), t.ServicePart, b, nil)
		}},
		part{id: b.Chart(), at: m.chartAt, view: func(a templates.Audience) templ.Component {
			return templates.RateSpark(a.T(), points())
		}})
	for _, i := range b.Rows {
		p.rows = append(p.rows, part{id: b.Row(i), at: t.rows[i], outer: true, view: func(a templates.Audience) templ.Component {
			return templates.ServiceServer(a, t.ServicePart, b, i)
		}})
	}
	return p
}

// sparkPoints are those of the small chart of a service's connections per
// second.
func sparkPoints(h *hub, key string) []float32 {
	return templates.Thin(h.points(series.Key{Service: key}, series.Connections))
}

func (h *hub) monitoringPage(m *moment, who templates.Audience, q listQuery) (templates.MonitoringPage, error) {
	l := m.list(q)
	page := templates.MonitoringPage{Parts: map[string]templates.Rendered{}, Bar: l.bar, NoTable: noTable(m), Taken: m.Taken}
	parts := []part{q.bar(m, l), table(h, m, l)}
	for _, id := range sharedIDs {
		parts = append(parts, sharedPart(m, id))
	}
	for i := range parts {
		r, err := h.get(m, who, &parts[i])
		if err != nil {
			return page, err
		}
		page.Parts[r.ID] = r
	}
	after := url.Values{"after": {joinMark(m.version, listMark(m, l))}}
	for k, v := range l.bar.Values(q.show, q.page) {
		after[k] = v
	}
	page.Stream = "/monitoring/stream?" + after.Encode()
	return page, nil
}

// listMark is what a viewer's table looks like; see viewer.
func listMark(m *moment, l *list) string {
	if noTable(m) {
		return "none"
	}
	return strconv.FormatUint(l.mark, 16)
}

func (q monitoringView) changes(h *hub, m *moment, v *viewer, l *look) error {
	for _, id := range sharedIDs {
		p := sharedPart(m, id)
		if err := l.add(h, m, v, &p); err != nil {
			return err
		}
	}
	return q.tableChanges(h, m, v, l)
}

// tableChanges adds what v lacks of the table: the rows that changed, the
// bodies it does not have, and their order.
func (q monitoringView) tableChanges(h *hub, m *moment, v *viewer, l *look) error {
	li := m.list(q.listQuery)
	mark := listMark(m, li)
	had := v.mark
	v.mark = mark
	bar := q.bar(m, li)
	if had == "" || had != mark && (had == "none" || mark == "none") {
		v.adopt(li)
		p := part{id: "services", rows: []part{}, view: func(a templates.Audience) templ.Component {
			return h.services(m, li, q.listQuery, a)
		}}
		// The bar is in it: from now on it is known how it looks.
		if _, err := h.parts.get(m.version, v.who, &bar); err != nil {
			return err
		}
		return l.whole(h, m, v, &p)
	}
	if mark == "none" {
		return nil
	}
	t := table(h, m, li)
	if err := l.add(h, m, v, &bar); err != nil {
		return err
	}
	if had != mark && v.bodies == nil || len(v.order) == 0 != (len(li.bodies) == 0) && v.bodies != nil {
		v.adopt(li)
		return l.whole(h, m, v, &t)
	}
	before, order := v.bodies, v.order
	v.adopt(li)
	if before == nil { // the mark says that it has all of these
		before, order = v.bodies, v.order
	}
	if !slices.Equal(order, v.order) {
		l.order = v.order
	}
	for i := range t.rows {
		b := &t.rows[i]
		if mark, ok := before[b.id]; !ok || mark != li.marks[i] {
			if err := l.whole(h, m, v, b); err != nil {
				return err
			}
			continue
		}
		for j := range b.rows {
			if err := l.add(h, m, v, &b.rows[j]); err != nil {
				return err
			}
		}
	}
	return nil
}

// services is all of the section of the table.
func (h *hub) services(m *moment, l *list, q listQuery, a templates.Audience) templ.Component {
	bar, t := q.bar(m, l), table(h, m, l)
	return templates.ServicesView(a.T(), l.bar, noTable(m), bar.view(a), t.view(a))
}

// adopt notes that v's table is l from now on.
func (v *viewer) adopt(l *list) {
	v.bodies, v.order = make(map[string]uint64, len(l.bodies)), make([]string, len(l.bodies))
	for i, b := range l.bodies {
		v.bodies[b.ID], v.order[i] = l.marks[i], b.ID
	}
}

// reload has pulse take the lvs.cf that is on disk.
func (s *Server) reload(w http.ResponseWriter, r *http.Request) {
	s.sessions.Put(r.Context(), flashKey, s.askReload(r))
	s.record(r, s.user(r), "reload", "lvs.cf as it is on disk")
	http.Redirect(w, r, "/monitoring", http.StatusSeeOther)
}

// askReload asks pulse to reload and returns what came of it, in words.
func (s *Server) askReload(r *http.Request) string {
	t := s.page(r, "").T()
	what, err := s.Pulse.Reload(r.Context())
	switch {
	case errors.Is(err, control.ErrNotRunning):
		return t.ReloadNoPulse
	case err != nil:
		return fmt.Sprintf(t.ReloadFailed, err)
	default:
		return fmt.Sprintf(t.Reloaded, what)
	}
}
