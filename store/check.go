package store

import (
	"context"
	"fmt"
	"time"
)

// checkLimit is how long the database may be looked through at the start. What
// has not been seen by then SQLite finds damaged when it gets there.
const checkLimit = 5 * time.Second

// quickCheck finds out whether the database is whole, as far as that can be
// seen in a few seconds. The error may be ErrDamaged.
func (s *Store) quickCheck(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	var result string
	err := s.db.QueryRowContext(limited, `PRAGMA quick_check(1)`).Scan(&result)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case limited.Err() != nil:
		return nil
	case err != nil && TroubleOf(err) == Damaged:
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	case err != nil:
		return err
	case result != "ok":
		return fmt.Errorf("%w: %s", ErrDamaged, result)
	}
	return nil
}
