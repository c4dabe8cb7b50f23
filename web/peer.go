package web

import (
	"bytes"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-chi/chi/v5"

	"pacu/lvscf"
	"pacu/peer"
	"pacu/store"
	"pacu/web/templates"
)

// peerSetting is the store's key for peer.Settings.
const peerSetting = "peer"

// peerFresh is how old a look may be when an operator opens the page.
const peerFresh = time.Minute

// peerActs are the routes of operators, and peerSetup those of administrators.
func (s *Server) peerActs(r chi.Router) {
	r.Post("/peer/look", s.peerLook)
	r.Post("/peer/push", s.peerPush)
	r.Post("/peer/fetch", s.peerFetch)
	r.Get("/peer/before", s.peerBefore)
}

func (s *Server) peerSetup(r chi.Router) {
	r.Post("/peer/settings", s.savePeer)
	r.Post("/peer/trust", s.trustPeer)
	r.Post("/peer/forget", s.forgetPeer)
	r.Post("/peer/identity", s.newIdentity)
	r.Post("/peer/key", s.peerKey)
}

// peerPage shows both routers' lvs.cf. To an operator it shows the other's as
// it is now: opening the page looks there, if nobody has within peerFresh.
func (s *Server) peerPage(w http.ResponseWriter, r *http.Request) {
	settings, saved, err := s.peerSettings(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	idle, ago := s.peering.idle()
	if r.Method == http.MethodGet && idle && ago > peerFresh && role(r).Allows(store.Operator) && s.peerReady(settings, saved) {
		s.look(r.Context(), settings, s.user(r))
	}
	s.showPeer(w, r, http.StatusOK, "", nil)
}

// showPeer shows the page with a note of what went wrong, and with the
// settings as typed unless typed is nil.
func (s *Server) showPeer(w http.ResponseWriter, r *http.Request, status int, note string, typed *templates.PeerSettings) {
	settings, saved, err := s.peerSettings(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := s.userPage(r, templates.Redundancy)
	p.Title, p.Path, p.Htmx = p.T().Peer.Title, templates.PeerPath, true
	v := templates.PeerPage{Note: note, Saved: saved, Ready: s.peerReady(settings, saved), Before: exists(s.peering.before())}
	v.Settings = templates.PeerSettings{
		Host: settings.Host, Port: strconv.Itoa(settings.Port), User: settings.User, Config: settings.Config, Pulse: settings.Pulse,
	}
	if typed != nil {
		v.Settings = *typed
	}
	v.Snapshot = s.glance(r.Context())
	ours, err := s.desk.onDisk()
	switch {
	case err != nil:
		v.OursLost = err.Error()
	case ours.Base != noFile:
		v.Ours, v.OursBroken = templates.PeerFile{SHA256: ours.Base}, ours.Conf == nil
		ours.read(func(f *lvscf.File) { v.Ours.Serial = serialOf(f) })
		if fi, err := os.Stat(s.ConfigPath); err == nil {
			v.Ours.At = fi.ModTime()
		}
	}
	s.peering.view(&v, ours)
	if v.Known, err = s.peering.known.Of(settings.Address()); err != nil {
		v.Note = strings.TrimSpace(v.Note + " " + err.Error())
	}
	s.keyView(&v)
	if p.May(store.Admin) {
		if id, err := peer.LoadIdentity(peer.IdentityPath(s.State)); err != nil {
			v.IdentityBad = err.Error()
		} else {
			v.Identity = id.PublicLine()
		}
	}
	s.render(w, r, status, templates.PeerView(p, v))
}

// keyView fills in how it stands with the key here.
func (s *Server) keyView(v *templates.PeerPage) {
	_, err := peer.ReadSecret(s.ConfigPath)
	switch {
	case err == nil:
		v.Key = templates.KeyHere
	case !errors.Is(err, fs.ErrNotExist):
		v.Key, v.KeyNote = templates.KeyLocked, err.Error()
	}
}

// serialOf is serial_no as written, empty without.
func serialOf(f *lvscf.File) string {
	values, _ := f.Global().Get("serial_no")
	return strings.Join(values, " ")
}

// peerSettings returns how to reach the other router: as saved, or as routers
// are set up.
func (s *Server) peerSettings(r *http.Request) (settings peer.Settings, saved bool, err error) {
	saved, err = s.Store.Setting(r.Context(), peerSetting, &settings)
	if err == nil && !saved {
		settings = peer.Defaults(s.partnerHost(r))
	}
	return settings, saved, err
}

// peerReady reports whether there is a way to the other router.
func (s *Server) peerReady(settings peer.Settings, saved bool) bool {
	if !saved || settings.Check() != nil {
		return false
	}
	known, err := s.peering.known.Of(settings.Address())
	return err == nil && len(known) > 0
}

// partnerHost is the address of the other router as far as pulse or lvs.cf
// tells, empty where neither does.
func (s *Server) partnerHost(r *http.Request) string {
	if snap := s.glance(r.Context()); snap != nil && snap.Partner != nil && snap.Partner.Address.IsValid() {
		return snap.Partner.Address.String()
	}
	d, err := s.desk.onDisk()
	if err != nil || d.Conf == nil {
		return ""
	}
	own, err := net.InterfaceAddrs()
	if err != nil {
		return ""
	}
	return otherHost(d.Conf, own)
}

// otherHost is whichever of primary and backup is not one of our own
// addresses, empty unless the other one is.
func otherHost(c *lvscf.Config, own []net.Addr) string {
	ours := func(h lvscf.Host) bool {
		a, ok := h.Addr()
		for _, o := range own {
			if p, err := netip.ParsePrefix(o.String()); ok && err == nil && p.Addr() == a {
				return true
			}
		}
		return false
	}
	switch {
	case ours(c.Primary) && !ours(c.Backup):
		return string(c.Backup)
	case ours(c.Backup) && !ours(c.Primary):
		return string(c.Primary)
	}
	return ""
}

// toPeer goes back to the page.
func (s *Server) toPeer(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, templates.PeerPath, http.StatusSeeOther)
}

// peerForm parses the form, and returns how to reach the other router, with
// false after saying why nothing can be done.
func (s *Server) peerForm(w http.ResponseWriter, r *http.Request) (settings peer.Settings, ok bool) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, err)
		return settings, false
	}
	settings, saved, err := s.peerSettings(r)
	if err != nil {
		s.fail(w, r, err)
		return settings, false
	}
	if !saved {
		s.showPeer(w, r, http.StatusConflict, s.page(r, "").T().Peer.SetUpFirst, nil)
		return settings, false
	}
	return settings, true
}

