package logging

import (
	"context"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"unicode"
)

// A handler turns records into lines.
type handler struct {
	level slog.Level
	sink  sink
	mu    *sync.Mutex // one line at a time; shared by all handlers derived from one

	attrs string // " key=value" of WithAttrs, ready to append
	group string // of WithGroup, with its dot
}

func newHandler(level slog.Level, s sink) *handler {
	return &handler{level: level, sink: s, mu: new(sync.Mutex)}
}

// Enabled says whether records of the level are written at all.
func (h *handler) Enabled(_ context.Context, l slog.Level) bool { return l >= h.level }

// Handle writes the record as one line, whatever its strings hold.
func (h *handler) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	b.WriteString(strings.Map(printable, r.Message))
	b.WriteString(h.attrs)
	r.Attrs(func(a slog.Attr) bool {
		appendAttr(&b, h.group, a)
		return true
	})
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.sink(r, b.String())
}

// WithAttrs returns a handler that adds attrs to each line.
func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	var b strings.Builder
	b.WriteString(h.attrs)
	for _, a := range attrs {
		appendAttr(&b, h.group, a)
	}
	c := *h
	c.attrs = b.String()
	return &c
}

// WithGroup returns a handler that puts "name." before later keys.
func (h *handler) WithGroup(name string) slog.Handler {
	c := *h
	if name != "" {
		c.group += name + "."
	}
	return &c
}

func appendAttr(b *strings.Builder, group string, a slog.Attr) {
	v := a.Value.Resolve()
	if v.Kind() == slog.KindGroup {
		if a.Key != "" {
			group += a.Key + "."
		}
		for _, m := range v.Group() {
			appendAttr(b, group, m)
		}
		return
	}
	if a.Equal(slog.Attr{}) {
		return // slog.Handler asks for it
	}
	b.WriteByte(' ')
	b.WriteString(strings.Map(printable, group+a.Key))
	b.WriteByte('=')
	b.WriteString(quoted(v.String()))
}

// quoted leaves plain words alone and quotes what would not read as one word.
func quoted(s string) string {
	plain := func(r rune) bool {
		return unicode.IsPrint(r) && r != ' ' && r != '"' && r != '=' && r != unicode.ReplacementChar
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return strconv.Quote(s)
}

// printable keeps a message from a real server's answer from forging lines.
func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return ' '
}
