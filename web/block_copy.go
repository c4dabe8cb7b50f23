package web

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"pacu/lvscf"
	"pacu/web/templates"
)

// errName means that a copy cannot have the name that was given.
var errName = errors.New("not this name")

// copyPage asks for the name of a copy of a block of k.
func (s *Server) copyPage(k blockKind) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { s.showCopy(w, r, k, http.StatusOK, "", "") }
}

// showCopy asks for a name, with the one that was typed and what is wrong with
// it.
func (s *Server) showCopy(w http.ResponseWriter, r *http.Request, k blockKind, status int, name, problem string) {
	c, ok := s.openVirtual(w, r)
	if !ok {
		return
	}
	p := s.userPage(r, templates.Virtuals)
	q := r.URL.Query()
	p.Path = path(r)
	form := templates.CopyForm{Action: r.URL.Path + "?" + q.Encode(), Back: string(templates.Virtuals), Name: name, Problem: problem, Seen: c.seen}
	if k != aVirtual {
		form.Back = c.entry.Virtual(string(k.list))
	}
	var err error
	c.draft.read(func(f *lvscf.File) {
		var in, b *lvscf.Block
		if in, b, err = k.find(finder{}, f, q); err == nil && name == "" && problem == "" {
			form.Name = copyName(parent(f, in), k.kind, b.Name())
		}
	})
	if err != nil {
		s.refuseEdit(w, r, err)
		return
	}
	ref, _ := k.ref(q)
	p.Title = fmt.Sprintf(p.T().Virtuals.CopyTitle, ref.Title(p.T()))
	s.render(w, r, status, templates.CopyView(p, form))
}

// copy adds a copy of a block to the draft, switched off, and opens its form.
func (s *Server) copy(k blockKind) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			s.fail(w, r, err)
			return
		}
		t, q := s.page(r, "").T(), r.URL.Query()
		name := strings.TrimSpace(r.PostForm.Get("name"))
		problem := ""
		_, err := s.desk.edit(r.Context(), s.user(r), func(f *lvscf.File) error {
			in, b, err := k.find(s.finder(r, f), f, q)
			if err != nil {
				return err
			}
			if problem = misnamed(t, parent(f, in), k.kind, name); problem != "" {
				return errName
			}
			if _, err := copyBlock(parent(f, in), b, name); err != nil {
				problem = t.Form.NameBad
				return errName
			}
			return nil
		})
		switch {
		case errors.Is(err, errName):
			s.showCopy(w, r, k, http.StatusUnprocessableEntity, name, problem)
			return
		case err != nil:
			s.refuseEdit(w, r, err)
			return
		}
		of, _ := k.ref(q)
		made := templates.Ref{Name: name, Nth: 1}
		s.flash(r, fmt.Sprintf(t.Virtuals.Copied, name, of.Title(t)))
		to := made.Virtual(k.path)
		if k != aVirtual {
			virtual, _ := readRef(q, "v", "n")
			to = virtual.Inner(k.path, k.param, made)
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
	}
}
