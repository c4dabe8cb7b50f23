package web

import (
	"context"
	"errors"
	"time"

	"pacu/control"
)

// momentFresh is how old a snapshot may be that a page about one thing shows:
// a new one of thousands of services makes an operator wait.
const momentFresh = 2 * time.Second

// moment is pulse's state of about now, which nobody changes. The error is why
// pulse does not tell.
func (s *Server) moment(ctx context.Context) (*control.Snapshot, error) {
	m := s.hub.latest()
	if m == nil || time.Since(m.Taken) > momentFresh {
		s.hub.look(context.WithoutCancel(ctx), momentFresh)
		m = s.hub.latest()
	}
	if !m.Known {
		return nil, errors.New(m.Down)
	}
	return m.Snapshot, nil
}
