package web

import (
	"errors"
	"net/http"
	"slices"

	"pacu/control"
	"pacu/lvscf"
	"pacu/web/templates"
)

// A scene is what a page about one virtual server is made of.
type scene struct {
	draft *draft
	entry virtualEntry
	seen  string // see finder
	from  int    // the first and the last line of the virtual
	to    int
	live  *control.Service // nil where pulse does not run it
	asked bool             // pulse has answered
}

// openVirtual returns the scene of the virtual that the query names. Where
// there is none it answers the request itself, and returns false.
func (s *Server) openVirtual(w http.ResponseWriter, r *http.Request) (scene, bool) {
	t := s.page(r, "").T()
	ref, ok := readRef(r.URL.Query(), "v", "n")
	if !ok {
		s.message(w, r, http.StatusNotFound, t.NotFound)
		return scene{}, false
	}
	d, ok := s.openDraft(w, r)
	if !ok {
		return scene{}, false
	}
	x := s.lists.of(d)
	i := slices.IndexFunc(x.entries, func(e virtualEntry) bool { return e.Ref == ref })
	if i < 0 {
		s.message(w, r, http.StatusNotFound, s.refusal(r, t, missed{ref, errGone}))
		return scene{}, false
	}
	c := scene{draft: d, entry: x.entries[i], seen: x.seen}
	c.from, c.to = x.lines(i)
	if snap := s.glance(r.Context()); snap != nil {
		live := newLive(snap)
		c.asked, c.live, c.entry.Live = true, live.service(&c.entry), live.of(&c.entry)
	}
	return c, true
}

// openDraft returns the user's draft. Where lvs.cf cannot be read it says so
// instead, and returns false.
func (s *Server) openDraft(w http.ResponseWriter, r *http.Request) (*draft, bool) {
	d, err := s.desk.open(r.Context(), s.user(r))
	if err != nil {
		s.Log.Error("open lvs.cf", "user", s.user(r), "error", err)
		s.message(w, r, http.StatusOK, unopened(s.page(r, "").T(), err))
		return nil, false
	}
	return d, true
}

// head is the head of the pages about c's virtual.
func (c scene) head(tab templates.VirtualTab) templates.VirtualHead {
	h := templates.VirtualHead{Ref: c.entry.Ref, Tab: tab, Active: c.entry.Active, Live: c.entry.Live, Asked: c.asked}
	for _, p := range c.draft.Problems {
		if p.Line >= c.from && p.Line <= c.to {
			h.Problems = append(h.Problems, p)
		}
	}
	return h
}

// look calls f with the virtual's block.
func (c scene) look(f func(b *lvscf.Block)) {
	c.draft.read(func(file *lvscf.File) {
		b, err := finder{}.inside(file.Global(), "virtual", c.entry.Ref)
		if err == nil { // the index was made of this very tree
			f(b)
		}
	})
}

// editVirtual has change edit the virtual that the query names, in the user's
// next draft. The error is as that of desk.edit, or a missed.
func (s *Server) editVirtual(r *http.Request, change func(x finder, f *lvscf.File, b *lvscf.Block) error) error {
	ref, ok := readRef(r.URL.Query(), "v", "n")
	if !ok {
		return missed{ref, errGone}
	}
	_, err := s.desk.edit(r.Context(), s.user(r), func(f *lvscf.File) error {
		x := s.finder(r, f)
		b, err := x.inside(f.Global(), "virtual", ref)
		if err != nil {
			return err
		}
		return change(x, f, b)
	})
	return err
}

// refuseEdit answers an edit that was not made: with what is not there, or was
// moved, the status says so.
func (s *Server) refuseEdit(w http.ResponseWriter, r *http.Request, err error) {
	status := http.StatusUnprocessableEntity
	switch {
	case errors.Is(err, errGone):
		status = http.StatusNotFound
	case errors.Is(err, errMoved):
		status = http.StatusConflict
	}
	s.message(w, r, status, s.refusal(r, s.page(r, "").T(), err))
}

// path is the request's own address, for the language switch.
func path(r *http.Request) string {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return r.URL.Path + "?" + r.URL.Query().Encode()
	}
	return ""
}
