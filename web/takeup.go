package web

import (
	"context"
	"errors"
	"time"

	"pacu/store"
)

// A draftNote is what is known of a user's draft besides its text.
type draftNote struct {
	Version int64        // of the draft that Origin is about
	Origin  store.Origin //
	Kept    []byte       // a draft that another took the place of
	KeptAt  time.Time    // zero: none
}

func draftKey(user string) string { return "draft of " + user }

func (s *Server) draftNote(ctx context.Context, user string) (n draftNote, err error) {
	_, err = s.Store.Setting(ctx, draftKey(user), &n)
	return n, err
}

// draftOrigin is how the history calls user's draft of version.
func (s *Server) draftOrigin(ctx context.Context, user string, version int64) store.Origin {
	n, err := s.draftNote(ctx, user)
	if err != nil {
		s.Log.Error("look how a draft came about", "user", user, "error", err)
	}
	if err == nil && n.Version == version && n.Origin != "" {
		return n.Origin
	}
	return store.Saved
}

// forgetDraft ends what is known of user's draft, and the copy put by.
func (s *Server) forgetDraft(ctx context.Context, user string) error {
	return s.Store.SetSetting(ctx, draftKey(user), draftNote{})
}

// takeUp makes text user's draft, begun from lvs.cf as it is now; a draft that
// they have is put by as a copy. Origin is what the history says of it, should
// it be applied as it is. The error matches errNotText for what is no text.
func (s *Server) takeUp(ctx context.Context, user string, text []byte, origin store.Origin) (*draft, error) {
	if !isText(text) {
		return nil, errNotText
	}
	for {
		disk, err := s.desk.onDisk()
		if err != nil {
			return nil, err
		}
		was, err := s.desk.open(ctx, user)
		if err != nil {
			return nil, err
		}
		d, err := s.replaceDraft(ctx, user, was, disk, text, origin)
		if !errors.Is(err, store.ErrDraftMoved) {
			return d, err
		}
	}
}

// replaceDraft makes text the next draft of user, begun from disk, where was is
// the one they have; a copy of that is put by. The error matches
// store.ErrDraftMoved when they have another by now.
func (s *Server) replaceDraft(ctx context.Context, user string, was, disk *draft, text []byte, origin store.Origin) (*draft, error) {
	next, err := s.Store.SaveDraft(ctx, store.Draft{
		User: user, Base: disk.Base, BaseText: disk.BaseText, Text: text, Version: was.Version,
	})
	if err != nil {
		return nil, err
	}
	n, err := s.draftNote(ctx, user)
	if err != nil {
		return nil, err
	}
	n.Version, n.Origin = next.Version, origin
	if was.Version != 0 {
		n.Kept, n.KeptAt = was.Text, time.Now()
	}
	if err := s.Store.SetSetting(ctx, draftKey(user), n); err != nil {
		return nil, err
	}
	return s.desk.keep(next), nil
}
