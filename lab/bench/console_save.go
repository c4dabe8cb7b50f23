package bench

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"time"
)

// saves are how often a change is made and applied.
const saves = 10

// saveLimit is what a save may take from the form to the file that pulse has
// read, in ms.
const saveLimit = 2000

var draftVersion = regexp.MustCompile(`name="version" value="(\d+)"`)

// measureSave changes the weight of one real server by its form, reviews that
// and puts it into effect, as an operator would.
func (c *console) measureSave(ctx context.Context, say Say) ([]Figure, error) {
	form := fmt.Sprintf("/virtual/server?v=%s&s=%s", virtualName(large/2), serverName(servers/2))
	var edits, reviews, applies []float64
	for i := range saves {
		edit, err := c.post(ctx, form, url.Values{"weight": {fmt.Sprint(2 + i)}})
		if err != nil {
			return nil, err
		}
		review, err := c.visit(ctx, "/review")
		if err != nil {
			return nil, err
		}
		version := draftVersion.FindSubmatch(review.body)
		if version == nil {
			return nil, fmt.Errorf("/review has no draft: %.300s", review.body)
		}
		began := time.Now()
		if _, err := c.post(ctx, "/review", url.Values{"version": {string(version[1])}, "hold": {"0"}}); err != nil {
			return nil, err
		}
		at, err := c.pulse.reloaded(ctx)
		if err != nil {
			return nil, err
		}
		edits, reviews, applies = append(edits, milliseconds(edit.full)), append(reviews, milliseconds(review.full)), append(applies, milliseconds(at.Sub(began)))
	}
	say("a changed weight: form %.0f ms, review %.0f ms, applied after %.0f ms", median(edits), median(reviews), median(applies))
	return []Figure{
		{Name: "console/form-saved-ms", Ours: median(edits), Peer: bound, PeerValue: 2 * pageLimit, Fractional: true, Want: 1, Note: "with the page that follows"},
		{Name: "console/review-ms", Ours: median(reviews), Peer: bound, PeerValue: pageLimit, Fractional: true, Want: 1},
		{Name: "console/save-to-applied-ms", Ours: median(applies), Peer: bound, PeerValue: saveLimit, Fractional: true, Want: 1, Note: "until pulse's stand-in has read the file"},
	}, nil
}
