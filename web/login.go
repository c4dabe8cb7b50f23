package web

import (
	"crypto/rand"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strings"
	"time"

	"pacu/store"
	"pacu/web/templates"
)

// stepLimit is how long a login waits for its one-time code.
const stepLimit = 5 * time.Minute

// A loginStep is a login whose password was right and whose one-time code is
// still asked for. It is no session: it opens nothing.
type loginStep struct {
	user    string
	changed time.Time // when the password that was right was set
	next    string
}

func (s *Server) loginPage(w http.ResponseWriter, r *http.Request) {
	if s.user(r) != "" {
		http.Redirect(w, r, "/monitoring", http.StatusSeeOther)
		return
	}
	s.loginForm(w, r, http.StatusOK, templates.LoginForm{Next: s.ownPage(r.URL.Query().Get("next"))})
}

func (s *Server) loginForm(w http.ResponseWriter, r *http.Request, status int, f templates.LoginForm) {
	p := s.page(r, "")
	p.Title = p.T().LoginTitle
	if p.Path == "" {
		p.Path = "/login"
	}
	s.render(w, r, status, templates.Login(p, f))
}

// ownPage returns next if it is a page of the console that one may want after
// a login, with its query, and else "": a login never leads to another site.
func (s *Server) ownPage(next string) string {
	const longest = 2048
	u, err := url.Parse(next)
	if err != nil || len(next) > longest || u.Scheme != "" || u.Host != "" || u.User != nil || !s.pages[u.Path] {
		return ""
	}
	return (&url.URL{Path: u.Path, RawQuery: u.RawQuery}).String()
}

func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, err)
		return
	}
	ctx, t := r.Context(), s.page(r, "").T()
	user, password := r.PostForm.Get("user"), r.PostForm.Get("password")
	f := templates.LoginForm{User: user, Next: s.ownPage(r.PostForm.Get("next"))}

	wait, err := s.Store.Wait(ctx, user)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if wait > 0 {
		f.Error, f.Wait = fmt.Sprintf(t.LoginWait, retryAfter(w, wait)), true
		s.loginForm(w, r, http.StatusTooManyRequests, f)
		return
	}
	ok, err := s.Store.Verify(ctx, user, password)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if !ok {
		// The name is not logged: it may be a password in the wrong field.
		s.logins.failed.Add(1)
		s.Log.Warn("login failed", "client", client(r))
		if err := s.Store.Failed(ctx, user); err != nil {
			s.fail(w, r, err)
			return
		}
		f.Error = t.LoginWrong
		s.loginForm(w, r, http.StatusUnauthorized, f)
		return
	}
	u, err := s.Store.User(ctx, user)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if u.TOTP {
		key := rand.Text()
		s.steps.put(key, loginStep{user, u.Changed, f.Next})
		http.SetCookie(w, s.stepCookie(key, int(stepLimit.Seconds())))
		http.Redirect(w, r, "/login/code", http.StatusSeeOther)
		return
	}
	s.enter(w, r, user, f.Next, "login", "")
}

// stepCookie holds key, by which a browser goes on with its login.
func (s *Server) stepCookie(key string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name: s.sessions.Cookie.Name + "_step", Value: key, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: s.Secure, SameSite: http.SameSiteStrictMode,
	}
}

// step returns the login that waits for the code of r, and its key.
func (s *Server) step(r *http.Request) (key string, v loginStep, ok bool) {
	c, err := r.Cookie(s.stepCookie("", 0).Name)
	if err != nil {
		return "", v, false
	}
	v, ok = s.steps.look(c.Value)
	return c.Value, v, ok
}

func (s *Server) codePage(w http.ResponseWriter, r *http.Request) {
	_, step, ok := s.step(r)
	if !ok || s.user(r) != "" {
		http.Redirect(w, r, "/login", http.StatusSeeOther)
		return
	}
	s.codeForm(w, r, http.StatusOK, templates.CodeForm{User: step.user})
}

