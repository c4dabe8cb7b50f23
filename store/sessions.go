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
	if _, err := s.s.db.ExecContext(ctx, `DELETE FROM sessions WHERE expiry <= ?`, s.s.now().Unix()); err != nil {
		return fmt.Errorf("sweep sessions: %w", err)
	}
	client, _ := values[ClientKey].(string)
	agent, _ := values[AgentKey].(string)
	now := s.s.now().Unix()
	_, err = s.s.db.ExecContext(ctx, `INSERT INTO sessions (token, user, data, expiry, began, seen, client, agent) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (token) DO UPDATE SET user = excluded.user, data = excluded.data, expiry = excluded.expiry,
			seen = excluded.seen, client = excluded.client, agent = excluded.agent
		WHERE sessions.data <> x''`,
		token, user, b, expiry.Unix(), now, now, shorten(client, maxClient), shorten(agent, maxAgent))
	if err != nil {
		return fmt.Errorf("commit session of %s: %w", user, err)
	}
	return nil
}

// DeleteCtx implements scs.CtxStore.
func (s *Sessions) DeleteCtx(ctx context.Context, token string) error {
	if _, err := s.s.db.ExecContext(ctx, `UPDATE sessions SET data = x'' WHERE token = ?`, token); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
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
