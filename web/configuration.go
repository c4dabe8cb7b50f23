package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"pacu/store"
	"pacu/web/templates"
	"pacu/web/text"
)

// noFile is the hash of a file that is not there.
const noFile = "none"

// newConfig is what a new lvs.cf begins as. Its heartbeats are quicker than the
// defaults, which are Piranha's: a crash of the active router is over within a
// second.
const newConfig = `#primary = 10.10.1.31
#backup = 10.10.1.32
#backup_active = 1
service = lvs
keepalive = 250ms
deadtime = 1s
network = nat
monitor_links = 1
`

// configuration is lvs.cf as text: the user's draft to edit, or for viewers the
// file to read, without secrets.
func (s *Server) configuration(w http.ResponseWriter, r *http.Request) {
	p := s.userPage(r, templates.Configuration)
	var e templates.Editor
	d, err := s.desk.open(r.Context(), p.User)
	switch {
	case errors.Is(err, errNotText):
		e.ReadOnly = p.T().ConfigBinary
	case err != nil:
		e.ReadOnly = fmt.Sprintf(p.T().ConfigUnreadable, err)
	case !p.May(store.Operator):
		e = openDraft(d)
		e.Viewing, e.Text = true, mask(e.Text)
	default:
		e = openDraft(d)
	}
	s.editor(w, r, http.StatusOK, p, e)
}

func (s *Server) editor(w http.ResponseWriter, r *http.Request, status int, p templates.Page, e templates.Editor) {
	p.Title = p.T().ConfigTitle
	e.Path = s.ConfigPath
	s.render(w, r, status, templates.ConfigurationView(p, e))
}

// openDraft is the editor on a draft.
func openDraft(d *draft) templates.Editor {
	return templates.Editor{
		Text: toLF(string(d.Text)), Seen: draftSeen(d), EOL: lineEnd(d.Text), Problems: d.Problems,
		New: d.Base == noFile && d.Version == 0,
	}
}

// draftSeen names the text that an editor began with.
func draftSeen(d *draft) string {
	if d.Version != 0 {
		return fmt.Sprintf("draft %d", d.Version)
	}
	return "file " + d.Base
}

// saveConfiguration checks the text sent, and keeps it in the user's draft
// unless only the check was asked for. Whatever is wrong, the text comes back.
func (s *Server) saveConfiguration(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, err)
		return
	}
	p := s.userPage(r, templates.Configuration)
	t := p.T()
	e := templates.Editor{Text: toLF(r.PostForm.Get("text")), Seen: r.PostForm.Get("seen"), EOL: r.PostForm.Get("eol")}
	if !isText([]byte(e.Text)) {
		e.Text = strings.ReplaceAll(strings.ToValidUTF8(e.Text, "\uFFFD"), "\x00", "\uFFFD")
		e.Note, e.NoteTone = t.ConfigBadText, "bad"
		s.editor(w, r, http.StatusUnprocessableEntity, p, e)
		return
	}
	if r.PostForm.Get("do") == "check" {
		e.Problems = s.desk.check(e.Text)
		e.Note, e.NoteTone = t.ConfigChecked, "off"
		s.editor(w, r, http.StatusOK, p, e)
		return
	}
	said, err := s.keepText(r.Context(), t, p.User, &e)
	switch {
	case errors.Is(err, store.ErrDraftMoved):
		e.Problems = s.desk.check(e.Text)
		s.editor(w, r, http.StatusConflict, p, e)
		return
	case errors.Is(err, errNotText):
		e.Note, e.NoteTone = t.ConfigBinary, "bad"
		s.editor(w, r, http.StatusConflict, p, e)
		return
	case err != nil:
		s.Log.Error("keep a draft", "user", p.User, "error", err)
		e.Note, e.NoteTone = fmt.Sprintf(t.ConfigNotKept, whyNot(t, err)), "bad"
		s.editor(w, r, http.StatusInternalServerError, p, e)
		return
	}
	to := string(templates.Configuration)
	if r.PostForm.Get("do") == "review" {
		to = "/review"
	} else {
		s.sessions.Put(r.Context(), flashKey, said)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// keepText makes e's text the user's draft and says so. The error matches
// store.ErrDraftMoved where the draft, or the file where there was none, is no
// longer what e began with: that is e's Conflict then.
func (s *Server) keepText(ctx context.Context, t *text.Words, user string, e *templates.Editor) (said string, err error) {
	d, err := s.desk.open(ctx, user)
	if err != nil {
		return "", err
	}
	b := []byte(fromLF(e.Text, e.EOL))
	begun := d.Version != 0 || d.Base != noFile // a first file is kept as it is offered, too
	if begun && bytes.Equal(b, d.Text) {
		return t.ConfigSame, nil
	}
	if draftSeen(d) == e.Seen {
		if begun {
			_, err = s.desk.put(ctx, user, d, b)
		} else {
			_, err = s.replaceDraft(ctx, user, d, d, b, store.Saved)
		}
		if !errors.Is(err, store.ErrDraftMoved) {
			return t.ConfigKept, err
		}
		if d, err = s.desk.open(ctx, user); err != nil {
			return "", err
		}
	}
	e.Conflict, e.Seen, e.Theirs = true, draftSeen(d), toLF(string(d.Text))
	return "", store.ErrDraftMoved
}

// isText reports whether b is text that a page can show and send back.
func isText(b []byte) bool { return utf8.Valid(b) && bytes.IndexByte(b, 0) < 0 }

// toLF makes every line end a LF, as pages have it: a browser sends CRLF
// whatever it was given.
func toLF(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// fromLF gives s the line ends the file had.
func fromLF(s, eol string) string {
	switch eol {
	case "crlf":
		return strings.ReplaceAll(s, "\n", "\r\n")
	case "cr":
		return strings.ReplaceAll(s, "\n", "\r")
	default:
		return s
	}
}

// lineEnd is how b's first line ends; a file of mixed ones becomes alike.
func lineEnd(b []byte) string {
	i := bytes.IndexAny(b, "\r\n")
	switch {
	case i < 0 || b[i] == '\n':
		return "lf"
	case i+1 < len(b) && b[i+1] == '\n':
		return "crlf"
	default:
		return "cr"
	}
}
