package web

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"pacu/store"
	"pacu/web/templates"
)

const (
	auditPage = 100  // entries on a page
	auditRead = 1000 // entries read at once for a download
)

// record puts what who did into the audit and the log. The note is no secret.
func (s *Server) record(r *http.Request, who, what, note string) {
	s.recordEntry(r, store.Entry{Who: who, What: what, Note: note})
}

// recordEntry puts e into the audit, and without its texts into the log. Where
// e does not say who, it is the one who is logged in.
func (s *Server) recordEntry(r *http.Request, e store.Entry) {
	if e.Who == "" {
		e.Who = s.user(r)
	}
	e.Client = client(r)
	words := []any{"user", e.Who}
	if e.Object != "" {
		words = append(words, "object", e.Object)
	}
	s.Log.Info(e.What, append(words, "note", e.Note, "client", e.Client)...)
	// Whoever hangs up once it is done leaves no gap in the audit.
	if err := s.Store.Record(context.WithoutCancel(r.Context()), e); err != nil {
		s.Log.Error("audit", "error", err)
	}
}

// auditQuery is what the address asks for; a number that is none counts as 0.
func auditQuery(r *http.Request) store.AuditQuery {
	q := r.URL.Query()
	before, _ := strconv.ParseInt(q.Get("before"), 10, 64)
	return store.AuditQuery{
		Who: strings.TrimSpace(q.Get("who")), What: strings.TrimSpace(q.Get("what")),
		Text: strings.TrimSpace(q.Get("text")), Before: max(0, before),
	}
}

// auditURL is the address on path that auditQuery reads as q.
func auditURL(path string, q store.AuditQuery) string {
	v := url.Values{}
	for key, value := range map[string]string{"who": q.Who, "what": q.What, "text": q.Text} {
		if value != "" {
			v.Set(key, value)
		}
	}
	if q.Before > 0 {
		v.Set("before", strconv.FormatInt(q.Before, 10))
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// auditView shows who did what.
func (s *Server) auditView(w http.ResponseWriter, r *http.Request) {
	q := auditQuery(r)
	q.N = auditPage + 1
	list, err := s.Store.Audit(r.Context(), q)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := s.userPage(r, "")
	p.Title = p.T().People.Audit
	if p.May(store.Admin) {
		p.Tab = templates.Users
	}
	newest := q
	newest.Before = 0
	a := templates.AuditPage{Query: q, Entries: list, CSV: auditURL("/audit.csv", newest)}
	if q.Before > 0 {
		a.Newest = auditURL("/audit", newest)
	}
	if len(list) > auditPage {
		a.Entries = list[:auditPage]
		older := q
		older.Before = list[auditPage-1].ID
		a.Older = auditURL("/audit", older)
	}
	s.render(w, r, http.StatusOK, templates.Audit(p, a))
}

// auditCSV sends all that the query chooses as a table (RFC 4180), the newest
// first, a thousand at a time.
func (s *Server) auditCSV(w http.ResponseWriter, r *http.Request) {
	q := auditQuery(r)
	q.N = auditRead
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8; header=present")
	h.Set("Content-Disposition", `attachment; filename="pacu-audit-`+time.Now().Format("2006-01-02")+`.csv"`)
	fmt.Fprint(w, "\uFEFF") // or spreadsheets take it for another encoding
	out := csv.NewWriter(w)
	out.Write([]string{"id", "time", "who", "what", "object", "note", "client", "before", "after"}) // its error stays for Flush
	ctl := http.NewResponseController(w)
	for {
		list, err := s.Store.Audit(r.Context(), q)
		if err != nil {
			s.Log.Error("audit download", "error", err)
			panic(http.ErrAbortHandler) // so that nobody takes a part for the whole
		}
		if err := ctl.SetWriteDeadline(time.Now().Add(writeLimit)); err != nil {
			s.Log.Error("audit download", "error", err)
			return
		}
		for _, e := range list {
			row := []string{strconv.FormatInt(e.ID, 10), e.Time.UTC().Format(time.RFC3339)}
			for _, cell := range []string{e.Who, e.What, e.Object, e.Note, e.Client, e.Before, e.After} {
				row = append(row, plainCell(cell))
			}
			out.Write(row)
		}
		out.Flush()
		if len(list) < auditRead || out.Error() != nil {
			return
		}
		q.Before = list[len(list)-1].ID
	}
}

// plainCell is a text that no spreadsheet takes for a formula
// (https://owasp.org/www-community/attacks/CSV_Injection).
func plainCell(s string) string {
	first, _ := utf8.DecodeRuneInString(strings.TrimSpace(s))
	if strings.ContainsRune("=+-@＝＋－＠", first) || strings.HasPrefix(s, "\t") || strings.HasPrefix(s, "\r") || strings.HasPrefix(s, "\n") {
		return "'" + s
	}
	return s
}
