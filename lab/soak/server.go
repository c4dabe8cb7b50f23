package soak

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"pacu/lab"
)

// ports are what each real server listens on.
var ports = []int{80, 8080, 8443}

// A server is a real server. It answers "/" with its name and a line's end, and
// "/long" with the same, a line every 100 ms for as long as "for" says, and
// "end" at the end.
type server struct {
	*lab.Host
	mu   sync.Mutex
	http *http.Server // nil while stopped
}

// lineEvery is the pace of a long answer.
const lineEvery = 100 * time.Millisecond

func (s *server) start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.http != nil {
		return fmt.Errorf("%s: its web server runs already", s.Name())
	}
	h := &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	var open []net.Listener
	for _, port := range ports {
		l, err := s.Listen("tcp", fmt.Sprintf(":%d", port))
		if err != nil {
			for _, l := range open {
				err = errors.Join(err, l.Close())
			}
			return err
		}
		open = append(open, l)
	}
	for _, l := range open {
		// Serve ends when the server is closed, and only then.
		go func() { _ = h.Serve(l) }()
	}
	s.http = h
	return nil
}

// stop ends the web server and all its connections.
func (s *server) stop() error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.http == nil {
		return nil
	}
	err := s.http.Close()
	s.http = nil
	return err
}

// ServeHTTP implements http.Handler.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := s.Name() + "\n"
	if r.URL.Path != "/long" {
		// A client that went away tells of it itself.
		_, _ = w.Write([]byte(name))
		return
	}
	long, err := time.ParseDuration(r.URL.Query().Get("for"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	tick := time.NewTicker(lineEvery)
	defer tick.Stop()
	c := http.NewResponseController(w)
	for end := time.Now().Add(long); time.Now().Before(end); {
		if _, err := w.Write([]byte(name)); err != nil || c.Flush() != nil {
			return
		}
		select {
		case <-tick.C:
		case <-r.Context().Done():
			return
		}
	}
	_, _ = w.Write([]byte(longEnd))
}

// longEnd is the last line of a long answer that came whole.
const longEnd = "end\n"
