package web

import (
	"context"
	"sync"
)

// Run does what the console does without being asked, until ctx ends. It looks
// at pulse every few seconds, for the charts and the list of events; without
// it, those begin when somebody watches. It takes back a change that nobody
// confirms, goes on with one that waited when the console ended, and puts hand
// edits of lvs.cf into the history. It warns of little room on the disk, and of
// a certificate that ends.
func (s *Server) Run(ctx context.Context) {
	var both sync.WaitGroup
	both.Go(func() { s.hub.run(ctx) })
	both.Go(func() { s.changer.run(ctx) })
	both.Go(func() { s.space.watch(ctx) })
	both.Go(func() { s.watchCertificate(ctx) })
	both.Wait()
}
