package web

import (
	"bytes"
	"cmp"
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

// A blockKind is a kind of block that has a form: a virtual, or what stands in
// one.
type blockKind struct {
	kind  string // lvscf's word
	page  form.Page
	param string // of its name in queries; that of its number has an n more
	path  string // of its form; of a new one it has /new more
	list  templates.VirtualTab
}

// The kinds. A virtual's checks have a page of their own.
var (
	aVirtual = blockKind{"virtual", form.Virtual, "", "/virtual", templates.VirtualServer}
	aServer  = blockKind{"server", form.Server, "s", "/virtual/server", templates.RealServers}
	aProbe   = blockKind{"probe", form.Probe, "p", "/virtual/probe", templates.Scripts}
	checks   = blockKind{"virtual", form.Monitoring, "", "/virtual/monitoring", templates.Scripts}
)

// ref takes the Ref of a block of k out of a query, and ok is false without.
func (k blockKind) ref(q url.Values) (templates.Ref, bool) {
	if k.param == "" {
		return readRef(q, "v", "n")
	}
	return readRef(q, k.param, k.param+"n")
}

// find returns the block that q names in f, and the virtual it stands in; nil
// when it is one.
func (k blockKind) find(x finder, f *lvscf.File, q url.Values) (in, b *lvscf.Block, err error) {
	ref, ok := readRef(q, "v", "n")
	if !ok {
		return nil, nil, missed{ref, errGone}
	}
	if b, err = x.inside(f.Global(), "virtual", ref); err != nil || k.param == "" {
		return nil, b, err
	}
	in = b
	if ref, ok = k.ref(q); !ok {
		return nil, nil, missed{ref, errGone}
	}
	b, err = x.inside(in, k.kind, ref)
	return in, b, err
}

// blockForm shows the form of a block.
func (s *Server) blockForm(k blockKind) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { s.showBlock(w, r, k, http.StatusOK, typed{}) }
}

// typed is what a form sent, and what was wrong with it.
type typed struct {
	values   url.Values // nil: nothing was sent
	problems []form.Problem
	name     string // what is wrong with the name; may be empty
	note     string // why else nothing was done; may be empty
}

func (s *Server) showBlock(w http.ResponseWriter, r *http.Request, k blockKind, status int, v typed) {
	c, ok := s.openVirtual(w, r)
	if !ok {
		return
	}
	p := s.userPage(r, templates.Virtuals)
	p.Path, p.Htmx = path(r), true
	t := p.T()
	head := c.head(k.list)
	head.Note = cmp.Or(v.note, v.name)
	f := templates.BlockForm{
		Named: k != checks, Seen: c.seen, Action: r.URL.Path + "?" + r.URL.Query().Encode(),
		Check: r.URL.Path + "/check?" + r.URL.Query().Encode(), Back: head.Virtual(string(k.list)),
	}
	if k == aVirtual {
		f.Back = string(templates.Virtuals)
	}
	var err error
	c.draft.read(func(file *lvscf.File) {
		var b *lvscf.Block
		if _, b, err = k.find(finder{}, file, r.URL.Query()); err == nil {
			f.Name, f.Sections = b.Name(), form.Fields(b, form.Groups(k.page)...)
		}
	})
	if err != nil {
		s.refuseEdit(w, r, err)
		return
	}
	p.Title = head.Title(t)
	if k.param != "" {
		f.Title = fmt.Sprintf(title(t, k), f.Name)
		p.Title = f.Title + " · " + p.Title
	}
	v.refill(&f)
	if k == checks {
		s.render(w, r, status, templates.ScriptsView(p, templates.ScriptsPage{Head: head, Form: f, Probes: probes(c), Seen: c.seen}))
		return
	}
	s.render(w, r, status, templates.VirtualFormView(p, head, f))
}

// refill gives f what was typed.
func (v typed) refill(f *templates.BlockForm) {
	if v.values == nil {
		return
	}
	f.Sections = form.Refill(f.Sections, v.values, v.problems)
	if f.Named {
		f.Name, f.Problem = v.values.Get("name"), v.name
	}
}

