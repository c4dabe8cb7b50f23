package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

const (
	freeFailures = 5                // in a row, before one has to wait
	maxWait      = 15 * time.Minute // the longest wait: an owner is never locked out for good
	forgetAfter  = 24 * time.Hour   // without another failure
)

// waitAfter is how long after the last of n failures in a row the next try is
// taken: nothing for the first few, then 2 s, 4 s, 8 s ...
func waitAfter(n int) time.Duration {
	if n < freeFailures {
		return 0
	}
	shift := n - freeFailures + 1
	if shift > 9 {
		return maxWait
	}
	return min(time.Second<<shift, maxWait)
}

// Wait returns how long from now no login as name is taken, because too many
// have failed; 0 when one may be tried.
func (s *Store) Wait(ctx context.Context, name string) (time.Duration, error) {
	var count int
	var last int64
	err := s.db.QueryRowContext(ctx, `SELECT count, last FROM login_failures WHERE name = ?`, tried(name)).Scan(&count, &last)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("look up failed logins: %w", err)
	}
	now := s.now()
	if last > now.Unix() {
		// The clock was set back. The wait begins now, or it would not end before
		// that time comes again. A disk that takes nothing makes it last until it
		// does.
		last = now.Unix()
		_, err := s.db.ExecContext(ctx, `UPDATE login_failures SET last = ?2 WHERE name = ?1 AND last > ?2`, tried(name), last)
		if err != nil && !passing(err) {
			return 0, fmt.Errorf("look up failed logins: %w", err)
		}
	}
	before := time.Unix(last, 0)
	if more := s.spare.tried(tried(name)); more.count > 0 { // those that the disk did not take
		count, before = count+more.count, more.last
	}
	return max(0, before.Add(waitAfter(count)).Sub(now)), nil
}

// Failed counts a failed login as name: in memory where the disk does not take
// it.
func (s *Store) Failed(ctx context.Context, name string) error {
	err := s.failed(ctx, name)
	if passing(err) {
		s.spare.failed(tried(name), s.now())
		return nil
	}
	return err
}

func (s *Store) failed(ctx context.Context, name string) error {
	now := s.now()
	if _, err := s.db.ExecContext(ctx, `DELETE FROM login_failures WHERE last < ?`, now.Add(-forgetAfter).Unix()); err != nil {
		return fmt.Errorf("forget failed logins: %w", err)
	}
	_, err := s.db.ExecContext(ctx, `INSERT INTO login_failures (name, count, last) VALUES (?, 1, ?)
		ON CONFLICT (name) DO UPDATE SET count = count + 1, last = excluded.last`, tried(name), now.Unix())
	if err != nil {
		return fmt.Errorf("count failed login: %w", err)
	}
	return nil
}

// Succeeded forgets the failed logins as name, and notes the login of that
// user. Where the disk does not take that, what is on it stays: one who has the
// password may have to wait, and can still come in.
func (s *Store) Succeeded(ctx context.Context, name string) error {
	s.spare.succeeded(tried(name))
	err := s.tx(ctx, fmt.Sprintf("note login of %q", name), func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM login_failures WHERE name = ?`, tried(name)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE users SET last_login = ? WHERE name = ?`, s.now().Unix(), name)
		return err
	})
	if passing(err) {
		return nil
	}
	return err
}

// tried is how the table calls a name that somebody tried: by 32 bits of its
// SHA-256, which tell users apart and do not tell what was typed. It may be a
// password in the wrong field.
func tried(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:4])
}
