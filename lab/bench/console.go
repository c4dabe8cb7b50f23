package bench

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// pageLimit is what a page may take at the server, in ms: its p99.
	pageLimit = 100
	// visits are how often each page is asked for, after the first.
	visits = 300
	// viewers is the number of viewers whose memory is measured.
	viewers = 50
)

// pages are the console's, as a viewer of a large system goes through them.
var pages = []struct{ name, path string }{
	{"monitoring", "/monitoring"},
	{"monitoring-search", "/monitoring?q=web-03999"},
	{"service", "/service?key=tcp+10.100.7.208%3A80"},
	{"events", "/events"},
	{"global", "/global"},
	{"redundancy", "/redundancy"},
	{"virtuals", "/virtuals"},
	{"virtuals-search", "/virtuals?q=172.16.207.5"},
	{"virtual", "/virtual?v=web-02000"},
	{"real-servers", "/virtual/servers?v=web-02000"},
	{"history", "/history"},
	{"peer", "/peer"},
	{"server-help", "/servers/help"},
	{"audit", "/audit"},
	{"users", "/users"},
	{"account", "/account"},
}

// Console measures lvsgui with a pulse that serves 4,000 virtual servers of 10
// real servers each: every page at the server while somebody watches, what one
// changed server sends to a viewer, a save from the form to the file applied,
// and the memory of many viewers. The pulse is a stand-in on a real control
// socket: its own work is measured by the others.
func Console(ctx context.Context, _ Settings, say Say) (_ []Figure, err error) {
	c, err := openConsole(ctx, large)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	say("lvsgui on %s with %d x %d", c.base, large, servers)

	v, err := c.watch(ctx, "/monitoring")
	if err != nil {
		return nil, err
	}
	defer v.close()
	if err := v.beats(ctx, 2); err != nil {
		return nil, err
	}
	figures, err := c.visitAll(ctx, say)
	if err != nil {
		return nil, err
	}
	more, err := c.measureUpdate(ctx, v, say)
	figures = append(figures, more...)
	if err != nil {
		return figures, err
	}
	more, err = c.measureSave(ctx, say)
	figures = append(figures, more...)
	if err != nil {
		return figures, err
	}
	more, err = c.measureCrowd(ctx, say)
	return append(figures, more...), err
}

// visitAll asks for each page many times.
func (c *console) visitAll(ctx context.Context, say Say) ([]Figure, error) {
	var figures []Figure
	for _, p := range pages {
		first, full := make([]float64, visits), make([]float64, visits)
		size := 0
		for i := -1; i < visits; i++ { // the first one of all is not counted
			v, err := c.visit(ctx, p.path)
			if err != nil {
				return figures, err
			}
			if i >= 0 {
				first[i], full[i], size = milliseconds(v.first), milliseconds(v.full), v.size
			}
		}
		say("%s: median %.1f ms, p99 %.1f ms, %d bytes", p.path, median(full), quantile(full, 0.99), size)
		note := fmt.Sprintf("median %.1f, %d bytes", median(full), size)
		figures = append(figures,
			Figure{Name: "console/" + p.name + "-first-byte-p99-ms", Ours: quantile(first, 0.99), Peer: bound, PeerValue: pageLimit, Fractional: true, Want: 1},
			Figure{Name: "console/" + p.name + "-p99-ms", Ours: quantile(full, 0.99), Peer: bound, PeerValue: pageLimit, Fractional: true, Want: 1, Note: note},
		)
	}
	return figures, nil
}

// measureUpdate changes one server on the viewer's page, and counts what the
// viewer is sent for that.
func (c *console) measureUpdate(ctx context.Context, v *viewer, say Say) ([]Figure, error) {
	page, err := c.visit(ctx, "/monitoring")
	if err != nil {
		return nil, err
	}
	var sent, took []float64
	for range 10 {
		before := v.bytes()
		began := time.Now()
		c.pulse.touch()
		if err := v.changed(ctx, before); err != nil {
			return nil, err
		}
		took = append(took, milliseconds(time.Since(began)))
		sent = append(sent, float64(v.bytes()-before))
	}
	say("one changed server: %.0f bytes to each viewer, after %.0f ms", median(sent), median(took))
	return []Figure{
		{Name: "console/one-changed-server-bytes", Ours: median(sent), Peer: "whole-page", PeerValue: float64(page.size)},
		{Name: "console/one-changed-server-shown-ms", Ours: median(took), Peer: "look-every", PeerValue: 1000, Fractional: true},
	}, nil
}

// measureCrowd is the memory of lvsgui with many viewers beside that with one.
func (c *console) measureCrowd(ctx context.Context, say Say) ([]Figure, error) {
	one, err := usageOf(c.pid())
	if err != nil {
		return nil, err
	}
	for range viewers - 1 {
		v, err := c.watch(ctx, "/monitoring")
		if err != nil {
			return nil, err
		}
		defer v.close()
		if err := v.beats(ctx, 1); err != nil {
			return nil, err
		}
	}
	last, err := c.watch(ctx, "/monitoring")
	if err != nil {
		return nil, err
	}
	defer last.close()
	began, err := usageOf(c.pid())
	if err != nil {
		return nil, err
	}
	at := time.Now()
	if err := last.beats(ctx, 10); err != nil {
		return nil, err
	}
	many, err := usageOf(c.pid())
	if err != nil {
		return nil, err
	}
	load := (many.processor - began.processor).Seconds() / time.Since(at).Seconds()
	say("%d viewers: %d MB, %.0f %% of a core", viewers, many.rss/1024, 100*load)
	return []Figure{
		{Name: fmt.Sprintf("console/rss-%d-viewers-mb", viewers), Ours: float64(many.rss) / 1024, Peer: "one-viewer", PeerValue: float64(one.rss) / 1024, Fractional: true,
			Note: fmt.Sprintf("%.2f core", load)},
	}, nil
}
