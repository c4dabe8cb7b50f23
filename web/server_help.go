package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"pacu/control"
	"pacu/web/templates"
)

// serverHelp tells what real servers must be set up with. pulse makes the list:
// it knows the lvs.cf in use, and the names in it.
func (s *Server) serverHelp(w http.ResponseWriter, r *http.Request) {
	p := s.userPage(r, templates.Virtuals)
	p.Title = p.T().Act.Help.Title
	v := templates.HelpPage{Query: helpQuery(r)}
	setup, err := s.setupOf(r.Context(), control.SetupQuery{
		Match: v.Query.Text, Skip: (v.Query.Page - 1) * templates.HelpShown, Limit: templates.HelpShown,
	})
	status := http.StatusOK
	if err != nil {
		status, v.Refused = http.StatusBadGateway, pulseSaid(err)
	} else {
		v.Setup = *setup
	}
	s.render(w, r, status, templates.HelpView(p, v))
}

// setupsAtOnce bounds how often pulse works on a list at one time: it has seats
// for 64 askers, and whoever may only look must not take them all.
const setupsAtOnce = 4

// setupOf asks pulse for a list, when there is a turn.
func (s *Server) setupOf(ctx context.Context, q control.SetupQuery) (*control.Setup, error) {
	select {
	case s.setups <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-s.setups }()
	return s.Pulse.Setup(ctx, q)
}

// helpQuery is what is searched for; a page that is none is the first.
func helpQuery(r *http.Request) templates.HelpQuery {
	q := r.URL.Query()
	text := strings.ToValidUTF8(strings.TrimSpace(q.Get("q")), "")
	for len(text) > control.MaxMatch {
		_, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
	}
	page, err := strconv.Atoi(q.Get("page"))
	if err != nil || page < 1 || page > maxHelpPage {
		page = 1
	}
	return templates.HelpQuery{Text: text, Page: page}
}

// maxHelpPage bounds what is multiplied; no file has so many servers.
const maxHelpPage = 1 << 20
