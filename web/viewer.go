package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"pacu/store"
	"pacu/web/templates"
)

// A change is what a viewer lacks of a page: the HTML of an element.
type change struct {
	id, swap, html string
}

// A look is what a viewer lacks after a look at pulse.
type look struct {
	mark    string // for a stream to go on from
	taken   time.Time
	order   []string // the bodies of the table in their order; nil: as before
	changes []change
}

// A view is a live page as a viewer asked for it.
type view interface {
	// changes adds to l what a viewer lacks that has seen what v says.
	changes(h *hub, m *moment, v *viewer, l *look) error
}

// A viewer is a stream: what its page shows, and what was sent of it.
type viewer struct {
	view  view
	who   templates.Audience
	after uint64 // version of what it has
	// mark is what else it has: of a list, list.mark; of events, the last ID.
	// An empty one is not known.
	mark   string
	bodies map[string]uint64 // marks of the bodies in the table; nil: not known
	order  []string          // of bodies
}

// audience is who r comes from, as far as that changes what pages show.
func audience(r *http.Request) templates.Audience {
	a := templates.Audience{Lang: language(r), Role: store.Viewer}
	if role(r).Allows(store.Operator) {
		a.Role = store.Operator
	}
	return a
}

// newViewer is the viewer that r opens a stream for. It has what its last
// message before a break said, or else its page.
func newViewer(r *http.Request, page view) *viewer {
	v := &viewer{view: page, who: audience(r)}
	for _, id := range []string{r.Header.Get("Last-Event-ID"), r.URL.Query().Get("after")} {
		version, mark, _ := strings.Cut(id, "-")
		if n, err := strconv.ParseUint(version, 10, 64); err == nil {
			v.after, v.mark = n, mark
			break
		}
	}
	return v
}

// mark joins what a viewer has into what it hands back.
func joinMark(version uint64, mark string) string {
	return fmt.Sprintf("%d-%s", version, mark)
}

// next waits for a look later than what v has, and returns what it lacks.
func (v *viewer) next(ctx context.Context, h *hub) (look, error) {
	m, err := h.after(ctx, v.after)
	if err != nil {
		return look{}, err
	}
	if v.after > m.version { // of another lvsgui
		v.after, v.mark = 0, ""
	}
	l := look{taken: m.Taken}
	if err := v.view.changes(h, m, v, &l); err != nil {
		return look{}, err
	}
	v.after = m.version
	l.mark = joinMark(m.version, v.mark)
	return l, nil
}

// add adds p, or those of its rows that changed, where v lacks them.
func (l *look) add(h *hub, m *moment, v *viewer, p *part) error {
	if p.at > v.after {
		r, err := h.parts.get(m.version, v.who, p)
		if err != nil {
			return err
		}
		if r.at > v.after {
			l.changes = append(l.changes, change{p.id, p.swap(), r.html})
			return nil
		}
	}
	for i := range p.rows {
		if err := l.add(h, m, v, &p.rows[i]); err != nil {
			return err
		}
	}
	return nil
}

// whole adds p whether v has it or not.
func (l *look) whole(h *hub, m *moment, v *viewer, p *part) error {
	r, err := h.parts.get(m.version, v.who, p)
	if err != nil {
		return err
	}
	l.changes = append(l.changes, change{p.id, p.swap(), r.html})
	return nil
}

// get is p as a page holds it.
func (h *hub) get(m *moment, who templates.Audience, p *part) (templates.Rendered, error) {
	r, err := h.parts.get(m.version, who, p)
	if err != nil {
		return templates.Rendered{}, err
	}
	return templates.Rendered{ID: p.id, HTML: r.html}, nil
}
