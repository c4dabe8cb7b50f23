package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"pacu/store"
	"pacu/web/templates"
	"pacu/web/textdiff"
)

// mergePieces are base, the draft and lvs.cf as it is, side by side.
func mergePieces(d, disk *draft) []textdiff.Piece {
	return textdiff.Merge(textdiff.Lines(string(d.BaseText)), textdiff.Lines(string(d.Text)), textdiff.Lines(string(disk.BaseText)))
}

// A clash tells conflicts apart by what they are about, so that a choice stays
// with its conflict when the page is made again.
type clash map[string]int

// key is the part of the names of a conflict's fields.
func (c clash) key(p textdiff.Piece) string {
	k := hash([]byte(strings.Join(p.Base, "") + "\x00" + strings.Join(p.Mine, "")))[:12]
	c[k]++
	return k + "-" + strconv.Itoa(c[k])
}

// mergePage is what somebody else did to lvs.cf since d began; typed are the
// values of a form that was sent, if one was.
func (s *Server) mergePage(r *http.Request, d, disk *draft, typed url.Values) *templates.MergePage {
	if err := s.changer.noticeDisk(r.Context()); err != nil {
		s.Log.Error("compare lvs.cf with its history", "error", err)
	}
	v := &templates.MergePage{
		Version: d.Version, Seen: disk.Base, Gone: disk.Base == noFile, Who: s.whoSince(r.Context(), disk.Base),
		Lines: templates.CompareLines(string(d.BaseText), string(disk.BaseText)),
	}
	if !v.Gone {
		v.Meaning = templates.CompareMeaning(string(d.BaseText), string(disk.BaseText))
	}
	v.Rest = typed.Get("rest")
	var above []string // of the draft, so far
	line, clashes := 1, clash{}
	for _, p := range mergePieces(d, disk) {
		switch p.Side {
		case textdiff.Theirs:
			v.Clean++
		case textdiff.Conflict:
			if len(v.Conflicts) == templates.MaxConflicts {
				v.More++
				break
			}
			c := templates.MergeConflict{
				Key: clashes.key(p), N: len(v.Conflicts) + 1, Line: line, Before: joinedLines(above[max(0, len(above)-mergeContext):]),
				Base: joinedLines(p.Base), Mine: joinedLines(p.Mine), Theirs: joinedLines(p.Theirs),
			}
			c.Take, c.Edit = typed.Get("take-"+c.Key), c.Mine+c.Theirs
			if typed.Has("edit-" + c.Key) {
				c.Edit = toLF(typed.Get("edit-" + c.Key))
			}
			c.Missing = typed != nil && c.Take == ""
			v.Conflicts = append(v.Conflicts, c)
		}
		line += len(p.Mine)
		if len(p.Mine) > 0 {
			above = p.Mine
		}
	}
	return v
}

// mergeContext is how many lines are shown above a conflict.
const mergeContext = 3

// joinedLines is lines as a page shows them.
func joinedLines(lines []string) string { return toLF(strings.Join(lines, "")) }

// merge brings the user's draft and lvs.cf together as they chose.
func (s *Server) merge(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, err)
		return
	}
	t, user := s.page(r, "").T(), s.user(r)
	disk, err := s.desk.onDisk()
	if err != nil {
		s.fail(w, r, err)
		return
	}
	d, err := s.desk.open(r.Context(), user)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if d.Version == 0 || strconv.FormatInt(d.Version, 10) != r.PostForm.Get("version") || disk.Base != r.PostForm.Get("seen") {
		s.reviewPage(w, r, http.StatusConflict, templates.ApplyForm{Error: t.Review.MergeAgain}, r.PostForm)
		return
	}
	text, ok := mergeChosen(mergePieces(d, disk), lineEnd(d.Text), r.PostForm)
	if !ok {
		s.reviewPage(w, r, http.StatusUnprocessableEntity, templates.ApplyForm{Error: t.Review.MergeChoose}, r.PostForm)
		return
	}
	_, err = s.replaceDraft(r.Context(), user, d, disk, []byte(text), store.Saved)
	switch {
	case errors.Is(err, store.ErrDraftMoved):
		s.reviewPage(w, r, http.StatusConflict, templates.ApplyForm{Error: t.Review.MergeAgain}, r.PostForm)
		return
	case err != nil:
		s.fail(w, r, err)
		return
	}
	s.record(r, user, "merge", fmt.Sprintf("their draft with %s, sha256 %s", s.ConfigPath, disk.Base))
	s.sessions.Put(r.Context(), flashKey, t.Review.Merged)
	http.Redirect(w, r, "/review", http.StatusSeeOther)
}

// mergeChosen is what the pieces become by the values of a form; false where a
// choice is missing.
func mergeChosen(all []textdiff.Piece, eol string, form url.Values) (string, bool) {
	var b strings.Builder
	n, clashes := 0, clash{}
	for _, p := range all {
		if lines, ok := p.Merged(); ok {
			b.WriteString(strings.Join(lines, ""))
			continue
		}
		key := clashes.key(p)
		take := form.Get("take-" + key)
		if n++; n > templates.MaxConflicts {
			take = form.Get("rest")
		}
		switch take {
		case "mine":
			b.WriteString(strings.Join(p.Mine, ""))
		case "theirs":
			b.WriteString(strings.Join(p.Theirs, ""))
		case "edit":
			edited := toLF(form.Get("edit-" + key))
			if edited != "" && !strings.HasSuffix(edited, "\n") {
				edited += "\n"
			}
			b.WriteString(fromLF(edited, eol))
		default:
			return "", false
		}
	}
	return b.String(), true
}
