package web

import (
	"errors"
	"fmt"
	"net/http"

	"pacu/store"
	"pacu/web/templates"
)

// userPageOf shows one user to an administrator.
func (s *Server) userPageOf(w http.ResponseWriter, r *http.Request) {
	u, err := s.Store.User(r.Context(), r.URL.Query().Get("u"))
	if err != nil {
		s.failUser(w, r, err)
		return
	}
	s.showUser(w, r, http.StatusOK, u, nil)
}

// showUser shows u, with what is wrong with what was typed.
func (s *Server) showUser(w http.ResponseWriter, r *http.Request, status int, u store.User, wrong templates.Complaints) {
	ctx := r.Context()
	wait, err := s.Store.Wait(ctx, u.Name)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	sessions, err := s.Store.SessionList(ctx, u.Name)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := s.userPage(r, templates.Users)
	p.Title, p.Path = u.Name, templates.UserURL(u.Name)
	s.render(w, r, status, templates.UserView(p, templates.UserPage{
		UserRow: templates.UserRow{User: u, Wait: wait}, Sessions: len(sessions), Wrong: wrong,
	}))
}

// failUser is fail, but says it where there is no such user.
func (s *Server) failUser(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, store.ErrNoUser) {
		s.message(w, r, http.StatusNotFound, s.page(r, "").T().People.NoUser)
		return
	}
	s.fail(w, r, err)
}

// onUser makes a handler of a change to another user: change makes it, and
// returns what to say, or what is wrong with a field.
func (s *Server) onUser(change func(r *http.Request, u store.User) (said string, wrong templates.Complaints, err error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			s.fail(w, r, err)
			return
		}
		u, err := s.Store.User(r.Context(), r.PostForm.Get("u"))
		if err != nil {
			s.failUser(w, r, err)
			return
		}
		if u.Name == s.user(r) {
			// The page has no form for it: nobody locks themselves out.
			s.message(w, r, http.StatusUnprocessableEntity, s.page(r, "").T().People.NotSelf)
			return
		}
		said, wrong, err := change(r, u)
		switch {
		case err != nil:
			s.failUser(w, r, err)
		case wrong != nil:
			s.showUser(w, r, http.StatusUnprocessableEntity, u, wrong)
		default:
			s.sessions.Put(r.Context(), flashKey, said)
			back := templates.UserURL(u.Name)
			if _, err := s.Store.User(r.Context(), u.Name); errors.Is(err, store.ErrNoUser) {
				back = "/users"
			}
			http.Redirect(w, r, back, http.StatusSeeOther)
		}
	}
}

func (s *Server) setRole(r *http.Request, u store.User) (string, templates.Complaints, error) {
	t, to := s.page(r, "").T(), store.Role(r.PostForm.Get("role"))
	if to == u.Role {
		return fmt.Sprintf(t.People.RoleSame, u.Name, templates.RoleWord(t, to)), nil, nil
	}
	switch err := s.Store.SetRole(r.Context(), u.Name, to); {
	case errors.Is(err, store.ErrRole):
		return "", templates.Complaints{"role": t.People.RoleBad}, nil
	case errors.Is(err, store.ErrLastAdmin):
		return "", templates.Complaints{"role": t.People.LastAdmin}, nil
	case err != nil:
		return "", nil, err
	}
	s.recordEntry(r, store.Entry{What: "role", Object: u.Name, Before: string(u.Role), After: string(to)})
	return fmt.Sprintf(t.People.RoleSet, u.Name, templates.RoleWord(t, to)), nil, nil
}

func (s *Server) resetPassword(r *http.Request, u store.User) (string, templates.Complaints, error) {
	t := s.page(r, "").T()
	if r.PostForm.Get("new") != r.PostForm.Get("again") {
		return "", templates.Complaints{"again": t.PasswordDiffer}, nil
	}
	err := s.Store.ChangePassword(r.Context(), u.Name, r.PostForm.Get("new"))
	if problem := passwordProblem(t, err); problem != "" {
		return "", templates.Complaints{"new": problem}, nil
	}
	if err != nil {
		return "", nil, err
	}
	s.recordEntry(r, store.Entry{What: "password", Object: u.Name, Note: "set for them; their sessions are ended"})
	return fmt.Sprintf(t.People.Reset, u.Name), nil, nil
}

func (s *Server) resetTOTP(r *http.Request, u store.User) (string, templates.Complaints, error) {
	if err := s.Store.SetTOTP(r.Context(), u.Name, ""); err != nil {
		return "", nil, err
	}
	s.recordEntry(r, store.Entry{What: "one-time codes", Object: u.Name, Before: "on", After: "off"})
	return fmt.Sprintf(s.page(r, "").T().People.CodesReset, u.Name), nil, nil
}

func (s *Server) endUserSessions(r *http.Request, u store.User) (string, templates.Complaints, error) {
	n, err := s.Store.EndSessions(r.Context(), u.Name)
	if err != nil {
		return "", nil, err
	}
	s.recordEntry(r, store.Entry{What: "sessions ended", Object: u.Name, Note: fmt.Sprint(n)})
	return fmt.Sprintf(s.page(r, "").T().People.SessionsEnded, n), nil, nil
}

func (s *Server) deleteUser(r *http.Request, u store.User) (string, templates.Complaints, error) {
	t := s.page(r, "").T()
	if r.PostForm.Get("sure") != "1" {
		return "", templates.Complaints{"sure": t.People.DeleteTick}, nil
	}
	switch err := s.Store.DeleteUser(r.Context(), u.Name); {
	case errors.Is(err, store.ErrLastAdmin):
		return "", templates.Complaints{"sure": t.People.LastAdmin}, nil
	case err != nil:
		return "", nil, err
	}
	// Another person may get the name one day.
	if err := s.forgetDraft(r.Context(), u.Name); err != nil {
		return "", nil, err
	}
	s.recordEntry(r, store.Entry{What: "user deleted", Object: u.Name, Before: string(u.Role)})
	return fmt.Sprintf(t.People.Deleted, u.Name), nil, nil
}