// title is the format of the title of the form of a server or a probe.
func title(t *text.Words, k blockKind) string {
	if k == aServer {
		return t.Virtuals.EditServer
	}
	return t.Virtuals.EditProbe
}

// probes are the probe blocks of c's virtual.
func probes(c scene) []templates.ProbeRow {
	var rows []templates.ProbeRow
	c.look(func(b *lvscf.Block) {
		count := map[string]int{}
		for _, in := range b.Blocks("probe") {
			name := in.Name()
			count[name]++
			rows = append(rows, templates.ProbeRow{
				Ref: templates.Ref{Name: name, Nth: count[name]}, Active: firstValue(in, "active", "1") == "1",
				Kind: firstValue(in, "check", "auto"), Port: firstValue(in, "check_port", ""),
			})
		}
	})
	return rows
}

// saveBlock puts what the form of a block sent into the draft.
func (s *Server) saveBlock(k blockKind) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			s.fail(w, r, err)
			return
		}
		t, q := s.page(r, "").T(), r.URL.Query()
		v := typed{values: r.PostForm}
		var name string // of the block, in the end
		var changed bool
		d, err := s.desk.edit(r.Context(), s.user(r), func(f *lvscf.File) error {
			in, b, err := k.find(s.finder(r, f), f, q)
			if err != nil {
				return err
			}
			before := f.Bytes()
			v.problems, v.name = nil, ""
			name = b.Name()
			if typed := r.PostForm.Get("name"); k != checks && r.PostForm.Has("name") && typed != name {
				name = strings.TrimSpace(typed)
				v.name = rename(t, parent(f, in), b, name)
			}
			v.problems, err = form.Apply(f, in, b, r.PostForm, form.Groups(k.page)...)
			if err == nil && v.name != "" {
				err = form.ErrRefused
			}
			changed = !bytes.Equal(before, f.Bytes())
			return err
		})
		switch {
		case errors.Is(err, form.ErrRefused):
			s.showBlock(w, r, k, http.StatusUnprocessableEntity, v)
			return
		case errors.Is(err, errGone), errors.Is(err, errMoved):
			s.refuseEdit(w, r, err)
			return
		case err != nil:
			v.note = s.refusal(r, t, err)
			s.showBlock(w, r, k, http.StatusUnprocessableEntity, v)
			return
		}
		ref, _ := k.ref(q)
		if name != ref.Name {
			ref = templates.Ref{Name: name, Nth: 1} // it is the only one of that name
		}
		s.flash(r, accepted(t, d, changed))
		virtual, _ := readRef(q, "v", "n")
		if k.param == "" {
			virtual = ref
		}
		http.Redirect(w, r, virtual.Virtual(string(k.list)), http.StatusSeeOther)
	}
}

// accepted says what became of a form whose values are in d now.
func accepted(t *text.Words, d *draft, changed bool) string {
	if bad := len(d.Problems.Errors()); changed && bad > 0 {
		return fmt.Sprintf(t.Form.KeptErrors, bad)
	} else if changed {
		return t.Form.Kept
	}
	return t.Form.Same
}

// parent is the block in which in, or a virtual when in is nil, stands.
func parent(f *lvscf.File, in *lvscf.Block) *lvscf.Block {
	if in == nil {
		return f.Global()
	}
	return in
}

// rename gives b, which stands in in, a name, and returns what is wrong with
// that.
func rename(t *text.Words, in, b *lvscf.Block, name string) string {
	if wrong := misnamed(t, in, b.Kind(), name); wrong != "" {
		return wrong
	}
	if err := b.Rename(name); err != nil {
		return t.Form.NameBad
	}
	return ""
}

// misnamed says what is wrong with name for a new block of kind in in.
func misnamed(t *text.Words, in *lvscf.Block, kind, name string) string {
	switch {
	case name == "":
		return t.Form.NameMissing
	case len(name) > templates.LongestName:
		return t.Form.NameBad
	case in.Block(kind, name) != nil:
		return t.Form.NameTaken
	}
	return ""
}
