package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"time"
)

// ErrNoSession means that a session has ended, or never was.
var ErrNoSession = errors.New("there is no such session")

// A Session is a browser that is logged in.
type Session struct {
	ID      string // opaque and no secret: one cannot log in with it
	User    string
	Client  string // the address the login came from
	Agent   string // the browser's User-Agent, at most 200 bytes
	Began   time.Time
	Seen    time.Time // the last request, or a page that was open
	Expires time.Time // unless it is used before
}

func scanSession(row interface{ Scan(...any) error }) (Session, error) {
	var v Session
	var began, seen, expires int64
	if err := row.Scan(&v.ID, &v.User, &v.Client, &v.Agent, &began, &seen, &expires); err != nil {
		return Session{}, err
	}
	v.Began, v.Seen, v.Expires = at(began), at(seen), at(expires)
	return v, nil
}

// SessionID returns the ID of the session that belongs to a cookie's token:
// what scs calls the token with HashTokenInStore.
func (s *Store) SessionID(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// SessionList returns user's sessions, or everybody's where user is "", the
// one that began last first.
func (s *Store) SessionList(ctx context.Context, user string) ([]Session, error) {
	out, err := list(ctx, s.db, scanSession, `SELECT token, user, client, agent, began, seen, expiry FROM sessions
		WHERE (?1 = '' OR user = ?1) AND expiry > ?2 AND data <> x'' ORDER BY began DESC, token`, user, s.now().Unix())
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	spares, ended := s.spare.list(s.now())
	out = slices.DeleteFunc(out, func(v Session) bool {
		return slices.Contains(ended, v.ID) || slices.ContainsFunc(spares, func(x spareSession) bool { return x.ID == v.ID })
	})
	for _, v := range spares {
		if user == "" || v.User == user {
			out = append(out, v.Session)
		}
	}
	slices.SortFunc(out, func(a, b Session) int { return cmp.Or(b.Began.Compare(a.Began), cmp.Compare(a.ID, b.ID)) })
	return out, nil
}

// endSpare ends those sessions in memory alone that which chooses, and also
// those of the table where the disk does not take that. It returns how many.
func (s *Store) endSpare(ctx context.Context, user string, which func(Session) bool) (int, error) {
	list, err := s.SessionList(ctx, user)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, v := range list {
		if which(v) {
			s.spare.end(v.ID, v.Expires, false)
			n++
		}
	}
	return n, nil
}

// EndSession ends a session at once. The error may be ErrNoSession.
func (s *Store) EndSession(ctx context.Context, id string) error {
	n, err := affected(s.db.ExecContext(ctx, `UPDATE sessions SET data = x'' WHERE token = ? AND expiry > ? AND data <> x''`, id, s.now().Unix()))
	if err == nil || passing(err) {
		spares, spareErr := s.endSpare(ctx, "", func(v Session) bool { return v.ID == id })
		n, err = n+int64(spares), spareErr
	}
	if err == nil && n == 0 {
		err = ErrNoSession
	}
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// EndSessions ends all of user's sessions, and returns how many there were.
func (s *Store) EndSessions(ctx context.Context, user string) (int, error) {
	n, err := affected(s.db.ExecContext(ctx, `UPDATE sessions SET data = x'' WHERE user = ? AND expiry > ? AND data <> x''`, user, s.now().Unix()))
	if err == nil || passing(err) {
		spares, spareErr := s.endSpare(ctx, user, func(Session) bool { return true })
		n, err = n+int64(spares), spareErr
	}
	if err != nil {
		return 0, fmt.Errorf("end sessions of %s: %w", user, err)
	}
	return int(n), nil
}
