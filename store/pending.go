package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// ErrPending means that another change waits to be confirmed.
var ErrPending = errors.New("another change waits to be confirmed")

// Pending is a change that is applied and waits to be confirmed. There is at
// most one, and it outlives the console, so that it can be rolled back after
// a crash.
type Pending struct {
	Who      string
	Note     string
	Began    time.Time
	Deadline time.Time // when it is rolled back
	Before   int64     // the revision to roll back to
	After    int64     // the revision that is applied
	SHA256   string    // of lvs.cf as applied, hex
}

// Pending returns the change that waits; ok is false where there is none.
func (s *Store) Pending(ctx context.Context) (p Pending, ok bool, err error) {
	var began, deadline int64
	err = s.db.QueryRowContext(ctx, `SELECT who, note, began, deadline, before, after, sha256 FROM pending`).
		Scan(&p.Who, &p.Note, &began, &deadline, &p.Before, &p.After, &p.SHA256)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Pending{}, false, nil
	case err != nil:
		return Pending{}, false, fmt.Errorf("look for a pending change: %w", err)
	}
	p.Began, p.Deadline = at(began), at(deadline)
	return p, true, nil
}

// SetPending notes that p waits from now on. The error may be ErrPending.
func (s *Store) SetPending(ctx context.Context, p Pending) error {
	n, err := affected(s.db.ExecContext(ctx, `INSERT INTO pending (one, who, note, began, deadline, before, after, sha256)
		VALUES (1, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (one) DO NOTHING`,
		p.Who, p.Note, stamp(p.Began), stamp(p.Deadline), p.Before, p.After, p.SHA256))
	if err == nil && n == 0 {
		err = ErrPending
	}
	if err != nil {
		return fmt.Errorf("note change of %s: %w", p.Who, err)
	}
	return nil
}

// EndPending notes that no change waits any more: it was confirmed or rolled
// back. Where none waits, a disk that takes nothing is no trouble.
func (s *Store) EndPending(ctx context.Context) error {
	if _, waits, err := s.Pending(ctx); err == nil && !waits {
		return nil
	}
	if _, err := s.db.ExecContext(ctx, `DELETE FROM pending`); err != nil {
		return fmt.Errorf("end pending change: %w", err)
	}
	return nil
}
