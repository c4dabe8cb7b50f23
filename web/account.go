package web

import (
	"errors"
	"fmt"
	"math"
	"net/http"

	"pacu/store"
	"pacu/web/templates"
)

func (s *Server) loginPage(w http.ResponseWriter, r *http.Request) {
	if s.user(r) != "" {
		http.Redirect(w, r, "/monitoring", http.StatusSeeOther)
		return
	}
	s.loginForm(w, r, http.StatusOK, templates.LoginForm{Next: ownPage(r.URL.Query().Get("next"))})
}

func (s *Server) loginForm(w http.ResponseWriter, r *http.Request, status int, f templates.LoginForm) {
	p := s.page(r, "")
	p.Title, p.Path = p.T().LoginTitle, "/login"
	s.render(w, r, status, templates.Login(p, f))
}

// ownPage returns path if it is a page one may want after the login, and else
// "": a login never leads to another site.
func ownPage(path string) string {
	switch path {
	case "/configuration", "/password", "/switchover", "/hold":
		return path
	}
	return ""
}

func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, err)
		return
	}
	ctx, t := r.Context(), s.page(r, "").T()
	user, password := r.PostForm.Get("user"), r.PostForm.Get("password")
	f := templates.LoginForm{User: user, Next: ownPage(r.PostForm.Get("next"))}

	wait, err := s.Store.Wait(ctx, user)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if wait > 0 {
		seconds := int(math.Ceil(wait.Seconds()))
		f.Error = fmt.Sprintf(t.LoginWait, seconds)
		w.Header().Set("Retry-After", fmt.Sprint(seconds))
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
		s.Log.Warn("login failed", "client", client(r))
		if err := s.Store.Failed(ctx, user); err != nil {
			s.fail(w, r, err)
			return
		}
		f.Error = t.LoginWrong
		s.loginForm(w, r, http.StatusUnauthorized, f)
		return
	}
	if err := errors.Join(s.Store.Succeeded(ctx, user), s.sessions.RenewToken(ctx)); err != nil {
		s.fail(w, r, err)
		return
	}
	s.sessions.Put(ctx, store.UserKey, user)
	s.record(r, user, "login", "from "+client(r))
	next := f.Next
	if next == "" {
		next = "/monitoring"
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
}

func (s *Server) logout(w http.ResponseWriter, r *http.Request) {
	user := s.user(r)
	if err := s.sessions.Destroy(r.Context()); err != nil {
		s.fail(w, r, err)
		return
	}
	s.record(r, user, "logout", "from "+client(r))
	http.Redirect(w, r, "/login", http.StatusSeeOther)
}

func (s *Server) passwordPage(w http.ResponseWriter, r *http.Request) {
	s.passwordForm(w, r, http.StatusOK, "")
}

func (s *Server) passwordForm(w http.ResponseWriter, r *http.Request, status int, problem string) {
	p := s.userPage(r, "")
	p.Title, p.Path = p.T().PasswordTitle, "/password"
	s.render(w, r, status, templates.Password(p, store.MinPassword, problem))
}

func (s *Server) changePassword(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, err)
		return
	}
	ctx, t, user := r.Context(), s.page(r, "").T(), s.user(r)
	if r.PostForm.Get("new") != r.PostForm.Get("again") {
		s.passwordForm(w, r, http.StatusUnprocessableEntity, t.PasswordDiffer)
		return
	}
	wait, err := s.Store.Wait(ctx, user)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if wait > 0 {
		s.passwordForm(w, r, http.StatusTooManyRequests, fmt.Sprintf(t.LoginWait, int(math.Ceil(wait.Seconds()))))
		return
	}
	ok, err := s.Store.Verify(ctx, user, r.PostForm.Get("now"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if !ok {
		if err := s.Store.Failed(ctx, user); err != nil {
			s.fail(w, r, err)
			return
		}
		s.passwordForm(w, r, http.StatusUnprocessableEntity, t.PasswordWrong)
		return
	}
	switch err := s.Store.SetPassword(ctx, user, r.PostForm.Get("new")); {
	case errors.Is(err, store.ErrShort):
		s.passwordForm(w, r, http.StatusUnprocessableEntity, fmt.Sprintf(t.PasswordShort, store.MinPassword))
	case errors.Is(err, store.ErrLong):
		s.passwordForm(w, r, http.StatusUnprocessableEntity, fmt.Sprintf(t.PasswordLong, store.MaxPassword))
	case errors.Is(err, store.ErrTrivial):
		s.passwordForm(w, r, http.StatusUnprocessableEntity, t.PasswordTrivial)
	case err != nil:
		s.fail(w, r, err)
	default:
		// SetPassword has ended every session; this one goes on under a new token.
		if err := s.sessions.RenewToken(ctx); err != nil {
			s.fail(w, r, err)
			return
		}
		s.sessions.Put(ctx, flashKey, t.PasswordChanged)
		s.record(r, user, "password", "changed their own, from "+client(r))
		http.Redirect(w, r, "/monitoring", http.StatusSeeOther)
	}
}
