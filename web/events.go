package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"pacu/control"
	"pacu/web/templates"
)

// pageIncidents are on one page of events.
const pageIncidents = 100

// An eventQuery says which events one viewer sees, as the page's URL has it.
type eventQuery struct {
	level control.Level // at least; empty: all
	kind  string        // empty: all
	q     string
}

func readEventQuery(v url.Values) eventQuery {
	e := eventQuery{q: strings.TrimSpace(v.Get("q")), kind: v.Get("kind")}
	if l := control.Level(v.Get("level")); l == control.Warning || l == control.Error {
		e.level = l
	}
	if len(e.q) > maxQuery {
		e.q = strings.ToValidUTF8(e.q[:maxQuery], "")
	}
	if len(e.kind) > maxQuery {
		e.kind = ""
	}
	return e
}

func (e eventQuery) values() url.Values {
	v := url.Values{}
	for k, s := range map[string]string{"level": string(e.level), "kind": e.kind, "q": e.q} {
		if s != "" {
			v.Set(k, s)
		}
	}
	return v
}

func (e eventQuery) matches(i *incident) bool {
	switch {
	case e.level == control.Error && i.Level != control.Error:
		return false
	case e.level == control.Warning && i.Level == control.Info:
		return false
	case e.kind != "" && i.Kind != e.kind:
		return false
	}
	all := strings.ToLower(i.Object + " " + i.Message)
	for _, w := range strings.Fields(strings.ToLower(e.q)) {
		if !strings.Contains(all, w) {
			return false
		}
	}
	return true
}

// items are those of list from place begin to end that e asks for, newest
// first, at most pageIncidents; more reports whether there are others before
// them.
func (e eventQuery) items(list []incident, begin, end int) (items []templates.EventItem, more bool) {
	for i := end - 1; i >= begin; i-- {
		one := &list[i]
		if e.matches(one) {
			if len(items) == pageIncidents {
				return items, true
			}
			items = append(items, templates.EventItem{Event: one.Event, ID: one.ID()})
		}
		// What is missing before an event that is left out is said as well.
		if n := len(items) - 1; n >= 0 {
			items[n].Lost += one.Lost
			items[n].Restarted = items[n].Restarted || i > 0 && list[i-1].Run != one.Run
		}
	}
	return items, false
}

// place is where the incident with that ID is in list; -1 where it is not.
func place(list []incident, id string) int {
	run, seq, ok := parseIncident(id)
	if !ok {
		return -1
	}
	return slices.IndexFunc(list, func(i incident) bool { return i.Run == run && i.Seq == seq })
}

// lastID names the newest of list; "0.0" where there is none.
func lastID(list []incident) string {
	if len(list) == 0 {
		return "0.0"
	}
	return list[len(list)-1].ID()
}

func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	v := r.URL.Query()
	q := readEventQuery(v)
	m := s.hub.present(r.Context())
	p := s.userPage(r, templates.Monitoring)
	p.Title, p.Path = p.T().Watch.EventsTitle, "/events"
	if q := q.values().Encode(); q != "" {
		p.Path += "?" + q
	}
	end := len(m.events)
	page := templates.EventsPage{
		Level: q.level, Kind: q.kind, Query: q.q, Taken: m.Taken, Values: q.values(),
	}
	if before := v.Get("before"); before != "" {
		page.Older = true
		end = max(place(m.events, before), 0)
	}
	page.Items, page.More = q.items(m.events, 0, end)
	for i := range m.events {
		if k := m.events[i].Kind; !slices.Contains(page.Kinds, k) {
			page.Kinds = append(page.Kinds, k)
		}
	}
	if q.kind != "" && !slices.Contains(page.Kinds, q.kind) {
		page.Kinds = append(page.Kinds, q.kind)
	}
	slices.Sort(page.Kinds)
	if len(m.events) > 0 {
		page.Oldest = m.events[0].Time
	}
	status := sharedPart(m, "status")
	part, err := s.hub.get(m, audience(r), &status)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	page.Status = part
	if !page.Older { // what is past does not change
		p.Live = true
		after := q.values()
		after.Set("after", joinMark(m.version, lastID(m.events)))
		page.Stream = "/events/stream?" + after.Encode()
	}
	s.render(w, r, http.StatusOK, templates.EventsPageView(p, page))
}

// eventsStream is the stream of the page of events.
func (s *Server) eventsStream(w http.ResponseWriter, r *http.Request) {
	s.stream(w, r, eventsView{readEventQuery(r.URL.Query())}, "")
}

// eventsView is the page of events, live.
type eventsView struct{ eventQuery }

// changes adds the events that are later than the last v has; all of the page,
// where that one is no longer kept.
func (e eventsView) changes(h *hub, m *moment, v *viewer, l *look) error {
	status := sharedPart(m, "status")
	if err := l.add(h, m, v, &status); err != nil {
		return err
	}
	had, now := v.mark, lastID(m.events)
	if v.mark = now; had == now {
		return nil
	}
	from, swap := place(m.events, had)+1, "afterbegin"
	if from == 0 && had != "0.0" {
		swap = "innerHTML"
	}
	items, _ := e.items(m.events, from, len(m.events))
	if len(items) == 0 && swap == "afterbegin" {
		return nil
	}
	html, err := renderString(templates.EventItems(v.who.T(), items))
	if err != nil {
		return err
	}
	l.changes = append(l.changes, change{"log", swap, html})
	return nil
}
