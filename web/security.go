package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/go-chi/chi/v5/middleware"

	"pacu/store"
	"pacu/web/templates"
	"pacu/web/text"
)

// The policy has no 'unsafe-...': there is no inline script or style anywhere.
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

const (
	idleLimit    = time.Hour      // without a request
	sessionLimit = 12 * time.Hour // a shift
)

func newSessions(st *store.Store, log *slog.Logger, secure bool) *scs.SessionManager {
	m := scs.New()
	m.Store = st.Sessions()
	m.Codec = store.Codec{}
	m.HashTokenInStore = true
	m.IdleTimeout = idleLimit
	m.Lifetime = sessionLimit
	m.Cookie.Persist = false
	m.Cookie.HttpOnly = true
	m.Cookie.SameSite = http.SameSiteStrictMode
	// __Host- binds the cookie to this host and to TLS (RFC 6265bis, 4.1.3.2);
	// browsers refuse it over plain http, as at the end of a tunnel.
	m.Cookie.Name, m.Cookie.Secure = "__Host-pacu", true
	if !secure {
		m.Cookie.Name, m.Cookie.Secure = "pacu", false
	}
	m.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) {
		log.Error("session", "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
	}
	return m
}

// protect wraps the pages: headers, and no request that another site made the
// browser send.
func (s *Server) protect(next http.Handler) http.Handler {
	csrf := http.NewCrossOriginProtection()
	csrf.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.message(w, r, http.StatusForbidden, s.page(r, "").T().CrossSite)
	}))
	return s.withHeaders(csrf.Handler(next))
}

// withHeaders sets the headers that every answer has.
func (s *Server) withHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentSecurityPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		h.Set("Cache-Control", "no-store")
		if s.Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// recoverer turns a panic of a handler into a page and a log entry with its
// stack.
func (s *Server) recoverer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if v == http.ErrAbortHandler {
				panic(v)
			}
			s.Log.Error("handler panicked", "path", r.URL.Path, "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
			http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		}()
		next.ServeHTTP(w, r)
	})
}

// public reports whether path is for everybody.
func public(path string) bool {
	return path == "/login" || path == "/login/code" || path == "/setup" || isStatic(path)
}

func isStatic(path string) bool { return strings.HasPrefix(path, "/static/") }

// requireLogin refuses everything that is not public without a session. It
// stands before the router's choice, so a route added later is refused too.
func (s *Server) requireLogin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if public(r.URL.Path) || s.user(r) != "" {
			next.ServeHTTP(w, r)
			return
		}
		s.turnAway(w, r)
	})
}

// turnAway answers one who is not logged in.
func (s *Server) turnAway(w http.ResponseWriter, r *http.Request) {
	switch {
	case strings.HasSuffix(r.URL.Path, "/stream") || r.Header.Get("HX-Request") != "":
		// A redirect would put the login page into a part of the page; this
		// way what was typed stays, and the next whole page asks for a login.
		w.Header().Set("HX-Reswap", "none")
		w.WriteHeader(http.StatusUnauthorized)
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		to := "/login"
		if next := s.ownPage(r.URL.RequestURI()); next != "" && next != "/" {
			to += "?next=" + url.QueryEscape(next)
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
	default:
		p := s.page(r, "")
		p.Title = p.T().LoginTitle
		s.render(w, r, http.StatusUnauthorized, templates.Login(p, templates.LoginForm{Note: p.T().SessionEnded}))
	}
}

// user returns who is logged in, or "".
func (s *Server) user(r *http.Request) string {
	return s.sessions.GetString(r.Context(), store.UserKey)
}

// languageCookie holds the choice of the switch; it is no secret.
const languageCookie = "pacu_lang"

// language is the choice of the switch, or else the browser's.
func language(r *http.Request) text.Lang {
	if c, err := r.Cookie(languageCookie); err == nil {
		if l := text.Lang(c.Value); l.Known() {
			return l
		}
	}
	return text.Accept(r.Header.Get("Accept-Language"))
}

// switchLanguage remembers ?lang=, and goes on to the page without it.
func (s *Server) switchLanguage(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		l := text.Lang(q.Get("lang"))
		if r.Method != http.MethodGet || !l.Known() {
			next.ServeHTTP(w, r)
			return
		}
		http.SetCookie(w, &http.Cookie{
			Name: languageCookie, Value: string(l), Path: "/", MaxAge: 365 * 24 * 3600,
			HttpOnly: true, Secure: s.Secure, SameSite: http.SameSiteStrictMode,
		})
		// Only what came in the path goes into the redirect; "//host" would
		// lead to another site.
		to := url.URL{Path: "/" + strings.TrimLeft(r.URL.Path, "/\\")}
		q.Del("lang")
		to.RawQuery = q.Encode()
		http.Redirect(w, r, to.String(), http.StatusSeeOther)
	})
}

// watched reports whether the session of r is still there. Watching is a use
// of it, so a page on a wall stays until sessionLimit.
func (s *Server) watched(r *http.Request) bool {
	c, err := r.Cookie(s.sessions.Cookie.Name)
	if err != nil {
		return false
	}
	// A context of its own: r's already carries the session as it was.
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	ctx, err = s.sessions.Load(ctx, c.Value)
	if err == nil && s.sessions.GetString(ctx, store.UserKey) == "" {
		return false
	}
	if err == nil {
		_, _, err = s.sessions.Commit(ctx)
	}
	if err != nil {
		s.Log.Error("session of a stream", "error", err)
	}
	return err == nil
}

// client is the address a request came from.
func client(r *http.Request) string { return middleware.GetClientIP(r.Context()) }
