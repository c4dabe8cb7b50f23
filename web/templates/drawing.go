package templates

import (
	"fmt"
	"strconv"

	"pacu/control"
	"pacu/web/text"
)

// A drawing is a Topology laid out for a width, in pixels at its full size.
type drawing struct {
	width, height int
	boxes         []drawnBox
	wires         []drawnWire
	labels        []drawnText
	spots         []drawnMark
}

type drawnBox struct{ x, y, w, h, class string }

// A drawnWire goes along a path; its class says what is known of it.
type drawnWire struct{ d, class string }

type drawnText struct {
	x, y, class, anchor, words string
}

// A drawnMark is the mark of a real server.
type drawnMark struct {
	at, title string
	mark      Mark
}

// The sizes of what is drawn.
const (
	wideDrawing   = 940
	narrowDrawing = 340
	lineHeight    = 17
	groupWidth    = 219
	groupHeight   = 54
	gutter        = 14
	rail          = 24 // at the left of a narrow drawing, for the wires
)

func (d *drawing) box(x, y, w, h int, class string) {
	n := strconv.Itoa
	d.boxes = append(d.boxes, drawnBox{n(x), n(y), n(w), n(h), class})
}

func (d *drawing) wire(class, format string, args ...any) {
	d.wires = append(d.wires, drawnWire{fmt.Sprintf(format, args...), class})
}

func (d *drawing) label(x, y int, class, anchor, words string) {
	d.labels = append(d.labels, drawnText{strconv.Itoa(x), strconv.Itoa(y), class, anchor, words})
}

// cutWords shortens words to a width in pixels; a Chinese character is twice as
// wide as a Latin one.
func cutWords(words string, width int) string {
	used := 0
	for i, r := range words {
		w := 7
		if r > 0x2e80 {
			w = 14
		}
		if used+w > width {
			return words[:i] + "…"
		}
		used += w
	}
	return words
}

// A routerBox is one of the two boxes.
type routerBox struct {
	name, address string
	state         control.State
	holds         Holding
	lacks         int
	x, y, w, h    int
}

// serves reports that clients reach it: it holds addresses.
func (r routerBox) serves() bool { return r.holds.All > 0 }

func (r routerBox) lines() int {
	n := 2 + len(r.holds.First)
	if r.holds.All > len(r.holds.First) {
		n++
	}
	if r.lacks > 0 {
		n++
	}
	return n
}

func (d *drawing) router(t *text.Words, r routerBox) {
	d.box(r.x, r.y, r.w, r.h, "router "+stateTone(r.state))
	y := r.y + lineHeight + 2
	d.label(r.x+12, y, "name", "start", cutWords(r.name, r.w-110))
	d.label(r.x+r.w-12, y, "state "+stateTone(r.state), "end", stateSign(r.state)+" "+state(t, r.state))
	line := func(class, words string) {
		y += lineHeight
		d.label(r.x+12, y, class, "start", cutWords(words, r.w-24))
	}
	line("sub", r.address)
	for _, a := range r.holds.First {
		line("held", "▸ "+a)
	}
	if n := r.holds.All - len(r.holds.First); n > 0 {
		line("sub", fmt.Sprintf(t.AndMore, n))
	}
	if r.lacks > 0 {
		line("bad", "✕ "+fmt.Sprintf(t.Watch.Lacks, r.lacks))
	}
}

// stateSign marks a state by more than its colour.
func stateSign(s control.State) string {
	switch s {
	case control.Active:
		return "●"
	case control.Standby:
		return "◐"
	case control.Silent:
		return "✕"
	default:
		return "?"
	}
}
