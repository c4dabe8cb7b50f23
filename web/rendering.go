package web

import (
	"bytes"
	"context"
	"reflect"
	"strings"

	"github.com/a-h/templ"

	"pacu/web/templates"
	"pacu/web/text"
)

// A rendering is the page's parts in one language.
type rendering struct {
	version    uint64
	parts      map[string]*part
	services   []string // IDs of the table's bodies, in order
	noTable    bool     // there is no table of services, as there is none in lvs.cf
	servicesAt uint64   // version at which that, or the order, changed
}

// A part is one part of the page. HTML is of data, and of version at.
type part struct {
	data any
	html string
	at   uint64
}

// partIDs are the parts of the page but for the services.
var partIDs = []string{"status", "routers", "addresses", "availability", "takeovers", "failovers", "nannies", "events"}

// servicesID is the table of services; its bodies are parts of their own.
const servicesID = "services"

// render brings the rendering in lang up to now and returns it. Parts whose
// data is as before are not rendered again. The caller holds mu.
func (h *hub) render(lang text.Lang) (*rendering, error) {
	old := h.rendered[lang]
	if old == nil {
		old = &rendering{parts: map[string]*part{}}
	}
	if old.version == h.version {
		return old, nil
	}
	r := &rendering{version: h.version, parts: make(map[string]*part, len(old.parts)), servicesAt: old.servicesAt}
	t, m := lang.Words(), h.now
	put := func(id string, data any, c templ.Component) error {
		was := old.parts[id]
		if was != nil && reflect.DeepEqual(was.data, data) {
			r.parts[id] = was
			return nil
		}
		html, err := renderString(c)
		if err != nil {
			return err
		}
		p := &part{data, html, h.version}
		if was != nil && was.html == html {
			p.at = was.at
		}
		r.parts[id] = p
		return nil
	}
	for _, id := range partIDs {
		data, c := view(id, t, m)
		if err := put(id, data, c); err != nil {
			return nil, err
		}
	}
	for _, s := range m.Services() {
		id := serviceID(s.Service.Key())
		if _, twice := r.parts[id]; twice {
			continue // one address and port is one service
		}
		r.services = append(r.services, id)
		if err := put(id, s, templates.ServiceView(t, s)); err != nil {
			return nil, err
		}
	}
	r.noTable = len(r.services) == 0 && m.Failovers().Any()
	if old.version == 0 || r.noTable != old.noTable || !reflect.DeepEqual(old.services, r.services) {
		r.servicesAt = h.version
	}
	h.rendered[lang] = r
	return r, nil
}

// view is what the part shows of m, and how.
func view(id string, t *text.Words, m *templates.Monitor) (data any, c templ.Component) {
	switch id {
	case "status":
		return m.Status(), templates.StatusView(t, m.Status())
	case "routers":
		return m.Routers(), templates.RoutersView(t, m.Routers())
	case "addresses":
		return m.Addresses(), templates.AddressesView(t, m.Addresses())
	case "availability":
		return m.Availability(), templates.AvailabilityView(t, m.Availability())
	case "takeovers":
		return m.Takeovers(), templates.TakeoversView(t, m.Takeovers())
	case "failovers":
		return m.Failovers(), templates.FailoversView(t, m.Failovers())
	case "nannies":
		return m.Nannies(), templates.NanniesView(t, m.Nannies())
	default:
		return m.Events(), templates.EventsView(t, m.Events())
	}
}

// table is the table of services around its bodies, empty where routers serve
// without.
func (r *rendering) table(lang text.Lang) (templates.Rendered, error) {
	if r.noTable {
		return templates.Rendered{ID: servicesID}, nil
	}
	bodies := make([]templates.Rendered, len(r.services))
	for i, id := range r.services {
		bodies[i] = templates.Rendered{ID: id, HTML: r.parts[id].html}
	}
	html, err := renderString(templates.ServicesView(lang.Words(), bodies))
	return templates.Rendered{ID: servicesID, HTML: html}, err
}

// serviceID is the element of a service: its key with everything that an HTML
// id or a CSS selector would trip over replaced.
func serviceID(key string) string {
	return "svc-" + strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r == '.':
			return '_'
		default:
			return '-'
		}
	}, key)
}

func renderString(c templ.Component) (string, error) {
	var b bytes.Buffer
	if err := c.Render(context.Background(), &b); err != nil {
		return "", err
	}
	return b.String(), nil
}
