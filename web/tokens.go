package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"pacu/store"
	"pacu/web/templates"
)

// madeLimit is how long the secret of a new token waits to be shown, once.
const madeLimit = time.Minute

// A madeToken is a token that its user has not seen yet.
type madeToken struct{ name, secret string }

// newToken makes a token for the user's own programs.
func (s *Server) newToken(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, err)
		return
	}
	ctx, t, user := r.Context(), s.page(r, "").T(), s.user(r)
	f := templates.TokenForm{Name: r.PostForm.Get("name"), Role: store.Role(r.PostForm.Get("role")), Expires: r.PostForm.Get("expires")}
	refuse := func(field, words string) {
		s.account(w, r, http.StatusUnprocessableEntity, templates.AccountPage{TokenForm: f, Wrong: templates.Complaints{field: words}})
	}
	life := templates.Lifetimes(t)
	i := slices.IndexFunc(life, func(l templates.Lifetime) bool { return l.Key == f.Expires })
	if i < 0 {
		refuse("expires", t.People.TokenTimeBad)
		return
	}
	var expires time.Time
	if life[i].For > 0 {
		expires = time.Now().Add(life[i].For)
	}
	secret, token, err := s.Store.NewToken(ctx, user, f.Name, f.Role, expires)
	switch {
	case errors.Is(err, store.ErrTokenName):
		refuse("name", t.People.TokenNameBad)
		return
	case errors.Is(err, store.ErrRole):
		refuse("role", t.People.TokenRoleBad)
		return
	case errors.Is(err, store.ErrTokens):
		refuse("name", fmt.Sprintf(t.People.TokenMany, store.MaxTokens))
		return
	case err != nil:
		s.fail(w, r, err)
		return
	}
	s.recordEntry(r, store.Entry{What: "token made", Object: token.Name, Note: fmt.Sprintf("of %s, as %s, until %s", user, token.Role, until(expires))})
	s.made.put(s.sessionID(r), madeToken{token.Name, secret})
	http.Redirect(w, r, "/account", http.StatusSeeOther)
}

// until is a time in the audit's words.
func until(t time.Time) string {
	if t.IsZero() {
		return "it is revoked"
	}
	return t.UTC().Format(time.DateOnly)
}

// revokeOwnToken revokes one of the user's own tokens.
func (s *Server) revokeOwnToken(w http.ResponseWriter, r *http.Request) {
	s.revokeToken(w, r, s.user(r), "/account")
}

// revokeAnyToken revokes a token, whoever's it is.
func (s *Server) revokeAnyToken(w http.ResponseWriter, r *http.Request) {
	s.revokeToken(w, r, "", "/tokens")
}

// revokeToken revokes a token of user, or of anybody where user is "".
func (s *Server) revokeToken(w http.ResponseWriter, r *http.Request, user, back string) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, err)
		return
	}
	ctx, t := r.Context(), s.page(r, "").T()
	list, err := s.Store.Tokens(ctx, user)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	said := t.People.TokenGone
	i := slices.IndexFunc(list, func(v store.Token) bool { return strconv.FormatInt(v.ID, 10) == r.PostForm.Get("id") })
	if i >= 0 {
		switch err := s.Store.RevokeToken(ctx, list[i].ID); {
		case err == nil:
			said = t.People.Revoked
			s.recordEntry(r, store.Entry{What: "token revoked", Object: list[i].Name, Note: "of " + list[i].User})
		case !errors.Is(err, store.ErrNoToken):
			s.fail(w, r, err)
			return
		}
	}
	s.sessions.Put(ctx, flashKey, said)
	http.Redirect(w, r, back, http.StatusSeeOther)
}

// tokensPage lists everybody's tokens.
func (s *Server) tokensPage(w http.ResponseWriter, r *http.Request) {
	list, err := s.Store.Tokens(r.Context(), "")
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := s.userPage(r, templates.Users)
	p.Title, p.Path = p.T().People.Tokens, "/tokens"
	s.render(w, r, http.StatusOK, templates.Tokens(p, list, time.Now()))
}
