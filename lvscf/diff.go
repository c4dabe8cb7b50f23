package lvscf

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Change is one thing that two Configs say differently.
type Change struct {
	// Object is what changed: "virtual http", "virtual http: server lvs-04";
	// empty for what stands outside blocks.
	Object string `json:"object,omitempty"`
	// What is the directive; or "added", "removed", or "name" for a block of
	// another name that is the same by its address.
	What string `json:"what"`
	// From and To are the values as lvs.cf has them, empty when not given.
	// Of a block added or removed, To or From tells what it is.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

// String is the change in a line:
//
//	virtual http: server lvs-04 weight 1 -> 3
func (c Change) String() string {
	object := c.Object
	if object != "" {
		object += " "
	}
	switch c.What {
	case "added":
		return object + "added: " + c.To
	case "removed":
		return object + "removed: " + c.From
	}
	return fmt.Sprintf("%s%s %s -> %s", object, c.What, given(c.From), given(c.To))
}

func given(value string) string {
	if value == "" {
		return "none"
	}
	return value
}

// Diff returns what b says differently from a, by meaning: layout, comments,
// the order of blocks and defaults written out make no difference. A block of b
// is that of a with its name, or else with its address, port and protocol.
func Diff(a, b *Config) []Change {
	d := differences{a: a, b: b}
	d.compare("", Global, func(row string) (string, string) { return a.text(row), b.text(row) })
	d.scripts(a.TrackScripts, b.TrackScripts)
	d.blocks("virtual", InVirtual, a.Virtuals, b.Virtuals)
	d.blocks("failover", InFailover, a.Failovers, b.Failovers)
	return d.changes
}

// A differences collects changes.
type differences struct {
	a, b    *Config
	changes []Change
}

func (d *differences) add(object, what, from, to string) {
	d.changes = append(d.changes, Change{object, what, from, to})
}

// compare compares the values that two blocks give to each directive of a
// place.
func (d *differences) compare(object string, where Where, values func(row string) (from, to string)) {
	for i := range table {
		row := &table[i]
		if row.Where&where == 0 || row.Legacy {
			continue
		}
		from, to := values(row.Name)
		if from == to {
			continue
		}
		if row.Where&InProbe != 0 { // left out where it is the default
			if from, to = cmp.Or(from, row.Default), cmp.Or(to, row.Default); from == to {
				continue
			}
		}
		if row.Secret {
			from, to = masked(from), masked(to)
		}
		d.add(object, row.Name, from, to)
	}
}

func (d *differences) blocks(kind string, where Where, a, b []Virtual) {
	partner, added := match(len(a), len(b),
		func(i int) (name, key string) { return a[i].Name, a[i].key() },
		func(i int) (name, key string) { return b[i].Name, b[i].key() })
	for i := range a {
		object := kind + " " + named(a[i].Name)
		if partner[i] < 0 {
			d.add(object, "removed", a[i].summary(), "")
			continue
		}
		from, to := &a[i], &b[partner[i]]
		d.name(object, from.Name, to.Name)
		d.compare(object, where, func(row string) (string, string) {
			if d.inherited(row, from, to) {
				return "", ""
			}
			return from.text(row), to.text(row)
		})
		d.probes(object, from, to)
		d.servers(object, from, to)
	}
	for _, i := range added {
		d.add(kind+" "+named(b[i].Name), "added", "", b[i].summary())
	}
}

func (d *differences) scripts(a, b []TrackScript) {
	partner, added := match(len(a), len(b),
		func(i int) (name, key string) { return a[i].Name, command(a[i].Command) },
		func(i int) (name, key string) { return b[i].Name, command(b[i].Command) })
	for i := range a {
		object := "track_script " + named(a[i].Name)
		if partner[i] < 0 {
			d.add(object, "removed", a[i].summary(), "")
			continue
		}
		from, to := &a[i], &b[partner[i]]
		d.name(object, from.Name, to.Name)
		d.compare(object, InTrackScript, func(row string) (string, string) { return from.text(row), to.text(row) })
	}
	for _, i := range added {
		d.add("track_script "+named(b[i].Name), "added", "", b[i].summary())
	}
}

func (d *differences) servers(object string, v, w *Virtual) {
	a, b := v.Servers, w.Servers
	partner, added := match(len(a), len(b),
		func(i int) (name, key string) { return a[i].Name, a[i].key() },
		func(i int) (name, key string) { return b[i].Name, b[i].key() })
	for i := range a {
		object := object + ": server " + named(a[i].Name)
		if partner[i] < 0 {
			d.add(object, "removed", a[i].summary(), "")
			continue
		}
		from, to := &a[i], &b[partner[i]]
		d.name(object, from.Name, to.Name)
		d.compare(object, InServer, func(row string) (string, string) {
			return v.serverText(from, row), w.serverText(to, row)
		})
	}
	for _, i := range added {
		d.add(object+": server "+named(b[i].Name), "added", "", b[i].summary())
	}
}

// inherited reports whether a virtual has its value of row from outside blocks,
// before and after: then the change is there, and not in every virtual.
func (d *differences) inherited(row string, from, to *Virtual) bool {
	switch row {
	case "forward":
		return from.Forward == d.a.Network && to.Forward == d.b.Network
	case "snat_pool":
		return (from.SNATPool == nil || from.SNATPool == d.a.SNATPool) && (to.SNATPool == nil || to.SNATPool == d.b.SNATPool)
	}
	return false
}

func (d *differences) name(object, from, to string) {
	if from != to {
		d.add(object, "name", strconv.Quote(from), strconv.Quote(to))
	}
}

// match finds for each of a blocks its partner among b others, -1 where it has
// none, and which of those are left. The best partner has the same name and
// key, the next best the same name, and the last the same key; an empty key is
// no key. Of several, the first that is free is taken.
func match(a, b int, nameA, nameB func(i int) (name, key string)) (partner, left []int) {
	partner = slices.Repeat([]int{-1}, a)
	taken := make([]bool, b)
	for _, same := range []func(name, key string) [2]string{
		func(name, key string) [2]string { return [2]string{"n" + name, key} },
		func(name, _ string) [2]string { return [2]string{"n" + name} },
		func(_, key string) [2]string { return [2]string{"", key} },
	} {
		free := make(map[[2]string][]int)
		for i := range b {
			if !taken[i] {
				k := same(nameB(i))
				free[k] = append(free[k], i)
			}
		}
		for i := range a {
			k := same(nameA(i))
			if partner[i] >= 0 || k == [2]string{} || len(free[k]) == 0 {
				continue
			}
			partner[i] = free[k][0]
			taken[partner[i]] = true
			free[k] = free[k][1:]
		}
	}
	for i := range b {
		if !taken[i] {
			left = append(left, i)
		}
	}
	return partner, left
}

// named is the name of a block as changes show it.
func named(name string) string {
	if name == "" || strings.ContainsAny(name, " \t\":") {
		return strconv.Quote(name)
	}
	return name
}