func (s *Server) codeForm(w http.ResponseWriter, r *http.Request, status int, f templates.CodeForm) {
	p := s.page(r, "")
	p.Title, p.Path = p.T().People.CodeTitle, "/login/code"
	s.render(w, r, status, templates.LoginCode(p, f))
}

// loginCode is the second step of a login. A wrong code is a failed login like
// a wrong password.
func (s *Server) loginCode(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, err)
		return
	}
	ctx, t := r.Context(), s.page(r, "").T()
	key, step, ok := s.step(r)
	if !ok {
		s.loginForm(w, r, http.StatusUnauthorized, templates.LoginForm{Note: t.People.CodeLate})
		return
	}
	f := templates.CodeForm{User: step.user}
	wait, err := s.Store.Wait(ctx, step.user)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if wait > 0 {
		f.Wrong, f.Wait = fmt.Sprintf(t.LoginWait, retryAfter(w, wait)), true
		s.codeForm(w, r, http.StatusTooManyRequests, f)
		return
	}
	u, err := s.Store.User(ctx, step.user)
	if err != nil && !errors.Is(err, store.ErrNoUser) {
		s.fail(w, r, err)
		return
	}
	if err != nil || !u.Changed.Equal(step.changed) {
		// Deleted, or given another password, since the first step.
		s.steps.take(key)
		s.loginForm(w, r, http.StatusUnauthorized, templates.LoginForm{Note: t.People.CodeLate})
		return
	}
	ok, err = s.Store.UseTOTP(ctx, step.user, r.PostForm.Get("code"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if !ok {
		s.logins.failed.Add(1)
		s.Log.Warn("login failed: wrong one-time code", "user", step.user, "client", client(r))
		if err := s.Store.Failed(ctx, step.user); err != nil {
			s.fail(w, r, err)
			return
		}
		f.Wrong = t.People.CodeWrong
		s.codeForm(w, r, http.StatusUnauthorized, f)
		return
	}
	s.steps.take(key)
	http.SetCookie(w, s.stepCookie("", -1))
	s.enter(w, r, step.user, step.next, "login", "")
}

// enter logs user in, under a new token and with nothing of the session before
// it, and goes on to next, where said is shown.
func (s *Server) enter(w http.ResponseWriter, r *http.Request, user, next, what, said string) {
	ctx := r.Context()
	if err := errors.Join(s.Store.Succeeded(ctx, user), s.sessions.Clear(ctx), s.sessions.RenewToken(ctx)); err != nil {
		s.fail(w, r, err)
		return
	}
	s.logins.done.Add(1)
	s.sessions.Put(ctx, store.UserKey, user)
	s.sessions.Put(ctx, store.ClientKey, client(r))
	s.sessions.Put(ctx, store.AgentKey, strings.ToValidUTF8(r.UserAgent(), "\uFFFD"))
	if said != "" {
		s.sessions.Put(ctx, flashKey, said)
	}
	s.record(r, user, what, "")
	if next == "" {
		next = "/monitoring"
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
}

// Logins counts those since New: done, and failed for a wrong password or
// one-time code.
func (s *Server) Logins() (done, failed uint64) { return s.logins.done.Load(), s.logins.failed.Load() }

func (s *Server) logout(w http.ResponseWriter, r *http.Request) {
	user := s.user(r)
	if err := s.sessions.Destroy(r.Context()); err != nil {
		s.fail(w, r, err)
		return
	}
	s.record(r, user, "logout", "")
	http.Redirect(w, r, "/login", http.StatusSeeOther)
}

// retryAfter tells the browser to wait, and returns the seconds.
func retryAfter(w http.ResponseWriter, wait time.Duration) int {
	seconds := int(math.Ceil(wait.Seconds()))
	w.Header().Set("Retry-After", fmt.Sprint(seconds))
	return seconds
}
