package web

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"pacu/lvscf"
	"pacu/web/form"
	"pacu/web/templates"
	"pacu/web/text"
)

// A loneKind is a kind of block that stands by itself: a script or a failover
// service.
type loneKind struct {
	kind string // lvscf's word
	page form.Page
	path string // of its form; of a new one it has /new more
	list string // the page that lists them
	tab  templates.Tab
}

var (
	trackScripts = loneKind{"track_script", form.TrackScript, "/redundancy/script", "/redundancy", templates.Redundancy}
	failovers    = loneKind{"failover", form.Failover, "/failover", "/failovers", templates.Redundancy}
)

// words returns the title of a new block, the format of that of another, and
// what a new one begins as.
func (k loneKind) words(t *text.Words) (fresh, title string, values url.Values) {
	if k == failovers {
		return t.Redundancy.NewFailover, t.Redundancy.EditFailover, url.Values{"active": {"1"}}
	}
	return t.Redundancy.NewScript, t.Redundancy.EditScript, nil
}

// find returns the block of f that q names.
func (k loneKind) find(x finder, f *lvscf.File, q url.Values) (*lvscf.Block, error) {
	ref, ok := readRef(q, "name", "n")
	if !ok {
		return nil, missed{ref, errGone}
	}
	return x.inside(f.Global(), k.kind, ref)
}

// loneRows are the blocks of a kind, for a list.
func loneRows(f *lvscf.File, k loneKind) []templates.LoneRow {
	count := map[string]int{}
	var rows []templates.LoneRow
	for _, b := range f.Global().Blocks(k.kind) {
		name := b.Name()
		count[name]++
		row := templates.LoneRow{Ref: templates.Ref{Name: name, Nth: count[name]}}
		if k == failovers {
			row.Active = firstValue(b, "active", "0") == "1"
			row.What = strings.TrimSpace(firstValue(b, "address", "") + " " + firstValue(b, "port", "80") + "/" + firstValue(b, "protocol", "tcp"))
		} else {
			row.Active = firstValue(b, "active", "1") == "1"
			row.What = firstValue(b, "command", "")
		}
		rows = append(rows, row)
	}
	return rows
}

// failoversPage lists the failover services.
func (s *Server) failoversPage(w http.ResponseWriter, r *http.Request) {
	s.listFailovers(w, r, http.StatusOK, "")
}

func (s *Server) listFailovers(w http.ResponseWriter, r *http.Request, status int, note string) {
	p := s.userPage(r, failovers.tab)
	p.Title = p.T().Redundancy.FailoversTitle
	if p.Path = ""; r.Method != http.MethodPost {
		p.Path = r.URL.Path
	}
	v := templates.FailoversPage{Note: note}
	d, err := s.desk.open(r.Context(), p.User)
	if err != nil {
		s.Log.Error("open lvs.cf", "user", p.User, "error", err)
		v.Note, v.Shut = unopened(p.T(), err), true
	} else {
		d.read(func(f *lvscf.File) {
			v.Rows, v.Idle = loneRows(f, failovers), firstValue(f.Global(), "service", "lvs") != "fos"
			v.Seen = sight(d.Text)
		})
	}
	s.render(w, r, status, templates.FailoverList(p, v))
}

// lone shows the form of a block, or, with fresh, of one yet to be made.
func (s *Server) lone(k loneKind, fresh bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { s.showLone(w, r, k, fresh, http.StatusOK, typed{}) }
}

func (s *Server) showLone(w http.ResponseWriter, r *http.Request, k loneKind, fresh bool, status int, v typed) {
	p := s.userPage(r, k.tab)
	p.Htmx, p.Path = true, path(r)
	d, err := s.desk.open(r.Context(), p.User)
	if err != nil {
		s.Log.Error("open lvs.cf", "user", p.User, "error", err)
		s.message(w, r, http.StatusOK, unopened(p.T(), err))
		return
	}
	groups, query := form.Groups(k.page), ""
	title, other, begin := k.words(p.T())
	l := templates.LoneForm{Title: title, Fresh: fresh, List: k.list, Note: v.note, Sections: form.Fields(nil, groups...)}
	if fresh && v.values == nil {
		v.values = begin
	}
	d.read(func(f *lvscf.File) {
		l.Seen = sight(d.Text)
		if fresh {
			return
		}
		var b *lvscf.Block
		if b, err = k.find(finder{}, f, r.URL.Query()); err != nil {
			return
		}
		query = "?" + r.URL.Query().Encode()
		l.Name, l.Sections = b.Name(), form.Fields(b, groups...)
		if v.values == nil {
			v.problems = form.Look(f, nil, b, groups...)
		}
		l.Title = fmt.Sprintf(other, l.Name)
	})
	if err != nil {
		s.refuseEdit(w, r, err)
		return
	}
	l.Sections = form.Refill(l.Sections, v.values, v.problems)
	if v.values.Has("name") {
		l.Name, l.Problem = v.values.Get("name"), v.name
	}
	l.Action, l.Check, l.Delete = r.URL.Path+query, r.URL.Path+"/check"+query, k.path+"/delete"+query
	p.Title = l.Title
	s.render(w, r, status, templates.LoneView(p, l))
}

