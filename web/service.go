package web

import (
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"pacu/web/series"
	"pacu/web/templates"
)

// maxKey bounds the key of a service; no service has a longer one.
const maxKey = 100

func (s *Server) service(w http.ResponseWriter, r *http.Request) {
	key := r.URL.Query().Get("key")
	m := s.hub.present(r.Context())
	t := m.service(key)
	if t == nil {
		s.message(w, r, http.StatusNotFound, s.page(r, "").T().Watch.NoService)
		return
	}
	p := s.userPage(r, templates.Monitoring)
	p.Path = templates.ServiceURL(key)
	p.Title, p.Live = t.Service.Name, true
	page := templates.ServicePage{Key: key, Name: t.Service.Name, Parts: map[string]templates.Rendered{}, Taken: m.Taken}
	page.Stream = "/service/stream?" + url.Values{"key": {key}, "after": {joinMark(m.version, "")}}.Encode()
	who, parts := audience(r), serviceParts(s.hub, m, key)
	for i := range parts {
		part, err := s.hub.get(m, who, &parts[i])
		if err != nil {
			s.fail(w, r, err)
			return
		}
		page.Parts[part.ID] = part
	}
	s.render(w, r, http.StatusOK, templates.ServiceView(p, page))
}

// serviceStream is the stream of a service's page.
func (s *Server) serviceStream(w http.ResponseWriter, r *http.Request) {
	key := r.URL.Query().Get("key")
	if len(key) > maxKey {
		http.Error(w, http.StatusText(http.StatusBadRequest), http.StatusBadRequest)
		return
	}
	s.stream(w, r, serviceView(key), key)
}

// serviceView is the page of the service of that key, live.
type serviceView string

func (k serviceView) changes(h *hub, m *moment, v *viewer, l *look) error {
	parts := serviceParts(h, m, string(k))
	for i := range parts {
		if err := l.add(h, m, v, &parts[i]); err != nil {
			return err
		}
	}
	return nil
}

// serviceParts are the parts of the page of the service key, which may be gone.
func serviceParts(h *hub, m *moment, key string) []part {
	named := func(id string) string { return "service?" + key + "#" + id }
	t := m.service(key)
	if t == nil {
		nothing := func(templates.Audience) templ.Component { return templ.NopComponent }
		return []part{
			sharedPart(m, "status"),
			{id: "one-head", key: named("head"), at: m.version, view: func(a templates.Audience) templ.Component {
				return templates.ServiceGone(a.T())
			}},
			{id: "one-charts", key: named("charts"), at: m.version, view: nothing},
			{id: "one-servers", key: named("servers"), at: m.version, view: nothing},
		}
	}
	facts := templates.ServiceFacts{ServicePart: t.ServicePart, Address: m.AddressOf(t.Service)}
	servers := part{id: "one-servers", at: t.rowsAt, view: func(a templates.Audience) templ.Component {
		return templates.ServiceServers(a, t.ServicePart, func(i int) []float32 { return serverSpark(h, t, i) })
	}, rows: []part{}}
	for i := range t.Service.Servers {
		servers.rows = append(servers.rows,
			part{id: templates.OneRow(i), key: named(templates.OneRow(i)), at: t.rows[i], outer: true, view: func(a templates.Audience) templ.Component {
				return templates.OneServer(a, t.ServicePart, i, nil)
			}},
			part{id: templates.OneSpark(i), key: named(templates.OneSpark(i)), at: m.chartAt, view: func(a templates.Audience) templ.Component {
				return templates.RateSpark(a.T(), serverSpark(h, t, i))
			}})
	}
	return []part{
		sharedPart(m, "status"),
		// What it says comes from several places; it is new when it looks new.
		{id: "one-head", key: named("head"), at: m.version, view: func(a templates.Audience) templ.Component {
			return templates.ServiceHeadView(a, facts)
		}},
		{id: "one-charts", key: named("charts"), at: m.chartAt, view: func(a templates.Audience) templ.Component {
			return templates.ServiceCharts(a.T(), serviceSeries(h, key))
		}},
		servers,
	}
}

func serviceSeries(h *hub, key string) templates.Series {
	k := series.Key{Service: key}
	return templates.Series{
		Active: h.points(k, series.Active), Connections: h.points(k, series.Connections),
		In: h.points(k, series.BytesIn), Out: h.points(k, series.BytesOut),
	}
}

func serverSpark(h *hub, t *track, i int) []float32 {
	return templates.Thin(h.points(serverKey(t.key, &t.Service.Servers[i]), series.Connections))
}
