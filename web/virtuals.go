package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"pacu/lvscf"
	"pacu/web/templates"
	"pacu/web/text"
)

// virtuals is the list of virtual servers.
func (s *Server) virtuals(w http.ResponseWriter, r *http.Request) {
	s.listVirtuals(w, r, http.StatusOK, templates.ReadVirtualQuery(r.URL.Query()), "")
}

func (s *Server) listVirtuals(w http.ResponseWriter, r *http.Request, status int, q templates.VirtualQuery, note string) {
	p := s.userPage(r, templates.Virtuals)
	p.Title, p.Htmx = p.T().Virtuals.Title, true
	v := templates.VirtualsPage{Query: q, Note: note}
	d, err := s.desk.open(r.Context(), p.User)
	if err != nil {
		s.Log.Error("open lvs.cf", "user", p.User, "error", err)
		v.Note, v.Shut = unopened(p.T(), err), true
		s.render(w, r, status, templates.VirtualsView(p, v))
		return
	}
	x := s.lists.of(d)
	snap := s.glance(r.Context())
	v.Live, v.Fos, v.All = snap != nil, x.fos, len(x.entries)
	list := x.pick(q, newLive(snap))
	v.Found = len(list)
	v.Pages = max(1, (v.Found+templates.VirtualsPerPage-1)/templates.VirtualsPerPage)
	v.Query.Page = min(q.Page, v.Pages)
	first := (v.Query.Page - 1) * templates.VirtualsPerPage
	for _, e := range list[first:min(first+templates.VirtualsPerPage, len(list))] {
		v.Rows = append(v.Rows, e.VirtualRow)
	}
	if x.twice {
		v.Seen = x.seen
	}
	p.Path = v.Query.URL()
	s.render(w, r, status, templates.VirtualsView(p, v))
}

// unopened says why lvs.cf cannot be shown, and what to do.
func unopened(t *text.Words, err error) string {
	if errors.Is(err, errNotText) {
		return t.ConfigBinary
	}
	return fmt.Sprintf(t.Form.Unreadable, err)
}

// switchVirtuals activates or deactivates virtual servers of the draft: one by
// its own button, or those that are ticked.
func (s *Server) switchVirtuals(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, err)
		return
	}
	back, t := r.PostForm.Get("back"), s.page(r, "").T()
	refs, on := switched(r.PostForm)
	if len(refs) == 0 {
		s.listVirtuals(w, r, http.StatusUnprocessableEntity, readBack(back), t.Virtuals.NothingTicked)
		return
	}
	_, err := s.desk.edit(r.Context(), s.user(r), func(f *lvscf.File) error {
		return setActive(s.finder(r, f), f.Global(), "virtual", refs, on)
	})
	if err != nil {
		s.listVirtuals(w, r, http.StatusUnprocessableEntity, readBack(back), s.refusal(r, t, err))
		return
	}
	s.flash(r, fmt.Sprintf(onOff(t, on), refNames(t, refs)))
	http.Redirect(w, r, readBack(back).URL(), http.StatusSeeOther)
}

// readBack is the list that a form's field names as the one to go back to.
func readBack(query string) templates.VirtualQuery {
	q, err := url.ParseQuery(query)
	if err != nil {
		q = nil // it is only where to go on
	}
	return templates.ReadVirtualQuery(q)
}

// switched returns which blocks a form wants active, or not: the one whose own
// button was pressed, or those whose boxes are ticked.
func switched(v url.Values) (refs []templates.Ref, on bool) {
	for _, do := range []string{"on", "off"} {
		if v.Has(do) {
			return refsOf(v[do]), do == "on"
		}
	}
	switch v.Get("do") {
	case "on", "off":
		return refsOf(v["t"]), v.Get("do") == "on"
	}
	return nil, false
}

func onOff(t *text.Words, on bool) string {
	if on {
		return t.Virtuals.SwitchedOn
	}
	return t.Virtuals.SwitchedOff
}

// setActive switches the blocks of kind in b that refs name.
func setActive(x finder, b *lvscf.Block, kind string, refs []templates.Ref, on bool) error {
	blocks, err := x.all(b, kind, refs)
	if err != nil {
		return err
	}
	value := "0"
	if on {
		value = "1"
	}
	for _, b := range blocks {
		if err := b.Set("active", value); err != nil {
			return err
		}
	}
	return nil
}

// refusal says why an edit of the draft was not made.
func (s *Server) refusal(r *http.Request, t *text.Words, err error) string {
	var m missed
	switch {
	case errors.As(err, &m) && m.why == errMoved:
		return fmt.Sprintf(t.Form.Moved, m.ref.Name)
	case errors.As(err, &m):
		return fmt.Sprintf(t.Form.Gone, m.ref.Name)
	default:
		s.Log.Warn("draft not edited", "user", s.user(r), "error", err)
		return fmt.Sprintf(t.Virtuals.Refused, err)
	}
}

// flash says words on the next page.
func (s *Server) flash(r *http.Request, words string) {
	s.sessions.Put(r.Context(), flashKey, words)
}

// mostNames bounds how many names one sentence has.
const mostNames = 8

// refNames lists what was acted on.
func refNames(t *text.Words, refs []templates.Ref) string {
	var list []string
	for _, ref := range refs[:min(len(refs), mostNames)] {
		list = append(list, ref.Title(t))
	}
	said := strings.Join(list, t.Virtuals.Comma)
	if more := len(refs) - mostNames; more > 0 {
		said += " " + fmt.Sprintf(t.Virtuals.NamesMore, more)
	}
	return said
}
