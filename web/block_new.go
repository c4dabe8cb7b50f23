package web

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"pacu/lvscf"
	"pacu/web/form"
	"pacu/web/templates"
)

// newValues is what a form of a new block begins with; where Piranha's forms
// left them switched off, beginners wondered why nothing came.
var newValues = map[string]url.Values{
	"virtual": {"active": {"1"}},
	"server":  {"active": {"1"}},
	"probe":   {},
}

// newBlock shows the form of a block that is not there yet.
func (s *Server) newBlock(k blockKind) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.showNew(w, r, k, http.StatusOK, typed{values: newValues[k.kind]})
	}
}

func (s *Server) showNew(w http.ResponseWriter, r *http.Request, k blockKind, status int, v typed) {
	p := s.userPage(r, templates.Virtuals)
	p.Path, p.Htmx = path(r), true
	t := p.T()
	f := templates.BlockForm{
		Named: true, New: true, Action: r.URL.Path, Check: r.URL.Path + "/check", Back: string(templates.Virtuals),
		Sections: form.Fields(nil, form.Groups(k.page)...),
	}
	v.refill(&f)
	if k == aVirtual {
		d, ok := s.openDraft(w, r)
		if !ok {
			return
		}
		f.Title, p.Title, p.Path = t.Virtuals.NewVirtual, t.Virtuals.NewVirtual, r.URL.Path
		f.Seen = s.lists.of(d).seen
		s.render(w, r, status, templates.NewVirtualView(p, f, cmp.Or(v.note, v.name)))
		return
	}
	c, ok := s.openVirtual(w, r)
	if !ok {
		return
	}
	head := c.head(k.list)
	head.Note = cmp.Or(v.note, v.name)
	f.Title = t.Virtuals.NewServer
	if k == aProbe {
		f.Title = t.Virtuals.NewProbe
	}
	f.Seen, f.Back = c.seen, head.Virtual(string(k.list))
	f.Action, f.Check = head.Virtual(f.Action), head.Virtual(f.Check)
	p.Title = f.Title + " · " + head.Title(t)
	s.render(w, r, status, templates.VirtualFormView(p, head, f))
}

// makeBlock adds a block to the draft.
func (s *Server) makeBlock(k blockKind) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			s.fail(w, r, err)
			return
		}
		t, q := s.page(r, "").T(), r.URL.Query()
		v := typed{values: r.PostForm}
		name := strings.TrimSpace(r.PostForm.Get("name"))
		groups := form.Groups(k.page)
		_, err := s.desk.edit(r.Context(), s.user(r), func(f *lvscf.File) error {
			var in *lvscf.Block
			if k != aVirtual {
				var err error
				if _, in, err = aVirtual.find(s.finder(r, f), f, q); err != nil {
					return err
				}
			}
			v.problems = nil
			if v.name = misnamed(t, parent(f, in), k.kind, name); v.name != "" {
				v.problems = form.Check(f, in, nil, r.PostForm, groups...)
				return form.ErrRefused
			}
			b, err := parent(f, in).Add(k.kind, name)
			if err != nil {
				v.name = t.Form.NameBad
				v.problems = form.Check(f, in, nil, r.PostForm, groups...)
				return form.ErrRefused
			}
			v.problems, err = form.Apply(f, in, b, r.PostForm, groups...)
			return err
		})
		switch {
		case errors.Is(err, form.ErrRefused):
			s.showNew(w, r, k, http.StatusUnprocessableEntity, v)
			return
		case errors.Is(err, errGone), errors.Is(err, errMoved):
			s.refuseEdit(w, r, err)
			return
		case err != nil:
			v.note = s.refusal(r, t, err)
			s.showNew(w, r, k, http.StatusUnprocessableEntity, v)
			return
		}
		s.flash(r, fmt.Sprintf(t.Virtuals.Made, name))
		to := templates.Ref{Name: name, Nth: 1}.Virtual(string(templates.RealServers)) // which it needs next
		if k != aVirtual {
			virtual, _ := readRef(q, "v", "n")
			to = virtual.Virtual(string(k.list))
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
	}
}
