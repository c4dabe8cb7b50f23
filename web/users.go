package web

import (
	"errors"
	"fmt"
	"net/http"

	"pacu/store"
	"pacu/web/templates"
)

func (s *Server) usersPage(w http.ResponseWriter, r *http.Request) {
	s.users(w, r, http.StatusOK, templates.UsersPage{Role: store.Viewer})
}

// users lists the users; u brings what was typed and what is wrong with it.
func (s *Server) users(w http.ResponseWriter, r *http.Request, status int, u templates.UsersPage) {
	list, err := s.Store.Users(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	for _, v := range list {
		wait, err := s.Store.Wait(r.Context(), v.Name)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		u.Users = append(u.Users, templates.UserRow{User: v, Wait: wait})
	}
	p := s.userPage(r, templates.Users)
	p.Title, p.Path = p.T().People.Everyone, "/users"
	s.render(w, r, status, templates.UsersView(p, u))
}

func (s *Server) addUser(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, err)
		return
	}
	ctx, t := r.Context(), s.page(r, "").T()
	u := templates.UsersPage{Name: r.PostForm.Get("user"), Role: store.Role(r.PostForm.Get("role"))}
	refuse := func(field, words string) {
		u.Wrong = templates.Complaints{field: words}
		s.users(w, r, http.StatusUnprocessableEntity, u)
	}
	if r.PostForm.Get("new") != r.PostForm.Get("again") {
		refuse("again", t.PasswordDiffer)
		return
	}
	err := s.Store.AddUser(ctx, u.Name, u.Role, r.PostForm.Get("new"))
	problem := passwordProblem(t, err)
	switch {
	case problem != "":
		refuse("new", problem)
	case errors.Is(err, store.ErrUserName):
		refuse("user", t.People.NameBad)
	case errors.Is(err, store.ErrUserExists):
		refuse("user", t.People.NameTaken)
	case errors.Is(err, store.ErrRole):
		refuse("role", t.People.RoleBad)
	case err != nil:
		s.fail(w, r, err)
	default:
		s.recordEntry(r, store.Entry{What: "user added", Object: u.Name, After: string(u.Role)})
		s.sessions.Put(ctx, flashKey, fmt.Sprintf(t.People.Added, u.Name))
		http.Redirect(w, r, "/users", http.StatusSeeOther)
	}
}
