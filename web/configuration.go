package web

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"pacu/lvscf"
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

func (s *Server) configuration(w http.ResponseWriter, r *http.Request) {
	p := s.userPage(r, templates.Configuration)
	s.editor(w, r, http.StatusOK, p, s.openConfig(p.T()))
}

func (s *Server) editor(w http.ResponseWriter, r *http.Request, status int, p templates.Page, e templates.Editor) {
	p.Title = p.T().ConfigTitle
	e.Path = s.ConfigPath
	s.render(w, r, status, templates.ConfigurationView(p, e))
}

// openConfig is the editor on lvs.cf as it is.
func (s *Server) openConfig(t *text.Words) templates.Editor {
	b, err := readConfig(s.ConfigPath)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e := templates.Editor{New: true, Text: newConfig, Seen: noFile, EOL: "lf"}
		_, e.Problems = lvscf.Read(filepath.Base(s.ConfigPath), []byte(e.Text))
		return e
	case err != nil:
		return templates.Editor{ReadOnly: fmt.Sprintf(t.ConfigUnreadable, err)}
	case !utf8.Valid(b) || bytes.IndexByte(b, 0) >= 0:
		return templates.Editor{ReadOnly: t.ConfigBinary}
	}
	e := templates.Editor{Text: toLF(string(b)), Seen: hash(b), EOL: lineEnd(b)}
	_, e.Problems = lvscf.Read(filepath.Base(s.ConfigPath), b)
	return e
}

// saveConfiguration checks the text sent, and saves and applies it unless
// only the check was asked for. Whatever is wrong, the text comes back.
func (s *Server) saveConfiguration(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, err)
		return
	}
	p := s.userPage(r, templates.Configuration)
	t := p.T()
	e := templates.Editor{Text: toLF(r.PostForm.Get("text")), Seen: r.PostForm.Get("seen"), EOL: r.PostForm.Get("eol")}
	if !utf8.ValidString(e.Text) {
		e.Text = strings.ToValidUTF8(e.Text, "\uFFFD")
		e.Note, e.NoteTone = t.ConfigBadText, "bad"
		s.editor(w, r, http.StatusUnprocessableEntity, p, e)
		return
	}
	_, e.Problems = lvscf.Read(filepath.Base(s.ConfigPath), []byte(e.Text))
	switch {
	case r.PostForm.Get("do") == "check":
		e.Note, e.NoteTone = t.ConfigChecked, "off"
		s.editor(w, r, http.StatusOK, p, e)
		return
	case e.Problems.Err() != nil:
		e.Note, e.NoteTone = fmt.Sprintf(t.ConfigRefused, s.ConfigPath), "bad"
		s.editor(w, r, http.StatusUnprocessableEntity, p, e)
		return
	}
	serial, status, err := s.save(t, &e)
	if err != nil {
		s.Log.Error("save lvs.cf", "error", err)
		e.Note, e.NoteTone = fmt.Sprintf(t.ConfigNotWritten, err), "bad"
	}
	if status != http.StatusOK {
		s.editor(w, r, status, p, e)
		return
	}
	said := t.ConfigSame
	if serial >= 0 {
		s.record(r, p.User, "save", fmt.Sprintf("%s, serial %d, sha256 %s", s.ConfigPath, serial, e.Seen))
		said = fmt.Sprintf(t.ConfigSaved, serial) + " " + s.askReload(r)
	}
	s.sessions.Put(r.Context(), flashKey, said)
	http.Redirect(w, r, string(templates.Configuration), http.StatusSeeOther)
}

// save writes e's text unless the file has changed since it was opened, which
// becomes e's Conflict. It returns the new serial, -1 where nothing differs,
// and the status for the page.
func (s *Server) save(t *text.Words, e *templates.Editor) (serial, status int, err error) {
	s.saving.Lock()
	defer s.saving.Unlock()
	now, err := readConfig(s.ConfigPath)
	seen := hash(now)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		seen = noFile
	case err != nil:
		return 0, http.StatusInternalServerError, err
	}
	b := []byte(fromLF(e.Text, e.EOL))
	if seen != noFile && bytes.Equal(b, now) {
		return -1, http.StatusOK, nil
	}
	if seen != e.Seen {
		e.Conflict, e.Seen = true, seen
		e.Theirs = strings.ToValidUTF8(toLF(string(now)), "\uFFFD")
		return 0, http.StatusConflict, nil
	}
	b, serial, err = lvscf.Raise(b)
	if err != nil {
		return 0, http.StatusUnprocessableEntity, err
	}
	if err := lvscf.WriteFile(s.ConfigPath, b); err != nil {
		return 0, http.StatusInternalServerError, err
	}
	e.Seen = hash(b)
	return serial, http.StatusOK, nil
}

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
