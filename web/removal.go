package web

import (
	"fmt"
	"net/http"

	"pacu/control"
	"pacu/lvscf"
	"pacu/web/templates"
)

// removalPage asks whether the blocks of k that are ticked are to be deleted.
func (s *Server) removalPage(k blockKind) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p := s.userPage(r, templates.Virtuals)
		t, q := p.T(), r.URL.Query()
		p.Title, p.Path = t.Virtuals.DeleteTitle, path(r)
		refs := refsOf(q["t"])
		rm := templates.Removal{Action: r.URL.Path, Back: readBack(q.Get("back")).URL(), Query: q.Get("back"), Question: t.Virtuals.DeleteVirtuals}
		var c scene
		if k == aVirtual {
			d, ok := s.openDraft(w, r)
			if !ok {
				return
			}
			c = scene{draft: d, seen: s.lists.of(d).seen}
		} else {
			var ok bool
			if c, ok = s.openVirtual(w, r); !ok {
				return
			}
			question := t.Virtuals.DeleteServers
			if k == aProbe {
				question = t.Virtuals.DeleteProbes
			}
			rm.Question = fmt.Sprintf(question, c.entry.Title(t))
			rm.Action, rm.Back = c.entry.Virtual(r.URL.Path), c.entry.Virtual(string(k.list))
		}
		if len(refs) == 0 {
			s.flash(r, t.Virtuals.NothingTicked)
			http.Redirect(w, r, rm.Back, http.StatusSeeOther)
			return
		}
		rm.Seen = c.seen
		if len(refs) == 1 {
			rm.Question = fmt.Sprintf(t.Virtuals.DeleteOne, refs[0].Title(t))
		}
		live := newLive(s.glance(r.Context()))
		var err error
		c.draft.read(func(f *lvscf.File) {
			in := f.Global()
			if k != aVirtual {
				if in, err = (finder{}).inside(in, "virtual", c.entry.Ref); err != nil {
					return
				}
			}
			for _, ref := range refs {
				var b *lvscf.Block
				if b, err = (finder{}).inside(in, k.kind, ref); err != nil {
					return
				}
				rm.Items = append(rm.Items, k.item(b, ref, c, live))
			}
		})
		if err != nil {
			s.refuseEdit(w, r, err)
			return
		}
		s.render(w, r, http.StatusOK, templates.RemovalView(p, rm))
	}
}

// mostServers bounds how many real servers are named of each virtual.
const mostServers = 10

// item says what goes with b, the block of k that ref names.
func (k blockKind) item(b *lvscf.Block, ref templates.Ref, c scene, live *liveVirtuals) templates.RemovalItem {
	i := templates.RemovalItem{Ref: ref, Counts: k != aProbe}
	switch k {
	case aVirtual:
		e := makeVirtualEntry(b, ref)
		i.Detail = e.Address + " " + e.Protocol + " " + e.Port
		for _, in := range b.Blocks("server") {
			if len(i.Servers) < mostServers {
				i.Servers = append(i.Servers, in.Name())
			} else {
				i.More++
			}
		}
		if s := live.service(&e); s != nil {
			i.Known = true
			for _, r := range s.Servers {
				i.Conns += connections(r)
			}
		}
	case aServer:
		i.Detail = firstValue(b, "address", "")
		row := templates.ServerRow{Ref: ref, Address: i.Detail, Port: firstValue(b, "port", "")}
		if l := liveServer(c.live, &row, c.entry.port); l.Known {
			i.Known, i.Conns = true, connections(l.Server)
		}
	case aProbe:
		i.Detail = "check = " + firstValue(b, "check", "auto")
	}
	return i
}

func connections(r control.Server) uint64 {
	if !r.InKernel {
		return 0
	}
	return uint64(r.Active)
}

// remove deletes the blocks of k that the form names from the draft.
func (s *Server) remove(k blockKind) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			s.fail(w, r, err)
			return
		}
		t, q := s.page(r, "").T(), r.URL.Query()
		refs := refsOf(r.PostForm["t"])
		_, err := s.desk.edit(r.Context(), s.user(r), func(f *lvscf.File) error {
			x, in := s.finder(r, f), f.Global()
			if k != aVirtual {
				var err error
				if _, in, err = aVirtual.find(x, f, q); err != nil {
					return err
				}
			}
			blocks, err := x.all(in, k.kind, refs)
			if err != nil {
				return err
			}
			for _, b := range blocks {
				if err := b.Remove(); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			s.refuseEdit(w, r, err)
			return
		}
		to := readBack(r.PostForm.Get("back")).URL()
		if k != aVirtual {
			virtual, _ := readRef(q, "v", "n")
			to = virtual.Virtual(string(k.list))
		}
		if len(refs) == 0 {
			s.flash(r, t.Virtuals.NothingTicked)
		} else {
			s.flash(r, fmt.Sprintf(t.Virtuals.Deleted, refNames(t, refs)))
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
	}
}
