package web

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"pacu/control"
	"pacu/web/templates"
)

func (s *Server) monitoring(w http.ResponseWriter, r *http.Request) {
	p := s.userPage(r, templates.Monitoring)
	p.Title, p.Live = p.T().TabMonitoring, true
	view, err := s.hub.page(r.Context(), p.Lang)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.render(w, r, http.StatusOK, templates.MonitoringView(p, view))
}

// sessionCheck is how often a stream looks whether its session still lives.
const sessionCheck = 10 * time.Second

// writeLimit is how long a viewer may take to swallow one message.
const writeLimit = 10 * time.Second

// stream sends, as server-sent events, the parts of the monitoring page that
// changed since the version the viewer has, and a beat with the time after
// every look at pulse, changed or not.
func (s *Server) stream(w http.ResponseWriter, r *http.Request) {
	lang := language(r)
	after := lastSeen(r)
	ctl := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // for a proxy before us
	leave := s.hub.join()
	defer leave()

	checked := time.Now()
	for {
		look, err := s.hub.next(r.Context(), lang, after)
		if err != nil {
			return // the viewer left, or the page cannot be rendered
		}
		if time.Since(checked) >= s.check {
			if !s.watched(r) {
				return
			}
			checked = time.Now()
		}
		var b bytes.Buffer
		if len(look.changed) > 0 {
			fmt.Fprintf(&b, "id: %d\n", look.version)
			for _, part := range look.changed {
				fmt.Fprintf(&b, "data: <hx-partial hx-target=\"#%s\" hx-swap=\"innerMorph\">", part.ID)
				// A line end would end the field (HTML, 9.2.6).
				b.WriteString(lineEnds.Replace(part.HTML))
				b.WriteString("</hx-partial>\n")
			}
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "event: beat\ndata: %s\n\n", look.taken.UTC().Format(time.RFC3339Nano))
		if err := ctl.SetWriteDeadline(time.Now().Add(writeLimit)); err != nil {
			s.Log.Error("monitoring stream", "error", err)
			return
		}
		if _, err := w.Write(b.Bytes()); err != nil {
			return
		}
		if err := ctl.Flush(); err != nil {
			return
		}
		after = look.version
	}
}

// lastSeen is the version a viewer has: of its last message before a break,
// or else of its page.
func lastSeen(r *http.Request) uint64 {
	for _, v := range []string{r.Header.Get("Last-Event-ID"), r.URL.Query().Get("after")} {
		if n, err := strconv.ParseUint(v, 10, 64); err == nil {
			return n
		}
	}
	return 0
}

// reload has pulse take the lvs.cf that is on disk.
func (s *Server) reload(w http.ResponseWriter, r *http.Request) {
	s.sessions.Put(r.Context(), flashKey, s.askReload(r))
	s.record(r, s.user(r), "reload", "lvs.cf as it is on disk")
	http.Redirect(w, r, "/monitoring", http.StatusSeeOther)
}

// askReload asks pulse to reload and returns what came of it, in words.
func (s *Server) askReload(r *http.Request) string {
	t := s.page(r, "").T()
	what, err := s.Pulse.Reload(r.Context())
	switch {
	case errors.Is(err, control.ErrNotRunning):
		return t.ReloadNoPulse
	case err != nil:
		return fmt.Sprintf(t.ReloadFailed, err)
	default:
		return fmt.Sprintf(t.Reloaded, what)
	}
}
