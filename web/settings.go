package web

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"

	"pacu/lvscf"
	"pacu/web/form"
	"pacu/web/templates"
)

// A settings is a page of directives outside of all blocks.
type settings struct {
	page form.Page
	tab  templates.Tab
}

var (
	global     = settings{form.Global, templates.Global}
	redundancy = settings{form.Redundancy, templates.Redundancy}
)

// settings shows the page.
func (s *Server) settings(k settings) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { s.showSettings(w, r, k, http.StatusOK, typed{}) }
}

func (s *Server) showSettings(w http.ResponseWriter, r *http.Request, k settings, status int, v typed) {
	p := s.userPage(r, k.tab)
	p.Htmx = true
	g := templates.SettingsPage{Action: string(k.tab), Check: string(k.tab) + "/check", Note: v.note}
	d, err := s.desk.open(r.Context(), p.User)
	if err != nil {
		s.Log.Error("open lvs.cf", "user", p.User, "error", err)
		g.Note, g.Shut = unopened(p.T(), err), true
	} else {
		d.read(func(f *lvscf.File) {
			groups := form.Groups(k.page)
			g.Sections = form.Fields(f.Global(), groups...)
			if v.values == nil {
				v.problems = form.Look(f, nil, f.Global(), groups...)
			}
			g.Sections = form.Refill(g.Sections, v.values, v.problems)
			g.Errors = len(d.Problems.Errors())
			if k == redundancy {
				g.Scripts, g.Seen = loneRows(f, trackScripts), sight(d.Text)
			}
		})
	}
	if k == global {
		p.Title = p.T().Global.Title
		s.render(w, r, status, templates.GlobalView(p, g))
		return
	}
	p.Title = p.T().Redundancy.Title
	g.Now = s.glance(r.Context())
	s.render(w, r, status, templates.RedundancyView(p, g))
}

// saveSettings puts what the page sent into the draft.
func (s *Server) saveSettings(k settings) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			s.fail(w, r, err)
			return
		}
		t, v, changed := s.page(r, "").T(), typed{values: r.PostForm}, false
		d, err := s.desk.edit(r.Context(), s.user(r), func(f *lvscf.File) error {
			before := f.Bytes()
			var err error
			v.problems, err = form.Apply(f, nil, f.Global(), r.PostForm, form.Groups(k.page)...)
			changed = !bytes.Equal(before, f.Bytes())
			return err
		})
		if err != nil {
			if !errors.Is(err, form.ErrRefused) {
				v.note = s.refusal(r, t, err)
			}
			s.showSettings(w, r, k, http.StatusUnprocessableEntity, v)
			return
		}
		s.flash(r, accepted(t, d, changed))
		http.Redirect(w, r, string(k.tab), http.StatusSeeOther)
	}
}

// checkSettings says what is wrong with the page's values as they are typed.
func (s *Server) checkSettings(k settings) http.HandlerFunc {
	return s.checkForm(k.page, func(f *lvscf.File, _ url.Values) (*lvscf.Block, error) { return f.Global(), nil })
}

// checkForm answers with what is wrong with the values of a form, while they
// are typed. find returns the block that the query is about, nil for one that is
// yet to be made.
func (s *Server) checkForm(page form.Page, find func(f *lvscf.File, q url.Values) (*lvscf.Block, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			s.fail(w, r, err)
			return
		}
		d, err := s.desk.open(r.Context(), s.user(r))
		if err != nil {
			s.fail(w, r, err)
			return
		}
		groups := form.Groups(page)
		var problems []form.Problem
		d.read(func(f *lvscf.File) {
			var b *lvscf.Block
			if b, err = find(f, r.URL.Query()); err == nil {
				problems = form.Check(f, nil, b, r.PostForm, groups...)
			}
		})
		if err != nil {
			s.refuseEdit(w, r, err)
			return
		}
		p := s.page(r, "")
		p.Role = role(r)
		s.render(w, r, http.StatusOK, templates.ProblemsView(p, form.Refill(form.Fields(nil, groups...), r.PostForm, problems)))
	}
}
