package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// ErrDraftMoved means that a draft was changed meanwhile, as in another
// window.
var ErrDraftMoved = errors.New("the draft was changed meanwhile")

// NoBase is the Base of a draft that began without an lvs.cf.
const NoBase = "none"

// A Draft is what a user has changed and not yet applied. It outlives the
// session.
type Draft struct {
	User     string
	Base     string // SHA-256, hex, of the lvs.cf it began from; or NoBase
	BaseText []byte // that lvs.cf
	Text     []byte // lvs.cf as the user wants it
	Changed  time.Time
	Version  int64 // of this text; no other draft ever had it
}

// Draft returns user's draft; ok is false where there is none.
func (s *Store) Draft(ctx context.Context, user string) (d Draft, ok bool, err error) {
	d = Draft{User: user}
	var changed int64
	err = s.db.QueryRowContext(ctx, `SELECT d.version, d.changed, d.base, d.text, b.text FROM drafts d JOIN draft_bases b USING (user)
		WHERE d.user = ?`, user).Scan(&d.Version, &changed, &d.Base, &d.Text, &d.BaseText)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Draft{}, false, nil
	case err != nil:
		return Draft{}, false, fmt.Errorf("draft of %s: %w", user, err)
	}
	d.Changed = at(changed)
	return d, true, nil
}

// DraftVersion returns the version of user's draft, without reading its text,
// and when it was changed; 0 where there is none.
func (s *Store) DraftVersion(ctx context.Context, user string) (version int64, changed time.Time, err error) {
	version, seconds, err := draftVersion(ctx, s.db, user)
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("draft of %s: %w", user, err)
	}
	return version, at(seconds), nil
}

func draftVersion(ctx context.Context, q querier, user string) (version, changed int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT version, changed FROM drafts WHERE user = ?`, user).Scan(&version, &changed)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return version, changed, err
}

// SaveDraft keeps d and returns it with its new Version and Changed. Its
// Version is the one it was made from, 0 where there was none. The error may
// be ErrDraftMoved or ErrNoUser.
func (s *Store) SaveDraft(ctx context.Context, d Draft) (Draft, error) {
	d.Changed = s.now().Truncate(time.Second)
	err := s.tx(ctx, "save draft of "+d.User, func(tx *sql.Tx) error {
		now, _, err := draftVersion(ctx, tx, d.User)
		if err != nil {
			return err
		}
		if now != d.Version {
			return ErrDraftMoved
		}
		var known bool
		if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM users WHERE name = ?)`, d.User).Scan(&known); err != nil {
			return err
		}
		if !known {
			return ErrNoUser
		}
		if err := tx.QueryRowContext(ctx, `UPDATE draft_versions SET last = last + 1 RETURNING last`).Scan(&d.Version); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO drafts (user, version, changed, base, text) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (user) DO UPDATE SET version = excluded.version, changed = excluded.changed, base = excluded.base, text = excluded.text`,
			d.User, d.Version, d.Changed.Unix(), d.Base, bytesNotNull(d.Text)); err != nil {
			return err
		}
		var same bool
		if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM draft_bases WHERE user = ? AND base = ?)`, d.User, d.Base).Scan(&same); err != nil || same {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO draft_bases (user, base, text) VALUES (?, ?, ?)
			ON CONFLICT (user) DO UPDATE SET base = excluded.base, text = excluded.text`, d.User, d.Base, bytesNotNull(d.BaseText))
		return err
	})
	if err != nil {
		return Draft{}, err
	}
	return d, nil
}

// bytesNotNull is b as a blob: nil would be a NULL.
func bytesNotNull(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// DropDraft forgets user's draft of that version. The error is ErrDraftMoved
// when theirs is another, or gone.
func (s *Store) DropDraft(ctx context.Context, user string, version int64) error {
	res, err := s.db.ExecContext(ctx, `DELETE FROM drafts WHERE user = ? AND version = ?`, user, version)
	if err != nil {
		return fmt.Errorf("drop draft of %s: %w", user, err)
	}
	if n, err := res.RowsAffected(); err != nil {
		return fmt.Errorf("drop draft of %s: %w", user, err)
	} else if n == 0 {
		return ErrDraftMoved
	}
	return nil
}
