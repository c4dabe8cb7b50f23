package templates

import (
	"fmt"
	"strconv"

	"pacu/control"
	"pacu/web/text"
)

// draw lays v out; a narrow drawing has everything below another.
func (v Topology) draw(t *text.Words, narrow bool) drawing {
	d := drawing{width: wideDrawing}
	if narrow {
		d.width = narrowDrawing
	}
	here := routerBox{name: v.Host, address: v.Address, state: v.Here, holds: v.Held, lacks: v.Lacked}
	if here.name == "" {
		here.name = t.ThisRouter
	}
	there := routerBox{name: t.PartnerRouter, address: v.Partner, state: v.There, holds: v.Away}
	routers := []*routerBox{&here}
	if v.Pair {
		routers = append(routers, &there)
	}

	clientsX := d.width/2 - 70
	if narrow {
		clientsX = rail
	}
	d.box(clientsX, 4, 140, 30, "clients")
	d.label(clientsX+70, 24, "name", "middle", t.Watch.Clients)
	y := 34
	if v.Nobody.All > 0 {
		y = d.nobody(t, v, narrow, y)
	}
	if narrow {
		y = d.routersBelow(t, v, routers, y+20)
	} else {
		y = d.routersBeside(t, v, routers, max(y+16, 66))
	}
	d.groups(t, v, routers, y, narrow)
	return d
}

// nobody draws the addresses that nobody is known to hold, and returns where
// they end.
func (d *drawing) nobody(t *text.Words, v Topology, narrow bool, y int) int {
	x, top, w := d.width-300, 4, 300
	if narrow {
		x, top, w = rail, y+10, d.width-rail-2
	}
	h := 2*lineHeight + 10
	d.box(x, top, w, h, "nobody")
	words := t.Watch.HeldByNobody
	if !v.Known {
		words = t.Watch.HeldUnknown
	}
	d.label(x+12, top+lineHeight+2, "name", "start", cutWords("? "+words, w-24))
	d.label(x+12, top+2*lineHeight+2, "sub", "start", cutWords(v.Nobody.words(t), w-24))
	return max(y, top+h)
}

// reach is the wire from the clients to a router: what is known of that way.
func (v Topology) reach(r *routerBox) string {
	switch {
	case !v.Known || r.state == control.Unknown:
		return "guess"
	case r.serves():
		return "flow"
	default:
		return ""
	}
}

// routersBeside draws the routers side by side from y on, and returns where
// they end.
func (d *drawing) routersBeside(t *text.Words, v Topology, routers []*routerBox, y int) int {
	const w, between = 300, 150
	x, h := (d.width-w)/2, 0
	if len(routers) == 2 {
		x = (d.width - 2*w - between) / 2
	}
	for _, r := range routers {
		h = max(h, (r.lines())*lineHeight+14)
	}
	h = max(h, len(v.Paths)*2*lineHeight+8)
	for i, r := range routers {
		r.x, r.y, r.w, r.h = x+i*(w+between), y, w, h
		if class := v.reach(r); class != "" {
			d.wire(class, "M%d 34V%dH%dV%d", d.width/2, y-14, r.x+r.w/2, y)
		}
		d.router(t, *r)
	}
	for i, p := range v.Paths {
		py := y + lineHeight + 6 + i*2*lineHeight
		d.path(t, p, fmt.Sprintf("M%d %dH%d", x+w, py, x+w+between), x+w+between/2, py-5, "middle")
	}
	return y + h
}

// path draws a way of heartbeats and says how it is.
func (d *drawing) path(t *text.Words, p TopologyPath, way string, x, y int, anchor string) {
	class, sign, word := "beat", "✓ ", ""
	if p.Silent {
		class, sign, word = "silent", "✕ ", " "+t.PathSilent
	}
	d.wire(class, "%s", way)
	d.label(x, y, class, anchor, sign+cutWords(p.Name, 70)+word)
}

// routersBelow draws the routers one below the other.
func (d *drawing) routersBelow(t *text.Words, v Topology, routers []*routerBox, y int) int {
	const x = rail
	for i, r := range routers {
		if i > 0 {
			for n, p := range v.Paths {
				px := x + 24 + n*140
				d.path(t, p, fmt.Sprintf("M%d %dV%d", px, y, y+36), px+8, y+22, "start")
			}
			y += 36
		}
		r.x, r.y, r.w, r.h = x, y, d.width-x-2, r.lines()*lineHeight+14
		if class := v.reach(r); class != "" {
			d.wire(class, "M%d 19H8V%dH%d", x, y+16, x)
		}
		d.router(t, *r)
		y += r.h
	}
	return y
}

// groups draws the services with their real servers from y on.
func (d *drawing) groups(t *text.Words, v Topology, routers []*routerBox, y int, narrow bool) {
	across, w, left := 4, groupWidth, 10
	if narrow {
		across, w, left = 1, d.width-rail-2, rail
	}
	if len(v.Groups) == 0 {
		d.height = y + 10
		return
	}
	if n := len(v.Groups); n < across {
		left = (d.width - n*w - (n-1)*gutter) / 2
		across = n
	}
	bus := y + 14
	for _, r := range routers {
		class := v.reach(r)
		if class == "" {
			continue
		}
		if narrow {
			d.wire(class, "M%d %dH16V%d", r.x, r.y+r.h-10, bus+groupHeight/2)
		} else {
			d.wire(class, "M%d %dV%d", r.x+r.w/2, r.y+r.h, bus)
			d.wire(class, "M%d %dH%d", min(r.x+r.w/2, left+w/2), bus, max(r.x+r.w/2, left+(across-1)*(w+gutter)+w/2))
		}
	}
	class := "guess"
	if v.Known {
		class = "flow"
	}
	if v.Known && v.Held.All+v.Away.All == 0 {
		class = "idle"
	}
	top := bus + 14
	for i, g := range v.Groups {
		gx, gy := left+i%across*(w+gutter), top+i/across*(groupHeight+gutter)
		if narrow {
			d.wire(class, "M16 %dV%dH%d", bus, gy+groupHeight/2, gx)
		} else if i < across {
			d.wire(class, "M%d %dV%d", gx+w/2, bus, gy)
		}
		d.group(t, g, gx, gy, w, v.Known)
		d.height = gy + groupHeight + 4
	}
	if v.More.Services > 0 {
		d.label(d.width/2, d.height+lineHeight, "sub", "middle", cutWords(fmt.Sprintf(t.Watch.MoreGroups, v.More.Services, v.More.Fine), d.width))
		d.height += lineHeight + 6
	}
}

func (d *drawing) group(t *text.Words, g TopologyGroup, x, y, w int, known bool) {
	d.box(x, y, w, groupHeight, "group "+g.Tone)
	count := fmt.Sprintf(t.ServersUp, g.Up, g.Of)
	if !known {
		count = t.Unknown
	}
	d.label(x+10, y+19, "name", "start", cutWords(g.Name, w-100))
	d.label(x+w-10, y+19, "state "+g.Tone, "end", count)
	for i, s := range g.Servers {
		d.spots = append(d.spots, drawnMark{fmt.Sprintf("translate(%d %d)", x+16+i*15, y+38), s.Name + ": " + s.Mark.word(t), s.Mark})
	}
	if g.More > 0 {
		d.label(x+w-10, y+42, "sub", "end", "+"+strconv.Itoa(g.More))
	}
}
