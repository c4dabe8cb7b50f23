package web

import (
	"net/http"

	"pacu/lvscf"
	"pacu/web/form"
	"pacu/web/templates"
)

// checkBlock says what is wrong with what is being typed into the form of a
// block, or of a new one.
func (s *Server) checkBlock(k blockKind, isNew bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			s.fail(w, r, err)
			return
		}
		p := s.page(r, templates.Virtuals)
		p.Role = role(r)
		d, ok := s.openDraft(w, r)
		if !ok {
			return
		}
		var err error
		groups := form.Groups(k.page)
		var problems []form.Problem
		d.read(func(f *lvscf.File) {
			var in, b *lvscf.Block
			switch {
			case !isNew:
				in, b, err = k.find(finder{}, f, r.URL.Query())
			case k != aVirtual:
				_, in, err = aVirtual.find(finder{}, f, r.URL.Query())
			}
			if err == nil {
				problems = form.Check(f, in, b, r.PostForm, groups...)
			}
		})
		if err != nil {
			s.refuseEdit(w, r, err)
			return
		}
		s.render(w, r, http.StatusOK, templates.ProblemsView(p, form.Refill(form.Fields(nil, groups...), r.PostForm, problems)))
	}
}
