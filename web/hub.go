package web

import (
	"bytes"
	"context"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"

	"pacu/web/templates"
	"pacu/web/text"
)

const (
	lookEvery = time.Second            // while anybody watches
	lookFresh = 500 * time.Millisecond // a page this old need not ask again
	lookLimit = 3 * time.Second        // for pulse to answer; live.js waits longer before it doubts the stream
)

// lineEnds are spaces within the parts of a page, which have no <pre>.
var lineEnds = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ")

// A hub looks at pulse for all viewers at once: once a second while there is
// one, and not at all otherwise. Each look has a version; each part of the
// page knows the version at which it last changed, so that a viewer is sent
// no more than it lacks.
type hub struct {
	pulse  Pulse
	watch  *watcher
	why    explainer
	over   switcher
	asking sync.Mutex // held during a look, so that there is one at a time

	mu       sync.Mutex // guards what follows; never held while asking pulse
	viewers  int
	stop     context.CancelFunc // of the loop; nil while there is none
	version  uint64             // of now; rises with every look
	now      *templates.Monitor // nil before the first look
	looked   chan struct{}      // closed at the next look
	rendered map[text.Lang]*rendering
}

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

func newHub(p Pulse, configPath, host string) *hub {
	return &hub{
		pulse: p,
		watch: &watcher{path: configPath, host: host},
		// Versions of an earlier lvsgui must not be taken for ours.
		version:  uint64(time.Now().UnixMilli()),
		looked:   make(chan struct{}),
		rendered: map[text.Lang]*rendering{},
	}
}

// join makes the hub look at pulse until leave is called.
func (h *hub) join() (leave func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.viewers++
	if h.viewers == 1 {
		ctx, cancel := context.WithCancel(context.Background())
		h.stop = cancel
		go h.loop(ctx)
	}
	return sync.OnceFunc(func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.viewers--
		if h.viewers == 0 {
			h.stop()
			h.stop = nil
		}
	})
}

func (h *hub) loop(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		h.look(ctx, 0)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// look asks pulse, unless what is known is younger than fresh.
func (h *hub) look(ctx context.Context, fresh time.Duration) {
	h.asking.Lock()
	defer h.asking.Unlock()
	h.mu.Lock()
	if h.now != nil && time.Since(h.now.Taken) < fresh {
		h.mu.Unlock()
		return
	}
	h.mu.Unlock()

	ask, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	snap, err := h.pulse.Snapshot(ask)
	if ctx.Err() != nil {
		return // we left, which says nothing about pulse
	}
	m := h.watch.monitor(snap, err)
	if err == nil {
		m.Why = h.why.ask(ask, h.pulse, snap)
	}
	m.Over = h.over.last()

	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = m
	h.version++
	close(h.looked)
	h.looked = make(chan struct{})
}

// page returns the monitoring page as of now.
func (h *hub) page(ctx context.Context, lang text.Lang) (templates.MonitoringPage, error) {
	// The asking goes on when this viewer leaves: others may wait for it.
	h.look(context.WithoutCancel(ctx), lookFresh)
	h.mu.Lock()
	defer h.mu.Unlock()
	r, err := h.render(lang)
	if err != nil {
		return templates.MonitoringPage{}, err
	}
	get := func(id string) templates.Rendered { return templates.Rendered{ID: id, HTML: r.parts[id].html} }
	services, err := r.table(lang)
	if err != nil {
		return templates.MonitoringPage{}, err
	}
	return templates.MonitoringPage{
		Status: get("status"), Routers: get("routers"), Addresses: get("addresses"),
		Availability: get("availability"), Takeovers: get("takeovers"), Failovers: get("failovers"),
		Services: services, Nannies: get("nannies"), Events: get("events"),
		Version: h.version, Taken: h.now.Taken,
	}, nil
}

// A look is what a viewer lacks.
type look struct {
	version uint64
	taken   time.Time
	changed []templates.Rendered
}

// next waits for a look later than after and returns what has changed since.
// A version that is not this hub's means that everything has.
func (h *hub) next(ctx context.Context, lang text.Lang, after uint64) (look, error) {
	h.mu.Lock()
	for h.now == nil || h.version == after {
		looked := h.looked
		h.mu.Unlock()
		select {
		case <-ctx.Done():
			return look{}, ctx.Err()
		case <-looked:
		}
		h.mu.Lock()
	}
	defer h.mu.Unlock()
	if after > h.version {
		after = 0
	}
	r, err := h.render(lang)
	if err != nil {
		return look{}, err
	}
	l := look{version: h.version, taken: h.now.Taken}
	for _, id := range partIDs {
		if p := r.parts[id]; p.at > after {
			l.changed = append(l.changed, templates.Rendered{ID: id, HTML: p.html})
		}
	}
	if r.servicesAt > after {
		t, err := r.table(lang)
		if err != nil {
			return look{}, err
		}
		l.changed = append(l.changed, t)
		return l, nil
	}
	for _, id := range r.services {
		if p := r.parts[id]; p.at > after {
			l.changed = append(l.changed, templates.Rendered{ID: id, HTML: p.html})
		}
	}
	return l, nil
}

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
