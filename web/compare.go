package web

import (
	"net/http"
	"slices"
	"strings"
	"sync"

	"pacu/web/templates"
)

// comparedTexts name a difference by the SHA-256 of both texts, hex, and
// whether it shows secrets.
type comparedTexts struct {
	from, to string
	secrets  bool
}

// A revisionDifference is how one revision differs from another, as the one who
// asks may see it.
type revisionDifference struct {
	difference
	masked bool // something was left out
}

// differ compares two texts for the one who asks.
func differ(r *http.Request, from, to []byte) revisionDifference {
	x, cutX := masked(r, from)
	y, cutY := masked(r, to)
	return revisionDifference{
		difference{
			templates.CompareMeaning(string(from), string(to)),
			templates.CompareLines(strings.ToValidUTF8(x, "\uFFFD"), strings.ToValidUTF8(y, "\uFFFD")),
		},
		cutX || cutY,
	}
}

// comparisons keeps the differences that were looked at last: a large file's
// take a moment, and never change. Its method may be called at the same time.
type comparisons struct {
	mu   sync.Mutex
	kept []comparedPair // the last used first
}

type comparedPair struct {
	texts comparedTexts
	how   revisionDifference
}

// keepCompared bounds the differences that are kept; each is what a page shows.
const keepCompared = 16

// of returns the difference of texts, which compare finds where it is not kept.
func (c *comparisons) of(texts comparedTexts, compare func() (revisionDifference, error)) (revisionDifference, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := slices.IndexFunc(c.kept, func(p comparedPair) bool { return p.texts == texts }); i >= 0 {
		p := c.kept[i]
		c.kept = slices.Insert(slices.Delete(c.kept, i, i+1), 0, p)
		return p.how, nil
	}
	how, err := compare()
	if err != nil {
		return revisionDifference{}, err
	}
	c.kept = slices.Insert(c.kept, 0, comparedPair{texts, how})
	c.kept = c.kept[:min(len(c.kept), keepCompared)]
	return how, nil
}
