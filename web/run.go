package web

import "context"

// Run does what the console does without being asked, until ctx ends: it looks
// at pulse every few seconds, for the charts and the list of events. Without
// it, those begin when somebody watches.
func (s *Server) Run(ctx context.Context) { s.hub.run(ctx) }
