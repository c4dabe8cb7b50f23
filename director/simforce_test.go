package director

import (
	"net/netip"
	"slices"
)

// force is an operator who overrules a server's probes, or lets them be.
func (w *world) force() {
	if len(w.forces) > 0 && w.rnd.IntN(2) == 0 {
		f := w.forces[w.rnd.IntN(len(w.forces))]
		t, err := w.d.Unforce(f.String())
		w.note("unforce %v: %v", f, err)
		if err == nil { // else lvs.cf has the server no more
			w.unforced(t)
		}
		return
	}
	v, s, ok := w.someServer()
	if !ok {
		return
	}
	name := v.at(s).Addr().String()
	if w.rnd.IntN(2) == 0 {
		name = v.name() + "/" + name
	}
	f, err := w.d.Force(name, w.rnd.IntN(2) == 0)
	w.note("force %s up %t: %v", name, f.Up, err)
	if err != nil {
		w.fatalf("force: %v", err)
	}
	w.unforced(f.Target)
	w.forces = append(w.forces, f)
}

func (w *world) unforced(t Target) {
	w.forces = slices.DeleteFunc(w.forces, func(o Force) bool {
		return o.Addr == t.Addr && (t.Virtual == "" || o.Virtual == t.Virtual)
	})
}

// forced tells whether an operator overrules the probes of the server at a, and
// to what.
func (w *world) forced(v *simVirtual, a netip.AddrPort) (up, forced bool) {
	for _, f := range w.forces {
		if f.Addr == a.Addr() && (f.Virtual == "" || f.Virtual == v.name()) {
			up, forced = f.Up, true
		}
	}
	return up, forced
}
