package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// The session values that the store looks at.
const (
	UserKey   = "user"   // who is logged in; only sessions that have it are kept
	ClientKey = "client" // the address the login came from
	AgentKey  = "agent"  // the browser's User-Agent then
)

// longestSession bounds how long the end of a session is remembered in memory.
const longestSession = 24 * time.Hour

// clockSlack is how far ahead of the clock a session may have been seen: a clock
// that is steered goes back by less.
const clockSlack = time.Minute

// Bounds of what a browser says of itself, in bytes.
const (
	maxClient = 64
	maxAgent  = 200
)

// Sessions is the scs.CtxStore of a Store. It needs Codec, and
// SessionManager.HashTokenInStore.
//
// A session that was ended keeps its row, without data, until it would have
// expired: a request that was under way meanwhile must not bring it back by
// committing what it had loaded.
//
// What the disk does not take is kept in memory until it does, or the process
// ends: a full disk must not shut out who could clear it.
type Sessions struct{ s *Store }

// Sessions returns the store of sessions.
func (s *Store) Sessions() *Sessions { return &Sessions{s} }

// Codec is the scs.Codec of sessions: JSON, so that CommitCtx can see whose
// they are.
type Codec struct{}

type session struct {
	Deadline time.Time      `json:"deadline"`
	Values   map[string]any `json:"values"`
}

// Encode implements scs.Codec.
func (Codec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	b, err := json.Marshal(session{deadline, values})
	if err != nil {
		return nil, fmt.Errorf("encode session: %w", err)
	}
	return b, nil
}

// Decode implements scs.Codec.
func (Codec) Decode(b []byte) (time.Time, map[string]any, error) {
	var v session
	if err := json.Unmarshal(b, &v); err != nil {
		return time.Time{}, nil, fmt.Errorf("decode session: %w", err)
	}
	if v.Values == nil {
		v.Values = map[string]any{}
	}
	return v.Deadline, v.Values, nil
}

// FindCtx implements scs.CtxStore.
func (s *Sessions) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	if v, ok := s.s.spare.find(token, s.s.now()); ok {
		return v.data, v.data != nil, nil
	}
	var b []byte
	err := s.s.db.QueryRowContext(ctx, `SELECT data FROM sessions WHERE token = ? AND expiry > ? AND data <> x''`, token, s.s.now().Unix()).Scan(&b)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, false, nil
	case err != nil:
		return nil, false, fmt.Errorf("find session: %w", err)
	}
	return b, true, nil
}

// CommitCtx implements scs.CtxStore. It also sweeps out what has expired. It
// does nothing to a session that was ended.
func (s *Sessions) CommitCtx(ctx context.Context, token string, b []byte, expiry time.Time) error {
	_, values, err := Codec{}.Decode(b)
	if err != nil {
		return err
	}
	user, ok := values[UserKey].(string)
	if !ok {
		return errors.New("commit session: it has no user")
	}
	client, _ := values[ClientKey].(string)
	agent, _ := values[AgentKey].(string)
	at := s.s.now()
	v := spareSession{data: b, Session: Session{
		ID: token, User: user, Client: shorten(client, maxClient), Agent: shorten(agent, maxAgent), Began: at, Seen: at, Expires: expiry,
	}}
	switch err = s.commit(ctx, v); {
	case err == nil:
		s.s.spare.written(token)
		return nil
	case passing(err):
		return s.spareCommit(ctx, v, err)
	}
	return fmt.Errorf("commit session of %s: %w", user, err)
}

// spareCommit keeps a session in memory, because of why.
func (s *Sessions) spareCommit(ctx context.Context, v spareSession, why error) error {
	var ended bool
	if err := s.s.db.QueryRowContext(ctx, `SELECT count(*) FROM sessions WHERE token = ? AND data = x''`, v.ID).Scan(&ended); err != nil {
		return fmt.Errorf("commit session of %s: %w, and: %w", v.User, why, err)
	}
	if ended {
		return nil
	}
	if !s.s.spare.put(v.ID, v, s.s.now()) {
		return fmt.Errorf("commit session of %s: %w, and there are too many in memory", v.User, why)
	}
	return nil
}

// commit writes a session, and the ends of those that were ended while the disk
// took nothing.
func (s *Sessions) commit(ctx context.Context, v spareSession) error {
	// Where the clock was set back since a session was seen, it would live longer
	// by as much: it gets what it had left then.
	_, err := s.s.db.ExecContext(ctx, `UPDATE sessions SET expiry = expiry - seen + ?1, began = min(began, ?1), seen = ?1 WHERE seen > ?1 + ?2`,
		v.Seen.Unix(), int64(clockSlack/time.Second))
	if err != nil {
		return err
	}
	if _, err := s.s.db.ExecContext(ctx, `DELETE FROM sessions WHERE expiry <= ?`, v.Seen.Unix()); err != nil {
		return err
	}
	_, ended := s.s.spare.list(v.Seen)
	for _, token := range ended {
		if _, err := s.s.db.ExecContext(ctx, `UPDATE sessions SET data = x'' WHERE token = ?`, token); err != nil {
			return err
		}
	}
	if kept, ok := s.s.spare.find(v.ID, v.Seen); !ok || kept.data != nil {
		_, err := s.s.db.ExecContext(ctx, `INSERT INTO sessions (token, user, data, expiry, began, seen, client, agent) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (token) DO UPDATE SET user = excluded.user, data = excluded.data, expiry = excluded.expiry,
				seen = excluded.seen, client = excluded.client, agent = excluded.agent
			WHERE sessions.data <> x''`,
			v.ID, v.User, v.data, v.Expires.Unix(), v.Began.Unix(), v.Seen.Unix(), v.Client, v.Agent)
		if err != nil {
			return err
		}
	}
	for _, token := range ended {
		s.s.spare.end(token, time.Time{}, true)
	}
	return nil
}

// DeleteCtx implements scs.CtxStore.
func (s *Sessions) DeleteCtx(ctx context.Context, token string) error {
	_, err := s.s.db.ExecContext(ctx, `UPDATE sessions SET data = x'' WHERE token = ?`, token)
	if err != nil && !passing(err) {
		return fmt.Errorf("end session: %w", err)
	}
	s.s.spare.end(token, s.s.now().Add(longestSession), err == nil)
	return nil
}

// Find implements scs.Store.
func (s *Sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit implements scs.Store.
func (s *Sessions) Commit(token string, b []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, b, expiry)
}

// Delete implements scs.Store.
func (s *Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
