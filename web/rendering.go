package web

import (
	"bytes"
	"cmp"
	"context"
	"strings"
	"sync"

	"github.com/a-h/templ"

	"pacu/web/templates"
)

// A rendering keeps the parts of live pages as HTML while somebody sees them,
// so that what many see is rendered once. Its methods may be called at the
// same time.
type rendering struct {
	mu   sync.Mutex
	kept map[renderKey]*rendered
}

type renderKey struct {
	templates.Audience
	id string
}

// A rendered is a part as HTML: of data that is of version dataAt; the HTML is
// so since version at, and was needed last at version used.
type rendered struct {
	html             string
	dataAt, at, used uint64
}

// A part is an element of a live page.
type part struct {
	id    string // of the element
	key   string // among all parts of all pages; empty: id
	at    uint64 // version at which its data changed
	outer bool   // its HTML is the element itself, not what is in it
	view  func(templates.Audience) templ.Component
	// rows are elements in it, which are sent alone where the rest is as
	// before. A part with rows is not kept.
	rows []part
}

// swap is how htmx puts the part in its place.
func (p *part) swap() string {
	if p.outer {
		return "outerMorph"
	}
	return "innerMorph"
}

// get returns p as who sees it at version now.
func (c *rendering) get(now uint64, who templates.Audience, p *part) (*rendered, error) {
	if p.rows != nil {
		html, err := renderString(p.view(who))
		return &rendered{html: html, at: p.at}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	key := renderKey{who, cmp.Or(p.key, p.id)}
	was := c.kept[key]
	if was != nil && was.dataAt >= p.at {
		was.used = max(was.used, now)
		return was, nil
	}
	html, err := renderString(p.view(who))
	if err != nil {
		return nil, err
	}
	next := &rendered{html: html, dataAt: p.at, at: p.at, used: now}
	if was != nil && was.html == html {
		next.at = was.at
	}
	if c.kept == nil {
		c.kept = map[renderKey]*rendered{}
	}
	c.kept[key] = next
	return next, nil
}

// keepUnseen is for how many looks a part is kept that nobody sees.
const keepUnseen = 3

// sweep forgets the parts that nobody has seen of late.
func (c *rendering) sweep(now uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k, r := range c.kept {
		if r.used+keepUnseen < now {
			delete(c.kept, k)
		}
	}
}

// serviceID is the element of a service: its key with everything that an HTML
// id or a CSS selector would trip over replaced.
func serviceID(key string) string {
	return "svc-" + strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r == '.':
			return '_'
		default:
			return '-'
		}
	}, key)
}

func renderString(c templ.Component) (string, error) {
	var b bytes.Buffer
	if err := c.Render(context.Background(), &b); err != nil {
		return "", err
	}
	return b.String(), nil
}
