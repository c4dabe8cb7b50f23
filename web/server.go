package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/go-chi/httprate"

	"pacu/control"
	"pacu/store"
	"pacu/web/static"
	"pacu/web/templates"
)

// Pulse is what the console asks of pulse; *control.Client is one.
type Pulse interface {
	// Snapshot returns pulse's state of this moment. The error matches
	// control.ErrNotRunning when there is no pulse.
	Snapshot(ctx context.Context) (*control.Snapshot, error)
	// Reload has pulse read lvs.cf again and returns what that changed.
	Reload(ctx context.Context) (string, error)
	// SwitchOver has the other router serve, or with check only tells what
	// would go wrong; see control.Client.
	SwitchOver(ctx context.Context, check, force bool) (*control.Preflight, error)
	// Hold makes the router never take over, or ends that, and returns what
	// pulse did.
	Hold(ctx context.Context, on bool) (string, error)
	// Explain returns why the router has its role.
	Explain(ctx context.Context) (*control.Explanation, error)
	// Follow calls f with each event later than after, as it comes, until f
	// returns an error, which it returns, or ctx ends.
	Follow(ctx context.Context, after uint64, f func(control.Event) error) error
	// Plan returns what a reload would change, were lvs.cf text.
	Plan(ctx context.Context, text []byte) (*control.Plan, error)
	// Drain gives a real server no new connections, and ends those left after
	// timeout; Undrain ends that. Both return what pulse did.
	Drain(ctx context.Context, server string, timeout time.Duration) (string, error)
	Undrain(ctx context.Context, server string) (string, error)
	// Force overrules the probes of a real server, or ends that, and returns
	// what pulse did.
	Force(ctx context.Context, server string, to control.Way) (string, error)
	// Probe probes a real server once, now, in each of its services.
	Probe(ctx context.Context, server string) ([]control.Probed, error)
	// Setup returns what the real servers that q chooses must be set up with.
	Setup(ctx context.Context, q control.SetupQuery) (*control.Setup, error)
}

// Options are what a Server is made of.
type Options struct {
	ConfigPath string         // lvs.cf
	Pulse      Pulse          //
	Store      *store.Store   //
	Log        *slog.Logger   // requests that fail, logins, saves
	Secure     bool           // the browser speaks TLS to us
	Hostname   string         // for the page's head; os.Hostname's when empty
	State      string         // the folder of the console's own files: its ssh key, known hosts
	AllowFrom  []netip.Prefix // networks of the clients that are served; empty: all
	Version    string         // of this program; empty: it is not compared with pulse's
	// Certificate is what the console is served with, for a warning before it
	// ends; nil: none.
	Certificate *Certificate
	Metrics     http.Handler // of /metrics, to those with a token; nil: there are none
	Alerts      Alerter      // who sends them; nil: nobody does, but they can be set up
}

// A Server serves the console's pages. Create one with New.
type Server struct {
	Options
	hub      *hub
	desk     *desk
	peering  *peering
	lists    virtualIndices // of drafts, for VIRTUAL SERVERS
	changer  *changer
	space    *space
	planner  *planner
	sessions *scs.SessionManager
	hasUsers atomic.Bool   // becomes true once and stays so
	check    time.Duration // sessionCheck; tests are more impatient

	pages   map[string]bool   // the paths that one may go to after a login
	steps   *shelf[loginStep] // by the key in the browser's cookie
	secrets *shelf[string]    // of one-time codes to be, by session
	made    *shelf[madeToken] // to be shown once, by session
	tested  *shelf[[]control.AlertOutcome]
	probes  *shelf[templates.ProbePage]
	streams crowds
	setups  chan struct{}         // turns to ask pulse for set-ups
	wrong   *httprate.RateLimiter // of wrong tokens
	logins  struct{ done, failed atomic.Uint64 }
}

// New returns a Server. It starts nothing: the hub asks pulse only while
// somebody watches.
func New(o Options) *Server {
	o = o.named()
	s := &Server{
		Options:  o,
		hub:      newHub(o.Pulse, o.ConfigPath, o.Hostname),
		desk:     &desk{path: o.ConfigPath, store: o.Store},
		peering:  newPeering(o.State),
		changer:  newChanger(o),
		space:    newSpace(o.Log, o.folders()...),
		planner:  newPlanner(o.Pulse),
		sessions: newSessions(o.Store, o.Log, o.Secure),
		check:    sessionCheck,
		steps:    newShelf[loginStep](stepLimit),
		secrets:  newShelf[string](totpLimit),
		made:     newShelf[madeToken](madeLimit),
		tested:   newShelf[[]control.AlertOutcome](testedKept),
		probes:   newShelf[templates.ProbePage](probeKept),
		setups:   make(chan struct{}, setupsAtOnce),
		wrong:    newWrongTokens(),
	}
	s.pages = ownPages(s.router())
	return s
}

// named is o with the host's name.
func (o Options) named() Options {
	if o.Hostname == "" {
		o.Hostname, _ = os.Hostname() // without one the page's head is shorter
	}
	return o
}

// ownPages are the paths of routes that show a page to who is logged in.
func ownPages(routes chi.Router) map[string]bool {
	pages := map[string]bool{}
	chi.Walk(routes, func(method, path string, _ http.Handler, _ ...func(http.Handler) http.Handler) error { // fails only as this function does
		if method == http.MethodGet && !public(path) && !strings.HasSuffix(path, "/stream") {
			pages[path] = true
		}
		return nil
	})
	return pages
}

// The longest request bodies: a form, and lvs.cf of 100,000 real servers.
const (
	maxForm   = 64 << 10
	maxConfig = 32 << 20
)

