package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"time"
	"unicode"
	"unicode/utf8"
)

// What may be wrong with a token.
var (
	ErrNoToken   = errors.New("there is no such token")
	ErrTokenName = errors.New("a token's name is 1 to 64 characters")
	ErrTokens    = fmt.Errorf("nobody has more than %d tokens", MaxTokens)
)

// MaxTokens bounds a user's tokens, those that have expired too.
const MaxTokens = 50

// TokenPrefix lets people, and scanners of published files, see what a secret
// is for.
const TokenPrefix = "pacu_"

const (
	tokenBytes = 32
	noteUse    = time.Minute // how exact Used is: not every use is a write
)

// A Token lets a program in as a user.
type Token struct {
	ID      int64
	Name    string // what it is for
	User    string
	Role    Role // at most the user's
	Created time.Time
	Expires time.Time // zero: never
	Used    time.Time // zero: never
}

const tokenColumns = `id, name, user, role, created, expires, used`

func scanToken(row interface{ Scan(...any) error }) (Token, error) {
	var t Token
	var created, expires, used int64
	if err := row.Scan(&t.ID, &t.Name, &t.User, &t.Role, &created, &expires, &used); err != nil {
		return Token{}, err
	}
	t.Created, t.Expires, t.Used = at(created), at(expires), at(used)
	return t, nil
}

// NewToken makes a token; a zero expires means never. The secret is not kept,
// so this is the only time it can be shown. The error may be ErrNoUser,
// ErrRole, ErrTokenName or ErrTokens.
func (s *Store) NewToken(ctx context.Context, user, name string, role Role, expires time.Time) (secret string, t Token, err error) {
	if !plainLine(name, 64) {
		return "", Token{}, fmt.Errorf("token of %q: %w", user, ErrTokenName)
	}
	b := make([]byte, tokenBytes)
	rand.Read(b) // never fails
	secret = TokenPrefix + base64.RawURLEncoding.EncodeToString(b)
	err = s.tx(ctx, fmt.Sprintf("make token %q of %q", name, user), func(tx *sql.Tx) error {
		var has Role
		err := tx.QueryRowContext(ctx, `SELECT role FROM users WHERE name = ?`, user).Scan(&has)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNoUser
		}
		if err != nil {
			return err
		}
		if !has.Allows(role) {
			return ErrRole
		}
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM tokens WHERE user = ?`, user).Scan(&n); err != nil {
			return err
		}
		if n >= MaxTokens {
			return ErrTokens
		}
		t, err = scanToken(tx.QueryRowContext(ctx, `INSERT INTO tokens (user, name, role, secret, created, expires)
			VALUES (?, ?, ?, ?, ?, ?) RETURNING `+tokenColumns, user, name, role, digest(secret), s.now().Unix(), stamp(expires)))
		return err
	})
	if err != nil {
		return "", Token{}, err
	}
	return secret, t, nil
}

// plainLine reports whether s is 1 to max characters that can be seen.
func plainLine(s string, max int) bool {
	if s == "" || !utf8.ValidString(s) || utf8.RuneCountInString(s) > max {
		return false
	}
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// Tokens returns user's tokens, or all where user is "", newest first; those
// that have expired too.
func (s *Store) Tokens(ctx context.Context, user string) ([]Token, error) {
	out, err := list(ctx, s.db, scanToken, `SELECT `+tokenColumns+` FROM tokens WHERE ?1 = '' OR user = ?1 ORDER BY id DESC`, user)
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return out, nil
}

// RevokeToken deletes a token. The error may be ErrNoToken.
func (s *Store) RevokeToken(ctx context.Context, id int64) error {
	n, err := affected(s.db.ExecContext(ctx, `DELETE FROM tokens WHERE id = ?`, id))
	if err == nil && n == 0 {
		err = ErrNoToken
	}
	if err != nil {
		return fmt.Errorf("revoke token %d: %w", id, err)
	}
	return nil
}

// UseToken returns the token that secret belongs to and notes its use, at
// most once a minute, where the disk takes that. The error is ErrNoToken where
// it is unknown or expired.
func (s *Store) UseToken(ctx context.Context, secret string) (Token, error) {
	now := s.now()
	t, err := scanToken(s.db.QueryRowContext(ctx, `SELECT `+tokenColumns+` FROM tokens
		WHERE secret = ? AND (expires = 0 OR expires > ?)`, digest(secret), now.Unix()))
	if errors.Is(err, sql.ErrNoRows) {
		return Token{}, ErrNoToken
	}
	if err != nil {
		return Token{}, fmt.Errorf("look up token: %w", err)
	}
	if age := now.Sub(t.Used); age >= 0 && age < noteUse { // below 0 the clock was set back
		return t, nil
	}
	t.Used = now.Truncate(time.Second)
	// A disk that takes nothing must not shut out who would see that.
	if _, err := s.db.ExecContext(ctx, `UPDATE tokens SET used = ? WHERE id = ?`, now.Unix(), t.ID); err != nil && !passing(err) {
		return Token{}, fmt.Errorf("note use of token %d: %w", t.ID, err)
	}
	return t, nil
}
