package metrics

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// scrapesAtOnce bounds the memory that scrapes take: one of 40,000 servers
// takes some hundred megabytes.
const scrapesAtOnce = 2

// Options are what a Handler is made of.
type Options struct {
	Pulse   Pulse
	Version string // of this program
	Log     *slog.Logger
	// Logins counts those to the console since its start; nil: there are none.
	Logins func() (done, failed uint64)
	// CertificateEnds is when the console's certificate does; nil: there is
	// none.
	CertificateEnds func() time.Time
}

// A Handler answers scrapes. Create one with New.
type Handler struct {
	Options
	source  source
	process *prometheus.Registry
	seats   chan struct{}

	mu   sync.Mutex
	down bool // as the log has it
}

// New returns a Handler. It asks pulse only when it is scraped.
func New(o Options) *Handler {
	h := &Handler{Options: o, source: source{pulse: o.Pulse}, process: prometheus.NewRegistry(), seats: make(chan struct{}, scrapesAtOnce)}
	h.process.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return h
}

// ServeHTTP implements http.Handler. A wrong ?collect[]= is 400; more scrapes
// than can be served at once are 503.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "metrics are read by GET", http.StatusMethodNotAllowed)
		return
	}
	want, err := wanted(r.URL.Query())
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	select {
	case h.seats <- struct{}{}:
		defer func() { <-h.seats }()
	default:
		w.Header().Set("Retry-After", "1")
		http.Error(w, fmt.Sprintf("%d scrapes are under way, which is as many as can be", scrapesAtOnce), http.StatusServiceUnavailable)
		return
	}
	a := h.source.ask(r.Context())
	if r.Context().Err() != nil {
		return // nobody waits for an answer
	}
	h.note(a.err)
	from := &collector{answer: a, groups: want, now: time.Now(), own: h.own, process: h.process}
	promhttp.HandlerFor(from, promhttp.HandlerOpts{
		ErrorLog: logger{h.Log}, ErrorHandling: promhttp.ContinueOnError, EnableOpenMetrics: true,
	}).ServeHTTP(w, r)
}

// own tells what lvsgui knows without pulse.
func (h *Handler) own(e emitter) {
	e.put(buildInfo, 1, h.Version)
	if h.Logins != nil {
		done, failed := h.Logins()
		e.put(logins, float64(done), loginResults[0])
		e.put(logins, float64(failed), loginResults[1])
	}
	if h.CertificateEnds != nil {
		e.at(certificate, h.CertificateEnds())
	}
}

// note logs that pulse does not answer, and that it does again, once each.
func (h *Handler) note(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case err != nil && !h.down:
		h.Log.Warn("metrics: pulse does not answer: pacu_up is 0", "error", err)
	case err == nil && h.down:
		h.Log.Info("metrics: pulse answers again")
	}
	h.down = err != nil
}

// wanted are the groups that a scrape asks for; all where it names none.
func wanted(query url.Values) (map[Group]bool, error) {
	want := make(map[Group]bool)
	for _, word := range query["collect[]"] {
		if !slices.Contains(groups, Group(word)) {
			return nil, fmt.Errorf("collect[]=%.40q: want one of %v", word, groups)
		}
		want[Group(word)] = true
	}
	if len(want) == 0 {
		for _, g := range groups {
			want[g] = true
		}
	}
	return want, nil
}

// A logger has the log say what promhttp has to.
type logger struct{ log *slog.Logger }

// Println implements promhttp.Logger.
func (l logger) Println(v ...any) { l.log.Warn("metrics", "error", fmt.Sprint(v...)) }
