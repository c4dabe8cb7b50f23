package web

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"pacu/store"
	"pacu/web/templates"
)

const (
	historyPage  = 50   // revisions on a page
	maxTextLines = 2000 // of a revision on its page
)

// history lists the revisions.
func (s *Server) history(w http.ResponseWriter, r *http.Request) {
	s.historyPage(w, r, http.StatusOK, "")
}

func (s *Server) historyPage(w http.ResponseWriter, r *http.Request, status int, complaint string) {
	if s.currentRevision(r) == 0 {
		if err := s.changer.noticeDisk(r.Context()); err != nil {
			s.Log.Error("compare lvs.cf with its history", "error", err)
		}
	}
	before := queryID(r, "before")
	all, err := s.Store.Revisions(r.Context(), before, historyPage+1)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := s.userPage(r, templates.History)
	p.Title = p.T().History.Title
	v := templates.HistoryPage{Revisions: all, Newer: before != 0, Current: s.currentRevision(r), Error: complaint}
	if len(all) > historyPage {
		v.Revisions = all[:historyPage]
		v.Older = v.Revisions[historyPage-1].ID
	}
	s.render(w, r, status, templates.HistoryView(p, v))
}

// currentRevision is the ID of the revision that lvs.cf holds, 0 where the
// history does not know.
func (s *Server) currentRevision(r *http.Request) int64 {
	latest, err := s.Store.LatestRevision(r.Context())
	if err != nil {
		return 0
	}
	d, err := s.desk.onDisk() // a file that has not changed is not read again
	if errors.Is(err, errNotText) {
		text, err := readConfig(s.ConfigPath)
		if err != nil || hash(text) != latest.SHA256 {
			return 0
		}
		return latest.ID
	}
	if err != nil || d.Base != latest.SHA256 {
		return 0
	}
	return latest.ID
}

// queryID is a positive number in the query, 0 where there is none.
func queryID(r *http.Request, name string) int64 {
	n, err := strconv.ParseInt(r.URL.Query().Get(name), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// masked is text as the one who asks may see it.
func masked(r *http.Request, text []byte) (shown string, cut bool) {
	shown = string(text)
	if role(r).Allows(store.Operator) {
		return shown, false
	}
	without := mask(shown)
	return without, without != shown
}

// revisionOr finds a revision, or answers that there is none.
func (s *Server) revisionOr(w http.ResponseWriter, r *http.Request, id int64) (store.Revision, []byte, bool) {
	rev, text, err := s.Store.Revision(r.Context(), id)
	return rev, text, s.foundRevision(w, r, err)
}

// foundRevision reports whether err is nil, and answers if it is not.
func (s *Server) foundRevision(w http.ResponseWriter, r *http.Request, err error) bool {
	switch {
	case errors.Is(err, store.ErrNoRevision):
		s.message(w, r, http.StatusNotFound, s.page(r, "").T().History.NoRevision)
	case err != nil:
		s.fail(w, r, err)
	}
	return err == nil
}

// revision shows one.
func (s *Server) revision(w http.ResponseWriter, r *http.Request) {
	rev, text, ok := s.revisionOr(w, r, queryID(r, "id"))
	if !ok {
		return
	}
	before, err := s.Store.Revisions(r.Context(), rev.ID, 1)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := s.userPage(r, templates.History)
	p.Title, p.Path = fmt.Sprintf(p.T().History.RevisionTitle, rev.ID), ""
	v := templates.RevisionPage{Revision: rev, Current: rev.ID == s.currentRevision(r)}
	if len(before) > 0 {
		v.Previous = before[0].ID
	}
	shown := toLF(string(text))
	shown, v.Cut = firstLines(shown, maxTextLines)
	v.Text, v.Masked = masked(r, []byte(shown))
	v.Text = strings.ToValidUTF8(v.Text, "\uFFFD")
	s.render(w, r, http.StatusOK, templates.RevisionView(p, v))
}

// firstLines is the first n lines of text, and how many there are besides.
func firstLines(text string, n int) (first string, more int) {
	at := 0
	for ; n > 0; n-- {
		i := strings.IndexByte(text[at:], '\n')
		if i < 0 {
			return text, 0
		}
		at += i + 1
	}
	rest := text[at:]
	more = strings.Count(rest, "\n")
	if rest != "" && !strings.HasSuffix(rest, "\n") {
		more++
	}
	return text[:at], more
}

// downloadRevision sends one as a file.
func (s *Server) downloadRevision(w http.ResponseWriter, r *http.Request) {
	rev, text, ok := s.revisionOr(w, r, queryID(r, "id"))
	if !ok {
		return
	}
	if shown, cut := masked(r, text); cut {
		text = []byte(shown)
	}
	sendFile(w, fmt.Sprintf("lvs.cf.%d", rev.ID), text)
}

// compare shows how one revision differs from another.
func (s *Server) compare(w http.ResponseWriter, r *http.Request) {
	a, b := queryID(r, "a"), queryID(r, "b")
	if a == 0 || b == 0 {
		s.historyPage(w, r, http.StatusUnprocessableEntity, s.page(r, "").T().History.ComparePick)
		return
	}
	from, err := s.Store.FindRevision(r.Context(), a)
	if !s.foundRevision(w, r, err) {
		return
	}
	to, err := s.Store.FindRevision(r.Context(), b)
	if !s.foundRevision(w, r, err) {
		return
	}
	d, err := s.desk.revisions.of(comparedTexts{from.SHA256, to.SHA256, role(r).Allows(store.Operator)}, func() (c revisionDifference, err error) {
		_, x, err := s.Store.Revision(r.Context(), a)
		if err != nil {
			return c, err
		}
		_, y, err := s.Store.Revision(r.Context(), b)
		if err != nil {
			return c, err
		}
		return differ(r, x, y), nil
	})
	if !s.foundRevision(w, r, err) {
		return
	}
	p := s.userPage(r, templates.History)
	p.Title, p.Path = fmt.Sprintf(p.T().History.CompareTitle, a, b), ""
	v := templates.ComparePage{A: from, B: to, Meaning: d.meaning, Lines: d.lines, Masked: d.masked}
	s.render(w, r, http.StatusOK, templates.CompareView(p, v))
}

// restore makes a revision the user's draft.
func (s *Server) restore(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, err)
		return
	}
	n, err := strconv.ParseInt(r.PostForm.Get("id"), 10, 64)
	if err != nil {
		n = 0
	}
	rev, text, ok := s.revisionOr(w, r, n)
	if !ok {
		return
	}
	t := s.page(r, "").T()
	_, err = s.takeUp(r.Context(), s.user(r), text, store.Restored)
	switch {
	case errors.Is(err, errNotText):
		s.historyPage(w, r, http.StatusUnprocessableEntity, fmt.Sprintf(t.History.NotText, rev.ID))
		return
	case err != nil:
		s.fail(w, r, err)
		return
	}
	s.recordEntry(r, store.Entry{What: "restore", Object: fmt.Sprintf("revision %d", rev.ID), Note: "into a draft, sha256 " + rev.SHA256})
	s.sessions.Put(r.Context(), flashKey, fmt.Sprintf(t.History.RestoredDraft, rev.ID))
	http.Redirect(w, r, "/review", http.StatusSeeOther)
}