// saveLone puts what the form of a block sent into the draft.
func (s *Server) saveLone(k loneKind, fresh bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			s.fail(w, r, err)
			return
		}
		t, v, changed := s.page(r, "").T(), typed{values: r.PostForm}, false
		name := strings.TrimSpace(r.PostForm.Get("name"))
		d, err := s.desk.edit(r.Context(), s.user(r), func(f *lvscf.File) (err error) {
			before := f.Bytes()
			v.name, v.problems = "", nil
			var b *lvscf.Block
			if fresh {
				b, v.name = add(t, f, k.kind, name)
			} else if b, err = k.find(s.finder(r, f), f, r.URL.Query()); err != nil {
				return err
			} else if name != b.Name() {
				v.name = rename(t, f.Global(), b, name)
			}
			if v.name != "" {
				v.problems = form.Check(f, nil, b, r.PostForm, form.Groups(k.page)...)
				return form.ErrRefused
			}
			v.problems, err = form.Apply(f, nil, b, r.PostForm, form.Groups(k.page)...)
			changed = !bytes.Equal(before, f.Bytes())
			return err
		})
		switch {
		case errors.Is(err, errGone), errors.Is(err, errMoved):
			s.refuseEdit(w, r, err)
			return
		case err != nil:
			if !errors.Is(err, form.ErrRefused) {
				v.note = s.refusal(r, t, err)
			}
			s.showLone(w, r, k, fresh, http.StatusUnprocessableEntity, v)
			return
		}
		s.flash(r, accepted(t, d, changed))
		http.Redirect(w, r, k.list, http.StatusSeeOther)
	}
}

// add makes a block of kind in f, or says what is wrong with its name.
func add(t *text.Words, f *lvscf.File, kind, name string) (*lvscf.Block, string) {
	if wrong := misnamed(t, f.Global(), kind, name); wrong != "" {
		return nil, wrong
	}
	b, err := f.Global().Add(kind, name)
	if err != nil {
		return nil, t.Form.NameBad
	}
	return b, ""
}

// checkLone says what is wrong with a block's values as they are typed.
func (s *Server) checkLone(k loneKind, fresh bool) http.HandlerFunc {
	return s.checkForm(k.page, func(f *lvscf.File, q url.Values) (*lvscf.Block, error) {
		if fresh {
			return nil, nil
		}
		return k.find(finder{}, f, q)
	})
}

// switchLone activates or deactivates a block of the draft.
func (s *Server) switchLone(k loneKind) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			s.fail(w, r, err)
			return
		}
		t := s.page(r, "").T()
		refs, said, value := refsOf(r.PostForm["on"]), t.Redundancy.Activated, "1"
		if len(refs) == 0 {
			refs, said, value = refsOf(r.PostForm["off"]), t.Redundancy.Deactivated, "0"
		}
		_, err := s.desk.edit(r.Context(), s.user(r), func(f *lvscf.File) error {
			blocks, err := s.finder(r, f).all(f.Global(), k.kind, refs)
			for _, b := range blocks {
				if err == nil {
					err = b.Set("active", value)
				}
			}
			return err
		})
		s.afterLone(w, r, k, err, fmt.Sprintf(said, refNames(t, refs)))
	}
}

// deleteLone takes a block out of the draft.
func (s *Server) deleteLone(k loneKind) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			s.fail(w, r, err)
			return
		}
		t := s.page(r, "").T()
		_, err := s.desk.edit(r.Context(), s.user(r), func(f *lvscf.File) error {
			b, err := k.find(s.finder(r, f), f, r.URL.Query())
			if err != nil {
				return err
			}
			return b.Remove()
		})
		s.afterLone(w, r, k, err, fmt.Sprintf(t.Redundancy.Deleted, r.URL.Query().Get("name")))
	}
}

// afterLone goes back to the list, saying said, unless err.
func (s *Server) afterLone(w http.ResponseWriter, r *http.Request, k loneKind, err error, said string) {
	if err != nil {
		s.refuseEdit(w, r, err)
		return
	}
	s.flash(r, said)
	http.Redirect(w, r, k.list, http.StatusSeeOther)
}
