package web

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"pacu/control"
	"pacu/lvscf"
	"pacu/web/templates"
)

// realServers is REAL SERVER: the list of a virtual's real servers.
func (s *Server) realServers(w http.ResponseWriter, r *http.Request) {
	s.listServers(w, r, http.StatusOK, nil, "")
}

// listServers shows the real servers, with the weights of a form that was not
// taken, which may be nil.
func (s *Server) listServers(w http.ResponseWriter, r *http.Request, status int, weights url.Values, note string) {
	c, ok := s.openVirtual(w, r)
	if !ok {
		return
	}
	p := s.userPage(r, templates.Virtuals)
	v := templates.ServersPage{Head: c.head(templates.RealServers), Port: c.entry.Port, Seen: c.seen, Page: 1}
	v.Head.Note = note
	p.Title = p.T().Virtuals.TabServers + " · " + v.Head.Title(p.T())
	var rows []templates.ServerRow
	c.look(func(b *lvscf.Block) { rows = serverRows(b) })
	v.All = len(rows)
	v.Pages = max(1, (v.All+templates.ServersPerPage-1)/templates.ServersPerPage)
	if n, err := strconv.Atoi(r.URL.Query().Get("page")); err == nil && n > 1 {
		v.Page = min(n, v.Pages)
	}
	p.Path = v.URL(v.Page)
	first := (v.Page - 1) * templates.ServersPerPage
	v.Rows = rows[first:min(first+templates.ServersPerPage, len(rows))]
	for i := range v.Rows {
		row := &v.Rows[i]
		row.Live = liveServer(c.live, row, c.entry.port)
		if typed, ok := weights["weight:"+row.Ref.String()]; ok {
			row.Weight = typed[0]
			row.Bad = !isWeight(row.Weight)
		}
	}
	s.render(w, r, status, templates.RealServersView(p, v))
}

func serverRows(b *lvscf.Block) []templates.ServerRow {
	var rows []templates.ServerRow
	count := map[string]int{}
	for _, in := range b.Blocks("server") {
		name := in.Name()
		count[name]++
		weight := firstValue(in, "weight", defaultWeight)
		rows = append(rows, templates.ServerRow{
			Ref: templates.Ref{Name: name, Nth: count[name]}, Active: switchedOn(in), Address: firstValue(in, "address", ""),
			Port: firstValue(in, "port", ""), Weight: weight, Was: weight,
		})
	}
	return rows
}

// liveServer is what pulse knows of a real server of service, which may be
// nil: by its address and port, or by its name where lvs.cf has a host name.
func liveServer(service *control.Service, row *templates.ServerRow, port int) templates.ServerLive {
	if service == nil {
		return templates.ServerLive{}
	}
	address, err := netip.ParseAddr(row.Address)
	if n, err := strconv.Atoi(row.Port); err == nil {
		port = n
	}
	for _, r := range service.Servers {
		if !r.Listed() {
			continue
		}
		if err == nil && r.Address == address && (row.Port == "" || int(r.Port) == port) || err != nil && r.Name == row.Name {
			return templates.ServerLive{Known: true, Server: r}
		}
	}
	return templates.ServerLive{}
}

// isWeight reports whether lvs.cf may have text as a weight.
func isWeight(text string) bool {
	_, err := strconv.ParseUint(text, 10, 16)
	return err == nil
}

// changeServers does what a form of the list asks for: one server or several
// are switched, several are to be deleted, weights are set.
func (s *Server) changeServers(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, err)
		return
	}
	t := s.page(r, "").T()
	virtual, _ := readRef(r.URL.Query(), "v", "n")
	switch r.PostForm.Get("do") {
	case "weights":
		s.setWeights(w, r)
		return
	case "delete":
		if ticked := r.PostForm["t"]; len(ticked) > 0 {
			q := url.Values{"t": ticked}
			http.Redirect(w, r, virtual.Virtual("/virtual/servers/delete")+"&"+q.Encode(), http.StatusSeeOther)
			return
		}
	}
	refs, on := switched(r.PostForm)
	if len(refs) == 0 {
		s.listServers(w, r, http.StatusUnprocessableEntity, nil, t.Virtuals.NothingTicked)
		return
	}
	err := s.editVirtual(r, func(x finder, f *lvscf.File, b *lvscf.Block) error {
		return setActive(x, b, "server", refs, on)
	})
	if err != nil {
		s.refuseEdit(w, r, err)
		return
	}
	s.flash(r, fmt.Sprintf(onOff(t, on), refNames(t, refs)))
	http.Redirect(w, r, serversPage(r, virtual), http.StatusSeeOther)
}

// switchProbes switches the probe block whose button was pressed.
func (s *Server) switchProbes(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, err)
		return
	}
	t := s.page(r, "").T()
	virtual, _ := readRef(r.URL.Query(), "v", "n")
	refs, on := switched(r.PostForm)
	err := s.editVirtual(r, func(x finder, f *lvscf.File, b *lvscf.Block) error {
		return setActive(x, b, "probe", refs, on)
	})
	if err != nil {
		s.refuseEdit(w, r, err)
		return
	}
	s.flash(r, fmt.Sprintf(onOff(t, on), refNames(t, refs)))
	http.Redirect(w, r, virtual.Virtual(string(templates.Scripts)), http.StatusSeeOther)
}

// serversPage is the page of the list that r came from.
func serversPage(r *http.Request, virtual templates.Ref) string {
	page, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil {
		page = 1
	}
	return templates.ServersPage{Head: templates.VirtualHead{Ref: virtual}}.URL(page)
}

// setWeights sets those weights that were changed on the page.
func (s *Server) setWeights(w http.ResponseWriter, r *http.Request) {
	t := s.page(r, "").T()
	changed := map[templates.Ref]string{}
	var refs []templates.Ref
	for key, typed := range r.PostForm {
		name, ok := strings.CutPrefix(key, "weight:")
		if !ok || r.PostForm.Get("was:"+name) == typed[0] {
			continue
		}
		ref, ok := parseRef(name)
		if !ok {
			continue
		}
		if !isWeight(strings.TrimSpace(typed[0])) {
			s.listServers(w, r, http.StatusUnprocessableEntity, r.PostForm, t.Virtuals.WeightWrong)
			return
		}
		changed[ref] = strings.TrimSpace(typed[0])
	}
	err := s.editVirtual(r, func(x finder, f *lvscf.File, b *lvscf.Block) error {
		refs = refs[:0]
		for _, row := range serverRows(b) { // in the file's order
			if _, ok := changed[row.Ref]; ok {
				refs = append(refs, row.Ref)
			}
		}
		blocks, err := x.all(b, "server", refs)
		if err != nil {
			return err
		}
		for i, in := range blocks {
			if err := in.Set("weight", changed[refs[i]]); err != nil {
				return err
			}
		}
		if len(refs) < len(changed) {
			for ref := range changed {
				if _, err := x.inside(b, "server", ref); err != nil {
					return err // of another window
				}
			}
		}
		return nil
	})
	if err != nil {
		s.refuseEdit(w, r, err)
		return
	}
	virtual, _ := readRef(r.URL.Query(), "v", "n")
	if len(refs) == 0 {
		s.flash(r, t.Form.Same)
	} else {
		s.flash(r, fmt.Sprintf(t.Virtuals.WeightsSaved, refNames(t, refs)))
	}
	http.Redirect(w, r, serversPage(r, virtual), http.StatusSeeOther)
}
