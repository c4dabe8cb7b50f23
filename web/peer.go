package web

import (
	"errors"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

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
