package store

import (
	"context"
	"database/sql"
)

// ChangePassword is SetPassword for a user who is there: one who is being
// deleted does not come back by it, let alone as an admin. The error may be
// ErrNoUser or what CheckPassword found wrong.
func (s *Store) ChangePassword(ctx context.Context, user, password string) error {
	hash, err := s.checkedHash(ctx, user, Admin, password)
	if err != nil {
		return err
	}
	return s.tx(ctx, "change password of "+user, func(tx *sql.Tx) error {
		n, err := affected(tx.ExecContext(ctx, `UPDATE users SET password = ?, changed = ? WHERE name = ?`, hash, s.now().Unix(), user))
		if err == nil && n == 0 {
			err = ErrNoUser
		}
		if err != nil {
			return err
		}
		return s.endAll(ctx, tx, user)
	})
}

// endAll ends all of user's sessions, and forgets the failed logins.
func (s *Store) endAll(ctx context.Context, tx *sql.Tx, user string) error {
	s.spare.endUser(user)
	s.spare.succeeded(tried(user))
	if _, err := tx.ExecContext(ctx, `UPDATE sessions SET data = x'' WHERE user = ?`, user); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM login_failures WHERE name = ?`, tried(user))
	return err
}
