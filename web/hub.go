package web

import (
	"context"
	"strings"
	"sync"
	"time"

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