// Handler returns all of the console.
func (s *Server) Handler() http.Handler {
	pages, programs := s.protect(s.router()), s.withHeaders(s.programs())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if forPrograms(r.URL.Path) {
			programs.ServeHTTP(w, r)
			return
		}
		pages.ServeHTTP(w, r)
	})
}

// router has the routes of the pages, without what Handler puts around them.
func (s *Server) router() chi.Router {
	r := chi.NewRouter()
	r.Use(middleware.ClientIPFromRemoteAddr, s.recoverer, s.allowFrom, s.sessions.LoadAndSave, s.setupFirst, s.requireLogin, s.withRole, s.switchLanguage, middleware.GetHead)
	r.NotFound(func(w http.ResponseWriter, r *http.Request) {
		s.message(w, r, http.StatusNotFound, s.page(r, "").T().NotFound)
	})
	r.MethodNotAllowed(func(w http.ResponseWriter, r *http.Request) {
		s.message(w, r, http.StatusMethodNotAllowed, s.page(r, "").T().NotAllowed)
	})

	// Everybody.
	r.Handle("/static/*", static.Handler())
	r.Get("/login", s.loginPage)
	r.Get("/login/code", s.codePage)
	r.Get("/setup", s.setupPage)
	guesses := r.With(s.limitLogins(), limitBody(maxForm))
	guesses.Post("/login", s.login)
	guesses.Post("/login/code", s.loginCode)
	guesses.Post("/setup", s.setup)
	r.With(limitBody(maxForm)).Post("/logout", s.logout)

	r.Group(s.viewerRoutes)
	r.Group(s.operatorRoutes)
	r.Group(s.adminRoutes)
	return r
}

// viewerRoutes show everything, and change nothing but one's own account.
func (s *Server) viewerRoutes(r chi.Router) {
	r.Use(s.need(store.Viewer), limitBody(maxForm))
	r.Get("/", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/monitoring", http.StatusSeeOther) })
	r.Get("/monitoring", s.monitoring)
	r.Get("/monitoring/stream", s.monitoringStream)
	r.Get("/service", s.service)
	r.Get("/service/stream", s.serviceStream)
	r.Get("/events", s.events)
	r.Get("/events/stream", s.eventsStream)
	r.Get("/configuration", s.configuration)
	s.settingsPages(r)
	s.historyPages(r)
	s.virtualPages(r)
	r.Get(templates.PeerPath, s.peerPage)
	r.Get(templates.HelpPath, s.serverHelp)
	r.Get("/account", s.accountPage)
	r.Get("/password", http.RedirectHandler("/account", http.StatusSeeOther).ServeHTTP) // where it was
	guesses := r.With(s.limitLogins())                                                  // many at once would all find that none has failed yet
	guesses.Post("/account/password", s.changePassword)
	guesses.Post("/account/totp", s.changeTOTP)
	r.Get("/account/totp", s.totpPage)
	r.Post("/account/totp/confirm", s.confirmTOTP)
	r.Post("/account/sessions/end", s.endOwnSessions)
	r.Post("/account/tokens", s.newToken)
	r.Post("/account/tokens/revoke", s.revokeOwnToken)
}

// operatorRoutes change lvs.cf and what pulse does.
func (s *Server) operatorRoutes(r chi.Router) {
	r.Use(s.need(store.Operator))
	s.reviewForms(r)
	r = r.With(limitBody(maxForm))
	s.settingsForms(r)
	s.virtualForms(r)
	s.peerActs(r)
	r.Post("/monitoring/reload", s.reload)
	r.Get("/switchover", s.preflight)
	r.Post("/switchover", s.switchOver)
	r.Get("/act", s.actPage)
	r.Post("/act", s.act)
	r.Get("/probe", s.probePage)
	r.Get("/hold", s.holdPage)
	r.Post("/hold", s.hold)
	r.Get("/audit", s.auditView)
	r.Get("/audit.csv", s.auditCSV)
}

// adminRoutes are about people, secrets and the console itself.
func (s *Server) adminRoutes(r chi.Router) {
	r.Use(s.need(store.Admin), limitBody(maxForm))
	s.peerSetup(r)
	s.alertRoutes(r)
	r.Get("/users", s.usersPage)
	r.Post("/users", s.addUser)
	r.Get("/user", s.userPageOf)
	r.Post("/user/role", s.onUser(s.setRole))
	r.Post("/user/password", s.onUser(s.resetPassword))
	r.Post("/user/totp", s.onUser(s.resetTOTP))
	r.Post("/user/sessions", s.onUser(s.endUserSessions))
	r.Post("/user/delete", s.onUser(s.deleteUser))
	r.Get("/sessions", s.sessionsPage)
	r.Post("/sessions/end", s.endAnySession)
	r.Get("/tokens", s.tokensPage)
	r.Post("/tokens/revoke", s.revokeAnyToken)
}

// limitLogins bounds guesses per client address; the store slows them down
// per user besides.
func (s *Server) limitLogins() func(http.Handler) http.Handler {
	return httprate.LimitBy(20, time.Minute, func(r *http.Request) (string, error) {
		return httprate.CanonicalizeIP(middleware.GetClientIP(r.Context())), nil
	}, httprate.WithLimitHandler(func(w http.ResponseWriter, r *http.Request) {
		s.message(w, r, http.StatusTooManyRequests, s.page(r, "").T().TooMany)
	}))
}

func limitBody(n int64) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, n)
			next.ServeHTTP(w, r)
		})
	}
}

// DatabasePath is where the database is in the state directory.
func DatabasePath(state string) string { return filepath.Join(state, "console.db") }
