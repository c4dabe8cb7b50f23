package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
)

// What may be wrong with the first set-up.
var (
	ErrHasUsers = errors.New("somebody can log in already")
	ErrNoSetup  = errors.New("no such set-up token, or it has expired")
)

// A WaitError means that too many tries have failed and none is taken yet.
type WaitError struct{ For time.Duration }

// Error implements error.
func (e *WaitError) Error() string {
	return fmt.Sprintf("too many tries have failed: wait %s", e.For.Round(time.Second))
}

const (
	setupBytes = 10 // 80 bits
	setupLimit = time.Hour
	// setupName counts failed tries among the failed logins; no user can have
	// it.
	setupName = " set-up"
)

// setupWords is Crockford's base32 (https://www.crockford.com/base32.html):
// no letter looks like a digit.
var setupWords = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// NewSetup makes the token that lets one person make the first user, within an
// hour: four groups of four letters and digits, 80 bits. The one before it is
// void. The error may be ErrHasUsers.
func (s *Store) NewSetup(ctx context.Context) (string, error) {
	b := make([]byte, setupBytes)
	rand.Read(b) // never fails
	t := setupWords.EncodeToString(b)
	err := s.tx(ctx, "make set-up token", func(tx *sql.Tx) error {
		if err := noUsers(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO setup (one, secret, expires) VALUES (1, ?, ?)
			ON CONFLICT (one) DO UPDATE SET secret = excluded.secret, expires = excluded.expires`,
			digest(t), s.now().Add(setupLimit).Unix()); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM login_failures WHERE name = ?`, tried(setupName))
		return err
	})
	if err != nil {
		return "", err
	}
	return t[:4] + "-" + t[4:8] + "-" + t[8:12] + "-" + t[12:], nil
}

// noUsers returns ErrHasUsers where there is one.
func noUsers(ctx context.Context, tx *sql.Tx) error {
	has, err := hasUsers(ctx, tx)
	if err == nil && has {
		err = ErrHasUsers
	}
	return err
}

// plainSetup is a token as it was made, of what people type.
func plainSetup(typed string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '-', ' ', '\t', '\r', '\n':
			return -1
		case 'o', 'O':
			return '0'
		case 'i', 'I', 'l', 'L':
			return '1'
		}
		return unicode.ToLower(r)
	}, typed)
}

// UseSetup makes user an admin if token is the one NewSetup made last, which
// is used up by that. The error may be ErrNoSetup, ErrHasUsers, a *WaitError,
// ErrUserName or what CheckPassword found wrong; of the last two only one who
// knows the token learns.
func (s *Store) UseSetup(ctx context.Context, token, user, password string) error {
	if wait, err := s.Wait(ctx, setupName); err != nil {
		return err
	} else if wait > 0 {
		return fmt.Errorf("set up: %w", &WaitError{wait})
	}
	secret := digest(plainSetup(token))
	var known bool
	err := s.db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM setup WHERE secret = ? AND expires > ?)`, secret, s.now().Unix()).Scan(&known)
	if err != nil {
		return fmt.Errorf("look up set-up token: %w", err)
	}
	if !known {
		if err := s.Failed(ctx, setupName); err != nil {
			return err
		}
		return fmt.Errorf("set up: %w", ErrNoSetup)
	}
	hash, err := s.checkedHash(ctx, user, Admin, password)
	if err != nil {
		return err
	}
	return s.tx(ctx, "set up", func(tx *sql.Tx) error {
		if err := noUsers(ctx, tx); err != nil {
			return err
		}
		n, err := affected(tx.ExecContext(ctx, `DELETE FROM setup WHERE secret = ?`, secret))
		if err == nil && n == 0 {
			err = ErrNoSetup // somebody made another one meanwhile
		}
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM login_failures WHERE name = ?`, tried(setupName)); err != nil {
			return err
		}
		return s.insertUser(ctx, tx, user, Admin, hash)
	})
}
