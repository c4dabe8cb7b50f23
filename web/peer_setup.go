package web

import (
	"net/http"
	"strconv"
	"strings"

	"pacu/peer"
	"pacu/store"
	"pacu/web/templates"
)

// savePeer saves how to reach the other router.
func (s *Server) savePeer(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, err)
		return
	}
	t := s.page(r, "").T().Peer
	typed := templates.PeerSettings{Wrong: templates.Complaints{}}
	for name, to := range map[string]*string{
		"host": &typed.Host, "port": &typed.Port, "user": &typed.User, "config": &typed.Config, "pulse": &typed.Pulse,
	} {
		*to = strings.ToValidUTF8(strings.TrimSpace(r.PostForm.Get(name)), "\uFFFD")
	}
	complain := func(name, words string, err error) {
		if err != nil {
			typed.Wrong[name] = words
		}
	}
	port, err := strconv.Atoi(typed.Port)
	if err == nil {
		err = peer.CheckPort(port)
	}
	complain("port", t.BadPort, err)
	complain("host", t.BadHost, peer.CheckHost(typed.Host))
	complain("user", t.BadUser, peer.CheckUser(typed.User))
	complain("config", t.BadPath, peer.CheckPath(typed.Config))
	complain("pulse", t.BadPath, peer.CheckPath(typed.Pulse))
	if len(typed.Wrong) > 0 {
		s.showPeer(w, r, http.StatusUnprocessableEntity, "", &typed)
		return
	}
	before, saved, err := s.peerSettings(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	now := peer.Settings{Host: typed.Host, Port: port, User: typed.User, Config: typed.Config, Pulse: typed.Pulse}
	if err := s.Store.SetSetting(r.Context(), peerSetting, now); err != nil {
		s.fail(w, r, err)
		return
	}
	e := store.Entry{What: "peer-settings", Object: now.Host, After: oneLineOf(now)}
	if saved {
		e.Before = oneLineOf(before)
	}
	s.recordEntry(r, e)
	s.peering.forget()
	// What is missing still shows at once: an unknown host key, or a key that
	// nobody lets in.
	s.look(r.Context(), now, s.user(r))
	s.flash(r, t.Saved)
	s.toPeer(w, r)
}

func oneLineOf(p peer.Settings) string {
	return p.User + "@" + p.Address() + " " + p.Config + " " + p.Pulse
}

// trustPeer confirms the host key that the page has shown.
func (s *Server) trustPeer(w http.ResponseWriter, r *http.Request) {
	settings, ok := s.peerForm(w, r)
	if !ok || !s.sure(w, r) {
		return
	}
	t := s.page(r, "").T().Peer
	key, err := peer.ParseHostKey(r.PostForm.Get("key"))
	shown := s.peering.unconfirmed()
	if err != nil || shown == nil || shown.String() != key.String() {
		s.showPeer(w, r, http.StatusConflict, t.HostKeyMoved, nil)
		return
	}
	if err := s.peering.known.Trust(settings.Address(), key); err != nil {
		s.fail(w, r, err)
		return
	}
	s.recordEntry(r, store.Entry{What: "peer-host-key", Object: settings.Address(), Note: "confirmed", After: key.Type() + " " + key.Fingerprint()})
	s.peering.forget()
	s.look(r.Context(), settings, s.user(r))
	s.flash(r, t.HostKeyTrusted)
	s.toPeer(w, r)
}

// unconfirmed returns the host key that was shown and nobody has confirmed,
// nil for none.
func (g *peering) unconfirmed() *peer.HostKey {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.seen.shown
}

// forgetPeer forgets the confirmed host key.
func (s *Server) forgetPeer(w http.ResponseWriter, r *http.Request) {
	settings, ok := s.peerForm(w, r)
	if !ok || !s.sure(w, r) {
		return
	}
	known, err := s.peering.known.Of(settings.Address())
	if err == nil {
		err = s.peering.known.Forget(settings.Address())
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	e := store.Entry{What: "peer-host-key", Object: settings.Address(), Note: "forgotten"}
	for _, k := range known {
		e.Before = strings.TrimSpace(e.Before + " " + k.Fingerprint())
	}
	s.recordEntry(r, e)
	s.peering.forget()
	s.look(r.Context(), settings, s.user(r)) // it asks for the new one
	s.flash(r, s.page(r, "").T().Peer.HostKeyGone)
	s.toPeer(w, r)
}

// newIdentity makes the console another key to log in with.
func (s *Server) newIdentity(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, err)
		return
	}
	if !s.sure(w, r) {
		return
	}
	id, err := peer.NewIdentity(peer.IdentityPath(s.State))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.recordEntry(r, store.Entry{What: "peer-identity", Note: "new", After: id.Fingerprint()})
	s.peering.forget()
	s.flash(r, s.page(r, "").T().Peer.IdentityMade)
	s.toPeer(w, r)
}
