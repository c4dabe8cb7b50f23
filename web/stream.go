package web

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// sessionCheck is how often a stream looks whether its session still lives.
const sessionCheck = 10 * time.Second

// writeLimit is how long a viewer may take to swallow one message.
const writeLimit = 10 * time.Second

// lineEnds are spaces within the parts of a page, which have no <pre>: a line
// end would end the field (HTML, 9.2.6).
var lineEnds = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ")

// monitoringStream is the stream of the monitoring page.
func (s *Server) monitoringStream(w http.ResponseWriter, r *http.Request) {
	s.stream(w, r, monitoringView{readListQuery(r.URL.Query())}, "")
}

// stream sends, as server-sent events, what of a page changed since the viewer
// saw it, and a beat with the time after every look at pulse, changed or not.
// The charts of service are wanted, if that is not empty.
func (s *Server) stream(w http.ResponseWriter, r *http.Request, page view, service string) {
	user := s.user(r)
	if !s.streams.enter(user) {
		w.Header().Set("Retry-After", "10")
		w.WriteHeader(http.StatusTooManyRequests)
		return
	}
	defer s.streams.leave(user)
	v := newViewer(r, page)
	ctl := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // for a proxy before us
	leave := s.hub.join(service)
	defer leave()

	checked := time.Now()
	for {
		look, err := v.next(r.Context(), s.hub)
		if r.Context().Err() != nil {
			return // the viewer left
		}
		if err != nil {
			s.Log.Error("live page", "path", r.URL.Path, "error", err)
			return
		}
		if time.Since(checked) >= s.check {
			if !s.watched(r) {
				return
			}
			checked = time.Now()
		}
		if err := ctl.SetWriteDeadline(time.Now().Add(writeLimit)); err != nil {
			s.Log.Error("live page", "path", r.URL.Path, "error", err)
			return
		}
		if _, err := w.Write(look.message()); err != nil {
			return
		}
		if err := ctl.Flush(); err != nil {
			return
		}
	}
}

// message is l as server-sent events.
func (l look) message() []byte {
	var b bytes.Buffer
	if l.order != nil {
		fmt.Fprintf(&b, "event: order\ndata: %s\n\n", strings.Join(l.order, " "))
	}
	if len(l.changes) > 0 {
		for _, c := range l.changes {
			fmt.Fprintf(&b, "data: <hx-partial hx-target=\"#%s\" hx-swap=\"%s\">", c.id, c.swap)
			b.WriteString(lineEnds.Replace(c.html))
			b.WriteString("</hx-partial>\n")
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "id: %s\nevent: beat\ndata: %s\n\n", l.mark, l.taken.UTC().Format(time.RFC3339Nano))
	return b.Bytes()
}

// streamsEach bounds the live pages of one user. A wall of screens has fewer.
const streamsEach = 100

// crowds count the live pages of each user. The zero crowds have none.
type crowds struct {
	mu sync.Mutex
	of map[string]int
}

// enter counts one more of user, unless they have too many.
func (c *crowds) enter(user string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == nil {
		c.of = map[string]int{}
	}
	if c.of[user] >= streamsEach {
		return false
	}
	c.of[user]++
	return true
}

func (c *crowds) leave(user string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of[user]--; c.of[user] == 0 {
		delete(c.of, user)
	}
}
