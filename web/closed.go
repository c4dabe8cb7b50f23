package web

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"pacu/store"
	"pacu/web/static"
	"pacu/web/templates"
)

// closedAgain is after how many seconds the page of a closed console loads
// itself again.
const closedAgain = 10

// Closed returns the console of o while its database cannot be opened because
// of err: one page, with status 503, that says what is wrong and how to put it
// right. Nobody can log in: who may is in the database. o needs no Store.
func Closed(o Options, err error) http.Handler {
	s := &Server{Options: o.named()}
	r := chi.NewRouter()
	r.Use(middleware.ClientIPFromRemoteAddr, s.recoverer, s.allowFrom, s.switchLanguage, middleware.GetHead)
	r.Handle("/static/*", static.Handler())
	closed := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", strconv.Itoa(closedAgain))
		again := r.Method == http.MethodGet
		if again {
			w.Header().Set("Refresh", strconv.Itoa(closedAgain))
		}
		s.closed(w, r, store.TroubleOf(err), again)
	}
	r.NotFound(closed)
	r.MethodNotAllowed(closed)
	return s.protect(r)
}

// closed says what is wrong with the database.
func (s *Server) closed(w http.ResponseWriter, r *http.Request, trouble store.Trouble, again bool) {
	p := s.page(r, "")
	p.Title = p.T().Trouble.ClosedTitle
	c := templates.ClosedPage{Trouble: trouble, State: s.State, Again: again}
	switch trouble {
	case store.Damaged, store.Newer, store.Broken, "":
		c.Copies = store.Copies(DatabasePath(s.State))
		c.Restore = restoreCommands(s.State, c.Copies)
	}
	s.render(w, r, http.StatusServiceUnavailable, templates.Closed(p, c))
}

// restoreCommands are the lines that restore the latest copy, under systemd and
// under init scripts.
func restoreCommands(state string, copies []store.Copy) []string {
	from, where := "FILE", ""
	if len(copies) > 0 {
		from = copies[0].Path
	}
	if state != defaultState {
		where = "--state " + state + " "
	}
	lines := func(stop, start string) string {
		return fmt.Sprintf("%s\nlvsgui restore %s%s\n%s", stop, where, from, start)
	}
	return []string{
		lines("systemctl stop lvsgui", "systemctl start lvsgui"),
		lines("/etc/init.d/lvsgui stop", "/etc/init.d/lvsgui start"),
	}
}

// defaultState is lvsgui's --state where none is given.
const defaultState = "/var/lib/pacu"
