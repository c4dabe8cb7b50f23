package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"pacu/lvscf"
	"pacu/web/templates"
)

// errGone means that a block is not, or no longer, in the draft; errMoved that
// several of its name are, and the draft is no longer the one the page showed.
var (
	errGone  = errors.New("it is not in lvs.cf")
	errMoved = errors.New("lvs.cf has changed, and has several of this name")
)

// mostNth bounds the number of a block among those of its name.
const mostNth = 1 << 20

// readRef takes a Ref out of a query; ok is false where it has none.
func readRef(q url.Values, name, nth string) (ref templates.Ref, ok bool) {
	if !q.Has(name) {
		return ref, false
	}
	ref = templates.Ref{Name: q.Get(name), Nth: 1}
	if q.Has(nth) {
		n, err := strconv.Atoi(q.Get(nth))
		if err != nil || n < 1 || n > mostNth {
			return ref, false
		}
		ref.Nth = n
	}
	return ref, true
}

// parseRef reads what Ref.String wrote.
func parseRef(s string) (templates.Ref, bool) {
	nth, name, ok := strings.Cut(s, ":")
	n, err := strconv.Atoi(nth)
	if !ok || err != nil || n < 1 || n > mostNth {
		return templates.Ref{}, false
	}
	return templates.Ref{Name: name, Nth: n}, true
}

// refsOf are the Refs in a form's values.
func refsOf(values []string) []templates.Ref {
	var refs []templates.Ref
	for _, v := range values {
		if ref, ok := parseRef(v); ok {
			refs = append(refs, ref)
		}
	}
	return refs
}

// A finder finds blocks by their Refs. One of several that have the same name
// is only found in the very draft that the page showed, lest it be another
// than the one that was meant.
type finder struct {
	seen string // the draft that the page showed; "" when it is asked for by a link
	now  func() string
}

// finder returns the finder for a request that edits f: the form's field seen
// has the draft.
func (s *Server) finder(r *http.Request, f *lvscf.File) finder {
	return finder{r.PostForm.Get("seen"), func() string { return sight(f.Bytes()) }}
}

// sight names a draft by its text.
func sight(text []byte) string { return hash(text)[:16] }

// A missed block is one that was not found; it matches errGone or errMoved.
type missed struct {
	ref templates.Ref
	why error
}

func (m missed) Error() string { return fmt.Sprintf("%q: %v", m.ref.Name, m.why) }
func (m missed) Unwrap() error { return m.why }

// inside finds the block of kind that ref names in b. The error is a missed.
func (x finder) inside(b *lvscf.Block, kind string, ref templates.Ref) (*lvscf.Block, error) {
	var found *lvscf.Block
	n := 0
	for _, in := range b.Blocks(kind) {
		if in.Name() != ref.Name {
			continue
		}
		n++
		if n == ref.Nth {
			found = in
		}
	}
	switch {
	case n > 1 && x.now != nil && x.seen != x.now():
		return nil, missed{ref, errMoved}
	case found == nil:
		return nil, missed{ref, errGone}
	}
	return found, nil
}

// all finds several blocks.
func (x finder) all(b *lvscf.Block, kind string, refs []templates.Ref) ([]*lvscf.Block, error) {
	blocks := make([]*lvscf.Block, len(refs))
	for i, ref := range refs {
		var err error
		if blocks[i], err = x.inside(b, kind, ref); err != nil {
			return nil, err
		}
	}
	return blocks, nil
}

// copyName suggests a name for a copy that no block of kind in b has.
func copyName(b *lvscf.Block, kind, name string) string {
	taken := map[string]bool{}
	for _, in := range b.Blocks(kind) {
		taken[in.Name()] = true
	}
	for n := 2; ; n++ {
		if next := name + "-" + strconv.Itoa(n); !taken[next] {
			return next
		}
	}
}

// copyBlock adds a copy of from to where it stands, under another name and
// switched off. Comments stay with the original.
func copyBlock(in, from *lvscf.Block, name string) (*lvscf.Block, error) {
	to, err := in.Add(from.Kind(), name)
	if err != nil {
		return nil, err
	}
	if err := copySettings(to, from); err != nil {
		return nil, err
	}
	for _, kind := range []string{"probe", "server"} {
		for _, inner := range from.Blocks(kind) {
			next, err := to.Add(kind, inner.Name())
			if err != nil {
				return nil, err
			}
			if err := copySettings(next, inner); err != nil {
				return nil, err
			}
		}
	}
	return to, to.Set("active", "0")
}

// copySettings gives to what from has.
func copySettings(to, from *lvscf.Block) error {
	for _, d := range allDirectives {
		if d.Where&inKind[from.Kind()] == 0 {
			continue
		}
		if lines := from.GetAll(d.Name); d.Repeats && len(lines) > 0 {
			if err := to.SetAll(d.Name, lines); err != nil {
				return err
			}
		} else if v, ok := from.Get(d.Name); ok && !d.Repeats {
			if err := to.Set(d.Name, v...); err != nil {
				return err
			}
		}
	}
	return nil
}

var allDirectives = lvscf.Directives()

// inKind is where the directives of a kind of block stand.
var inKind = map[string]lvscf.Where{"virtual": lvscf.InVirtual, "server": lvscf.InServer, "probe": lvscf.InProbe}
