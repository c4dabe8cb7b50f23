package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
)

// ErrUserName means that a name cannot be a user's.
var ErrUserName = errors.New("a user's name is 1 to 32 small letters, digits, '.', '_' and '-', and starts with a letter")

var userName = regexp.MustCompile(`^[a-z][a-z0-9._-]{0,31}$`)

// HasUsers reports whether anyone can log in yet.
func (s *Store) HasUsers(ctx context.Context) (bool, error) {
	var yes bool
	err := s.db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM users)`).Scan(&yes)
	if err != nil {
		return false, fmt.Errorf("look for users: %w", err)
	}
	return yes, nil
}

// SetPassword gives user a password, making the user where there is none, and
// forgets the failed logins and ends all sessions of the user. It returns
// ErrUserName or what CheckPassword found wrong.
func (s *Store) SetPassword(ctx context.Context, user, password string) error {
	if !userName.MatchString(user) {
		return fmt.Errorf("user %q: %w", user, ErrUserName)
	}
	if err := CheckPassword(user, password); err != nil {
		return err
	}
	s.hashing <- struct{}{}
	hash := hashPassword(password)
	<-s.hashing

	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("set password of %s: %w", user, err)
	}
	defer tx.Rollback()
	now := s.now().Unix()
	for _, q := range []struct {
		sql  string
		args []any
	}{
		{`INSERT INTO users (name, password, created, changed) VALUES (?, ?, ?, ?)
		  ON CONFLICT (name) DO UPDATE SET password = excluded.password, changed = excluded.changed`, []any{user, hash, now, now}},
		{`UPDATE sessions SET data = x'' WHERE user = ?`, []any{user}},
		{`DELETE FROM login_failures WHERE name = ?`, []any{user}},
	} {
		if _, err := tx.ExecContext(ctx, q.sql, q.args...); err != nil {
			return fmt.Errorf("set password of %s: %w", user, err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("set password of %s: %w", user, err)
	}
	return nil
}

// Verify reports whether password is user's. It takes as long for a user that
// does not exist, and at most two at once are worked on.
func (s *Store) Verify(ctx context.Context, user, password string) (bool, error) {
	if len(password) > MaxPassword {
		return false, nil
	}
	var hash string
	err := s.db.QueryRowContext(ctx, `SELECT password FROM users WHERE name = ?`, user).Scan(&hash)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		hash = dummyHash
	case err != nil:
		return false, fmt.Errorf("look up user %q: %w", user, err)
	}
	select {
	case s.hashing <- struct{}{}:
		defer func() { <-s.hashing }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	ok, err := matchPassword(hash, password)
	if err != nil {
		return false, fmt.Errorf("user %q: %w", user, err)
	}
	return ok, nil
}
