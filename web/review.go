package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"pacu/lvscf"
	"pacu/store"
	"pacu/web/templates"
)

// review is REVIEW: what the user's draft would change.
func (s *Server) review(w http.ResponseWriter, r *http.Request) {
	s.reviewPage(w, r, http.StatusOK, templates.ApplyForm{}, nil)
}

// reviewPage shows REVIEW with what was typed: before APPLY, and to bring the
// draft and lvs.cf together.
func (s *Server) reviewPage(w http.ResponseWriter, r *http.Request, status int, form templates.ApplyForm, typed url.Values) {
	p := s.userPage(r, "")
	p.Title, p.Path, p.Htmx = p.T().Review.Title, "/review", true
	v := templates.ReviewPage{Path: s.ConfigPath, Form: form}
	d, disk, ok := s.bothDrafts(r, &v)
	if ok {
		s.fillReview(r, p, &v, d, disk, typed)
	}
	if n, err := s.draftNote(r.Context(), p.User); err != nil {
		s.Log.Error("look for a copy of a draft", "user", p.User, "error", err)
	} else {
		v.Kept = n.KeptAt
	}
	s.render(w, r, status, templates.ReviewView(p, v))
}

// bothDrafts opens the user's draft and lvs.cf, or has the page say why not.
func (s *Server) bothDrafts(r *http.Request, v *templates.ReviewPage) (d, disk *draft, ok bool) {
	t := s.page(r, "").T()
	disk, err := s.desk.onDisk()
	if err == nil {
		d, err = s.desk.open(r.Context(), s.user(r))
	}
	if err != nil {
		v.Shut = fmt.Sprintf(t.ConfigUnreadable, err)
		return nil, nil, false
	}
	v.Draft, v.Version, v.Changed = d.Version != 0, d.Version, d.Changed
	return d, disk, v.Draft
}

// fillReview compares the draft with lvs.cf.
func (s *Server) fillReview(r *http.Request, p templates.Page, v *templates.ReviewPage, d, disk *draft, typed url.Values) {
	v.New = disk.Base == noFile
	v.Same = !v.New && string(d.Text) == string(disk.Text)
	v.Errors, v.Warnings = len(d.Problems.Errors()), len(d.Problems.Warnings())
	v.Problems = located(d.Text, d.Problems)
	if d.Base != disk.Base {
		v.Moved = s.mergePage(r, d, disk, typed)
	}
	var plan *planned // asked for first: pulse works on it meanwhile
	if v.Errors == 0 && v.Moved == nil {
		plan = s.planner.ask(r.Context(), d.Text)
	}
	// What the user changed: also where lvs.cf has moved on since.
	v.Meaning, v.Lines = d.compared().meaning, d.compared().lines
	if plan != nil {
		wait := planGlance
		if r.URL.Query().Get("plan") == "wait" {
			wait = planLimit
		}
		v.Plan = plan.view(r.Context(), p.T(), wait)
	}
}

// located are the first problems of text, errors before warnings, each with the
// virtual it is in.
func located(text []byte, all lvscf.Problems) []templates.DraftProblem {
	if len(all) == 0 {
		return nil
	}
	at := virtualsAt(string(text))
	var out []templates.DraftProblem
	for _, some := range []lvscf.Problems{all.Errors(), all.Warnings()} {
		for _, p := range some {
			if len(out) == templates.MaxProblems {
				return out
			}
			one := templates.DraftProblem{Problem: p}
			if i := min(p.Line, len(at)) - 1; i >= 0 && at[i].Name != "" {
				one.Virtual = &at[i]
			}
			out = append(out, one)
		}
	}
	return out
}

// virtualsAt is for each line of text the virtual it is in, as far as a quick
// look at braces can tell; its Name is empty for none.
func virtualsAt(text string) []templates.Ref {
	var out []templates.Ref
	var in templates.Ref
	nth := map[string]int{}
	depth := 0
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if depth == 0 && len(words) >= 2 && words[0] == "virtual" {
			name := strings.Trim(words[1], `"'`)
			nth[name]++
			in = templates.Ref{Name: name, Nth: nth[name]}
		}
		out = append(out, in)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		switch {
		case words[len(words)-1] == "{":
			depth++
		case words[0] == "}":
			depth = max(0, depth-1)
			if depth == 0 {
				in = templates.Ref{}
			}
		}
	}
	return out
}

// reviewPlan is pulse's plan alone, for a page that came before it.
func (s *Server) reviewPlan(w http.ResponseWriter, r *http.Request) {
	d, err := s.desk.open(r.Context(), s.user(r))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := s.page(r, "")
	v := s.planner.ask(r.Context(), d.Text).view(r.Context(), p.T(), planLimit+time.Second)
	s.render(w, r, http.StatusOK, templates.PlanPart(p, v))
}

// discardPage asks before a draft is thrown away.
func (s *Server) discardPage(w http.ResponseWriter, r *http.Request) {
	p := s.userPage(r, "")
	p.Title, p.Path = p.T().Review.DiscardTitle, "/review/discard"
	v := templates.ReviewPage{Path: s.ConfigPath}
	d, _, ok := s.bothDrafts(r, &v)
	if !ok {
		http.Redirect(w, r, "/review", http.StatusSeeOther)
		return
	}
	v.Meaning, v.Lines = d.compared().meaning, d.compared().lines
	s.render(w, r, http.StatusOK, templates.DiscardView(p, v))
}

// discard throws the draft away that the page showed.
func (s *Server) discard(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, err)
		return
	}
	user, t := s.user(r), s.page(r, "").T()
	version, err := strconv.ParseInt(r.PostForm.Get("version"), 10, 64)
	if err == nil {
		err = s.Store.DropDraft(r.Context(), user, version)
	}
	if errors.Is(err, store.ErrDraftMoved) || errors.Is(err, strconv.ErrSyntax) || errors.Is(err, strconv.ErrRange) {
		s.sessions.Put(r.Context(), flashKey, t.Review.Moved)
		http.Redirect(w, r, "/review", http.StatusSeeOther)
		return
	}
	if err == nil {
		err = s.forgetDraft(r.Context(), user)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.record(r, user, "discard", "the draft of "+s.ConfigPath)
	s.sessions.Put(r.Context(), flashKey, t.Review.Discarded)
	http.Redirect(w, r, string(templates.Virtuals), http.StatusSeeOther)
}

// draftFile sends the user's draft as a file.
func (s *Server) draftFile(w http.ResponseWriter, r *http.Request) {
	d, err := s.desk.open(r.Context(), s.user(r))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	sendFile(w, "lvs.cf.draft", d.Text)
}

// keptFile sends the copy of an earlier draft.
func (s *Server) keptFile(w http.ResponseWriter, r *http.Request) {
	n, err := s.draftNote(r.Context(), s.user(r))
	switch {
	case err != nil:
		s.fail(w, r, err)
	case n.KeptAt.IsZero():
		s.message(w, r, http.StatusNotFound, s.page(r, "").T().NotFound)
	default:
		sendFile(w, "lvs.cf.draft.before", n.Kept)
	}
}

// sendFile sends a text to be saved under a name of ours.
func sendFile(w http.ResponseWriter, name string, text []byte) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Content-Length", strconv.Itoa(len(text)))
	w.Write(text) // a client that leaves is no concern of ours
}

// whoSince says who made lvs.cf what it is, as far as the history knows.
func (s *Server) whoSince(ctx context.Context, base string) string {
	latest, err := s.Store.LatestRevision(ctx)
	if err != nil || latest.SHA256 != base {
		return ""
	}
	return latest.Who
}