// sure reports whether the box was ticked, without which a form does nothing.
func (s *Server) sure(w http.ResponseWriter, r *http.Request) bool {
	if r.PostForm.Get("sure") == "1" {
		return true
	}
	s.showPeer(w, r, http.StatusUnprocessableEntity, s.page(r, "").T().Peer.TickFirst, nil)
	return false
}

// peerLook looks at the other router.
func (s *Server) peerLook(w http.ResponseWriter, r *http.Request) {
	settings, ok := s.peerForm(w, r)
	if !ok {
		return
	}
	s.record(r, s.user(r), "peer-look", settings.Host)
	if !s.look(r.Context(), settings, s.user(r)) {
		s.flash(r, s.page(r, "").T().Peer.Busy)
	}
	s.toPeer(w, r)
}

// peerPush puts this router's lvs.cf there, if both files are what the page
// has compared.
func (s *Server) peerPush(w http.ResponseWriter, r *http.Request) {
	settings, ok := s.peerForm(w, r)
	if !ok {
		return
	}
	t := s.page(r, "").T()
	conflict := func(words string) { s.showPeer(w, r, http.StatusConflict, words, nil) }
	ours, err := s.desk.onDisk()
	if err != nil {
		s.fail(w, r, err)
		return
	}
	_, pending, err := s.Store.Pending(r.Context())
	switch {
	case err != nil:
		s.fail(w, r, err)
		return
	case ours.Conf == nil || ours.Base == noFile:
		conflict(t.Peer.OursBroken)
		return
	case pending:
		conflict(t.Peer.PendingFirst)
		return
	case ours.Base != r.PostForm.Get("ours"):
		conflict(t.Peer.Moved)
		return
	}
	e := store.Entry{Who: s.user(r), What: "peer-push", Object: settings.Host, Client: client(r), After: "sha256 " + ours.Base}
	seen := r.PostForm.Get("seen")
	e.Before = "sha256 " + seen
	if len(seen) > 2*32 || strings.Trim(seen, "0123456789abcdef") != "" && seen != peer.NoFile {
		conflict(t.Peer.Moved)
		return
	}
	if s.push(r.Context(), settings, ours.Text, seen, e) {
		s.recordEntry(r, e)
	} else {
		s.flash(r, t.Peer.Busy)
	}
	s.toPeer(w, r)
}

// peerFetch makes the other router's lvs.cf, as the page has shown it, the
// user's draft.
func (s *Server) peerFetch(w http.ResponseWriter, r *http.Request) {
	settings, ok := s.peerForm(w, r)
	if !ok {
		return
	}
	t, user := s.page(r, "").T(), s.user(r)
	found := s.peering.found()
	if found == nil || found.File == nil || found.File.SHA256 != r.PostForm.Get("seen") {
		s.showPeer(w, r, http.StatusConflict, t.Peer.Moved, nil)
		return
	}
	text := found.File.Text
	if !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
		s.showPeer(w, r, http.StatusConflict, t.Peer.FetchedBin, nil)
		return
	}
	d, err := s.desk.open(r.Context(), user)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if d.Version != 0 && !s.sure(w, r) {
		return
	}
	_, err = s.desk.put(r.Context(), user, d, text)
	if errors.Is(err, store.ErrDraftMoved) {
		s.showPeer(w, r, http.StatusConflict, t.Peer.Moved, nil)
		return
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.recordEntry(r, store.Entry{What: "peer-fetch", Object: settings.Host, Note: found.File.String()})
	s.flash(r, t.Peer.Fetched)
	http.Redirect(w, r, "/review", http.StatusSeeOther)
}

// peerBefore sends the lvs.cf that the last push replaced.
func (s *Server) peerBefore(w http.ResponseWriter, r *http.Request) {
	f, err := os.Open(s.peering.before())
	if errors.Is(err, fs.ErrNotExist) {
		s.message(w, r, http.StatusNotFound, s.page(r, "").T().NotFound)
		return
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		s.fail(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="lvs.cf.before-push"`)
	http.ServeContent(w, r, "", fi.ModTime(), f)
}

// peerKey puts the key of the heartbeats there.
func (s *Server) peerKey(w http.ResponseWriter, r *http.Request) {
	settings, ok := s.peerForm(w, r)
	if !ok || !s.sure(w, r) {
		return
	}
	key, err := peer.ReadSecret(s.ConfigPath)
	if err != nil {
		s.showPeer(w, r, http.StatusConflict, err.Error(), nil) // the page says what to do
		return
	}
	e := store.Entry{Who: s.user(r), What: "peer-key", Object: settings.Host, Client: client(r)}
	if s.pushKey(r.Context(), settings, key, e) {
		s.recordEntry(r, e)
	} else {
		s.flash(r, s.page(r, "").T().Peer.Busy)
	}
	s.toPeer(w, r)
}
