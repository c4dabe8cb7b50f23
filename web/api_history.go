package web

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"pacu/store"
)

// An apiRevision is lvs.cf as it was at a time.
type apiRevision struct {
	ID   int64     `json:"id"`
	Time time.Time `json:"time"`
	Who  string    `json:"who"`
	Note string    `json:"note,omitempty"`
	// How it came about: save, hand, fetch, restore or rollback.
	Origin   string `json:"origin"`
	SerialNo int    `json:"serial_no"`
	// Of the whole text, secrets and all.
	SHA256 string `json:"sha256"`
	// Bytes of the text.
	Size int `json:"size"`
	// It is what lvs.cf holds now.
	Current bool `json:"current,omitempty"`
	// The text, of one revision. A viewer sees no secrets in it.
	Text string `json:"text,omitempty"`
	// Secrets were left out.
	Masked bool `json:"masked,omitempty"`
}

func revisionItem(v store.Revision, current int64) apiRevision {
	return apiRevision{
		ID: v.ID, Time: v.Time, Who: v.Who, Note: v.Note, Origin: string(v.Origin), SerialNo: v.Serial, SHA256: v.SHA256, Size: v.Size,
		Current: v.ID == current,
	}
}

// A revisionPage is a page of the history, newest first.
type revisionPage struct {
	Revisions []apiRevision `json:"revisions"`
	// The before of the next page; missing: this is the last.
	Before int64 `json:"before,omitempty"`
}

// older reads before and limit, of lists that are read from their newest on.
func older(w http.ResponseWriter, r *http.Request, more ...string) (before int64, limit int, ok bool) {
	q, ok := query(w, r, append(more, "before", "limit")...)
	if !ok {
		return 0, 0, false
	}
	before, ok = number(w, q, "before", 0, 1, 1<<62)
	if !ok {
		return 0, 0, false
	}
	n, ok := number(w, q, "limit", apiPage, 1, maxAPIPage)
	return before, int(n), ok
}

// apiHistory lists the revisions of lvs.cf.
func (s *Server) apiHistory(w http.ResponseWriter, r *http.Request) {
	before, limit, ok := older(w, r)
	if !ok {
		return
	}
	current := s.currentRevision(r)
	if current == 0 {
		if err := s.changer.noticeDisk(r.Context()); err != nil {
			s.Log.Error("compare lvs.cf with its history", "error", err)
		}
		current = s.currentRevision(r)
	}
	list, err := s.Store.Revisions(r.Context(), before, limit+1)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	page := revisionPage{Revisions: []apiRevision{}}
	for i, v := range list {
		if i == limit {
			page.Before = list[i-1].ID
			break
		}
		page.Revisions = append(page.Revisions, revisionItem(v, current))
	}
	s.reply(w, r, http.StatusOK, page)
}

// apiRevision sends one of them.
func (s *Server) apiRevision(w http.ResponseWriter, r *http.Request) {
	if _, ok := query(w, r); !ok {
		return
	}
	id, err := strconv.ParseInt(param(r, "id"), 10, 64)
	if err != nil {
		id = 0
	}
	v, text, err := s.Store.Revision(r.Context(), id)
	if errors.Is(err, store.ErrNoRevision) {
		problem{Status: http.StatusNotFound, Code: "no-revision", Detail: "there is no such revision, or not any more"}.send(w)
		return
	}
	if err != nil {
		s.broken(w, r, err)
		return
	}
	if unchanged(w, r, v.SHA256) {
		return
	}
	shown, cut := masked(r, text)
	if accepts(r, jsonForm, textForm) == textForm {
		replyText(w, r, shown)
		return
	}
	one := revisionItem(v, s.currentRevision(r))
	one.Text, one.Masked = shown, cut // what is no UTF-8 is replaced there
	s.reply(w, r, http.StatusOK, one)
}

// An apiEntry is one thing that somebody did.
type apiEntry struct {
	ID   int64     `json:"id"`
	Time time.Time `json:"time"`
	// A user, "token NAME of USER", or an address where nobody was logged in.
	Who string `json:"who"`
	// A word: login, apply, drain.
	What string `json:"what"`
	// What it was done to.
	Object string `json:"object,omitempty"`
	Note   string `json:"note,omitempty"`
	// The address it came from.
	Client string `json:"client"`
	// The object before.
	Before string `json:"before,omitempty"`
	// The object after, or what was said.
	After string `json:"after,omitempty"`
}

// An auditList is a page of the audit, newest first.
type auditList struct {
	Entries []apiEntry `json:"entries"`
	// The before of the next page; missing: this is the last.
	Before int64 `json:"before,omitempty"`
}

// apiAudit lists who did what.
func (s *Server) apiAudit(w http.ResponseWriter, r *http.Request) {
	before, limit, ok := older(w, r, "who", "what", "text")
	if !ok {
		return
	}
	q := auditQuery(r)
	q.Before, q.N = before, limit+1
	list, err := s.Store.Audit(r.Context(), q)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	page := auditList{Entries: []apiEntry{}}
	for i, e := range list {
		if i == limit {
			page.Before = list[i-1].ID
			break
		}
		page.Entries = append(page.Entries, apiEntry{e.ID, e.Time, e.Who, e.What, e.Object, e.Note, e.Client, e.Before, e.After})
	}
	s.reply(w, r, http.StatusOK, page)
}
