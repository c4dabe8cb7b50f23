package web

import (
	"errors"
	"fmt"
	"net/http"

	"pacu/store"
	"pacu/web/templates"
)

// firstUser is proposed: the name that Piranha's console had.
const firstUser = "piranha"

func (s *Server) setupPage(w http.ResponseWriter, r *http.Request) {
	s.setupForm(w, r, http.StatusOK, templates.SetupForm{User: firstUser})
}

func (s *Server) setupForm(w http.ResponseWriter, r *http.Request, status int, f templates.SetupForm) {
	p := s.page(r, "")
	p.Title, p.Path = p.T().People.SetupTitle, "/setup"
	s.render(w, r, status, templates.Setup(p, f))
}

// setup makes the first user, an administrator, for one who has the token of
// the router's own terminal.
func (s *Server) setup(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, err)
		return
	}
	ctx, t := r.Context(), s.page(r, "").T()
	f := templates.SetupForm{User: r.PostForm.Get("user"), Token: r.PostForm.Get("token")}
	refuse := func(status int, field, words string) {
		f.Wrong = templates.Complaints{field: words}
		s.setupForm(w, r, status, f)
	}
	if r.PostForm.Get("new") != r.PostForm.Get("again") {
		refuse(http.StatusUnprocessableEntity, "again", t.PasswordDiffer)
		return
	}
	err := s.Store.UseSetup(ctx, f.Token, f.User, r.PostForm.Get("new"))
	problem := passwordProblem(t, err)
	var wait *store.WaitError
	switch {
	case errors.As(err, &wait):
		refuse(http.StatusTooManyRequests, "token", fmt.Sprintf(t.People.SetupWait, retryAfter(w, wait.For)))
	case errors.Is(err, store.ErrNoSetup):
		s.Log.Warn("set-up failed: wrong token", "client", client(r))
		refuse(http.StatusUnprocessableEntity, "token", t.People.SetupWrong)
	case errors.Is(err, store.ErrHasUsers):
		http.Redirect(w, r, "/login", http.StatusSeeOther)
	case errors.Is(err, store.ErrUserName):
		refuse(http.StatusUnprocessableEntity, "user", t.People.NameBad)
	case problem != "":
		refuse(http.StatusUnprocessableEntity, "new", problem)
	case err != nil:
		s.fail(w, r, err)
	default:
		s.enter(w, r, f.User, "", "set-up", t.People.SetupDone)
	}
}

// setupFirst leads everything to the first set-up until there is a user, and
// nothing there once there is.
func (s *Server) setupFirst(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.hasUsers.Load() {
			has, err := s.Store.HasUsers(r.Context())
			if err != nil {
				s.fail(w, r, err)
				return
			}
			if has {
				s.hasUsers.Store(true)
			}
		}
		switch has := s.hasUsers.Load(); {
		case isStatic(r.URL.Path) || has != (r.URL.Path == "/setup"):
			next.ServeHTTP(w, r)
		case has:
			http.Redirect(w, r, "/login", http.StatusSeeOther)
		default:
			http.Redirect(w, r, "/setup", http.StatusSeeOther)
		}
	})
}
