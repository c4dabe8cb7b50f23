package web

import (
	"context"
	"sync"
	"time"

	"pacu/web/series"
)

const (
	lookEvery = time.Second            // while anybody watches
	idleEvery = series.Step            // else, for the charts
	lookFresh = 500 * time.Millisecond // a page this old need not ask again
	lookLimit = 3 * time.Second        // for pulse to answer; live.js waits longer before it doubts the stream

	// A look of thousands of services costs pulse and us the better part of a
	// second. While nobody watches the hub rests idleRests times as long as the
	// last look took, and a page does not wait for a look that costs more than
	// lookDear: it is served from the last one, if that is at most as old as
	// the rests allow.
	idleRests = 20
	lookDear  = 50 * time.Millisecond
	dearFresh = 6 * time.Second
)

// A hub looks at pulse for all viewers at once: once a second while there is
// one, and every few seconds for the charts besides. Each look has a version,
// and each part of the live pages the version at which it last changed, so that
// a viewer is sent no more than it lacks.
type hub struct {
	pulse  Pulse
	watch  *watcher
	why    explainer
	over   switcher
	record journal
	parts  rendering
	asking sync.Mutex // held during a look, so that there is one at a time

	charting sync.RWMutex // guards series
	series   series.Table

	mu      sync.Mutex // guards what follows; never held while asking pulse
	viewers int
	watched map[string]int     // viewers of a service, by its key
	stop    context.CancelFunc // of the loop; nil while there is none
	version uint64             // of now; rises with every look
	now     *moment            // nil before the first look
	cost    time.Duration      // of the last look
	looked  chan struct{}      // closed at the next look
}

func newHub(p Pulse, configPath, host string) *hub {
	return &hub{
		pulse: p,
		watch: &watcher{path: configPath, host: host},
		// Versions of an earlier lvsgui must not be taken for ours.
		version: uint64(time.Now().UnixMilli()),
		looked:  make(chan struct{}),
		watched: map[string]int{},
	}
}

// run looks at pulse for the charts until ctx ends.
func (h *hub) run(ctx context.Context) {
	for {
		// While somebody watches there is a look that is fresh enough.
		h.look(ctx, idleEvery-lookEvery)
		h.mu.Lock()
		rest := max(idleEvery-h.cost, idleRests*h.cost)
		h.mu.Unlock()
		if !pause(ctx, rest) {
			return
		}
	}
}

// join makes the hub look at pulse every second until leave is called. The
// charts of the servers of service, if that is not empty, are kept before
// others.
func (h *hub) join(service string) (leave func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.viewers++
	if service != "" {
		h.watched[service]++
	}
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
		if h.watched[service]--; h.watched[service] <= 0 {
			delete(h.watched, service)
		}
	})
}

func (h *hub) loop(ctx context.Context) {
	for {
		began := time.Now()
		h.look(ctx, 0)
		cost := time.Since(began)
		// A second between looks, and as long a rest as they take.
		if !pause(ctx, max(lookEvery-cost, min(cost, lookEvery))) {
			return
		}
	}
}

// pause waits for d and reports whether ctx goes on.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// look asks pulse, unless what is known is younger than fresh.
func (h *hub) look(ctx context.Context, fresh time.Duration) {
	h.asking.Lock()
	defer h.asking.Unlock()
	was := h.latest()
	if was != nil && time.Since(was.Taken) < fresh {
		return
	}

	began := time.Now()
	ask, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	snap, err := h.pulse.Snapshot(ask)
	if ctx.Err() != nil {
		return // we left, which says nothing about pulse
	}
	m := h.watch.monitor(snap, err)
	if err == nil {
		m.Why = h.why.ask(ask, h.pulse, snap)
		h.record.take(ask, h.pulse, snap)
	}
	m.Over = h.over.last()
	step := h.chart(m)
	h.mu.Lock()
	version := h.version + 1
	h.mu.Unlock()
	next := newMoment(was, m, version, step)
	next.events = h.record.kept()
	h.parts.sweep(version)

	h.mu.Lock()
	defer h.mu.Unlock()
	h.now, h.version, h.cost = next, version, time.Since(began)
	close(h.looked)
	h.looked = make(chan struct{})
}

// latest is the last moment, or nil before the first.
func (h *hub) latest() *moment {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

// present is the moment a page shows: of now, or the last where a look is dear.
func (h *hub) present(ctx context.Context) *moment {
	// The asking goes on when this viewer leaves: others may wait for it.
	ctx = context.WithoutCancel(ctx)
	h.mu.Lock()
	m, cost := h.now, h.cost
	h.mu.Unlock()
	if m != nil && cost > lookDear && time.Since(m.Taken) < max(dearFresh, (idleRests+2)*cost) {
		go h.look(ctx, lookFresh) // for the next page, and this one's stream
		return m
	}
	h.look(ctx, lookFresh)
	return h.latest()
}

// after waits for a moment of another version than seen.
func (h *hub) after(ctx context.Context, seen uint64) (*moment, error) {
	h.mu.Lock()
	for h.now == nil || h.version == seen {
		looked := h.looked
		h.mu.Unlock()
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-looked:
		}
		h.mu.Lock()
	}
	defer h.mu.Unlock()
	return h.now, nil
}
