package web

import (
	"bytes"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"unicode/utf8"

	"pacu/peer"
	"pacu/store"
)

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
	s.look(r.Context(), settings, s.user(r)) // if something is under way, the page shows that
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
	if _, err := s.takeUp(r.Context(), user, text, store.Fetched); err != nil {
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
