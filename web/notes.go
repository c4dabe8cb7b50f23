package web

import (
	"context"
	"fmt"
	"time"

	"pacu/web/text"
)

// notes are what is wrong with the console itself, for every page.
func (s *Server) notes(t *text.Words) []string {
	list := s.space.sentences(t)
	if s.Store.ReadOnly() {
		list = append(list, t.Trouble.OnlyRead)
	}
	if s.Certificate != nil {
		if n := certificateNote(t, s.Certificate); n != "" {
			list = append(list, n)
		}
	}
	if m := s.hub.latest(); m != nil && s.Version != "" && m.Known && m.Snapshot.Version != s.Version {
		list = append(list, fmt.Sprintf(t.Trouble.PulseOther, s.Version, m.Snapshot.Version))
	}
	return list
}

// certificateNote is what to say of the certificate; empty while it is well.
func certificateNote(t *text.Words, c *Certificate) string {
	from, until := c.Validity()
	switch state := c.State(); state {
	case CertificateEnded:
		return fmt.Sprintf(t.Trouble.CertEnded, day(until))
	case CertificateEnding:
		return fmt.Sprintf(t.Trouble.CertSoon, day(until))
	case CertificateEarly:
		return fmt.Sprintf(t.Trouble.CertEarly, day(from))
	}
	return ""
}

func day(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }

// watchCertificate logs once a day what is wrong with the certificate, until
// ctx ends.
func (s *Server) watchCertificate(ctx context.Context) {
	if s.Certificate == nil {
		return
	}
	for {
		if state := s.Certificate.State(); state != CertificateWell {
			from, until := s.Certificate.Validity()
			s.Log.Warn("certificate of the console", "state", state, "not_before", from, "not_after", until, "file", s.Certificate.path)
		}
		if !pause(ctx, 24*time.Hour) {
			return
		}
	}
}
