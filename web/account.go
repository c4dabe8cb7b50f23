package web

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"pacu/store"
	"pacu/web/templates"
	"pacu/web/text"
)

func (s *Server) accountPage(w http.ResponseWriter, r *http.Request) {
	s.account(w, r, http.StatusOK, templates.AccountPage{})
}

// account shows the user's own account; a brings what was typed and what is
// wrong with it.
func (s *Server) account(w http.ResponseWriter, r *http.Request, status int, a templates.AccountPage) {
	ctx, user := r.Context(), s.user(r)
	var errs [3]error
	a.User, errs[0] = s.Store.User(ctx, user)
	a.Sessions, errs[1] = s.Store.SessionList(ctx, user)
	a.Tokens, errs[2] = s.Store.Tokens(ctx, user)
	if err := errors.Join(errs[:]...); err != nil {
		s.fail(w, r, err)
		return
	}
	a.This, a.Now = s.sessionID(r), time.Now()
	if made, ok := s.made.take(a.This); ok {
		a.NewToken, a.NewName = made.secret, made.name
	}
	if a.TokenForm.Role == "" {
		a.TokenForm.Role = store.Viewer
	}
	if a.TokenForm.Expires == "" {
		a.TokenForm.Expires = "90"
	}
	p := s.userPage(r, "")
	p.Title, p.Path = p.T().People.AccountTitle, "/account"
	s.render(w, r, status, templates.Account(p, a))
}

// changePassword changes one's own password, and ends one's other sessions.
func (s *Server) changePassword(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, err)
		return
	}
	ctx, t, user := r.Context(), s.page(r, "").T(), s.user(r)
	refuse := func(field, words string) {
		s.account(w, r, http.StatusUnprocessableEntity, templates.AccountPage{Wrong: templates.Complaints{field: words}})
	}
	if r.PostForm.Get("new") != r.PostForm.Get("again") {
		refuse("again", t.PasswordDiffer)
		return
	}
	switch problem, err := s.isOwner(r, r.PostForm.Get("now")); {
	case err != nil:
		s.fail(w, r, err)
		return
	case problem != "":
		refuse("now", problem)
		return
	}
	err := s.Store.ChangePassword(ctx, user, r.PostForm.Get("new"))
	if problem := passwordProblem(t, err); problem != "" {
		refuse("new", problem)
		return
	}
	if err == nil {
		// Every session has ended; this one goes on under a new token.
		err = s.sessions.RenewToken(ctx)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.sessions.Put(ctx, flashKey, t.PasswordChanged)
	s.recordEntry(r, store.Entry{What: "password", Object: user, Note: "changed their own"})
	http.Redirect(w, r, "/account", http.StatusSeeOther)
}

// isOwner asks for the password once more of who is logged in already, and
// returns what to say where it is not theirs, or "". A wrong one counts as a
// failed login.
func (s *Server) isOwner(r *http.Request, password string) (problem string, err error) {
	ctx, t, user := r.Context(), s.page(r, "").T(), s.user(r)
	wait, err := s.Store.Wait(ctx, user)
	if err != nil {
		return "", err
	}
	if wait > 0 {
		return fmt.Sprintf(t.LoginWait, int(wait.Seconds())+1), nil
	}
	ok, err := s.Store.Verify(ctx, user, password)
	if err != nil || ok {
		return "", err
	}
	s.Log.Warn("wrong password of who is logged in", "user", user, "client", client(r))
	return t.PasswordWrong, s.Store.Failed(ctx, user)
}

// passwordProblem is what CheckPassword found wrong, in words; "" where err is
// something else, or nothing.
func passwordProblem(t *text.Words, err error) string {
	switch {
	case errors.Is(err, store.ErrShort):
		return fmt.Sprintf(t.PasswordShort, store.MinPassword)
	case errors.Is(err, store.ErrLong):
		return fmt.Sprintf(t.PasswordLong, store.MaxPassword)
	case errors.Is(err, store.ErrTrivial):
		return t.PasswordTrivial
	default:
		return ""
	}
}
