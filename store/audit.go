package store

import (
	"context"
	"fmt"
	"time"
)

// auditKeep bounds the audit: the oldest entries beyond it are dropped.
const auditKeep = 100_000

// An Entry is one thing somebody did.
type Entry struct {
	Time time.Time
	Who  string // a user, or an address where nobody was logged in
	What string // a word: login, logout, save, reload, password
	Note string // for people; never a secret
}

// Record adds an entry to the audit, with the time of now.
func (s *Store) Record(ctx context.Context, who, what, note string) error {
	res, err := s.db.ExecContext(ctx, `INSERT INTO audit (time, who, what, note) VALUES (?, ?, ?, ?)`, s.now().Unix(), who, what, note)
	if err != nil {
		return fmt.Errorf("record %s by %s: %w", what, who, err)
	}
	id, err := res.LastInsertId()
	if err != nil {
		return fmt.Errorf("record %s by %s: %w", what, who, err)
	}
	if _, err := s.db.ExecContext(ctx, `DELETE FROM audit WHERE id <= ?`, id-auditKeep); err != nil {
		return fmt.Errorf("shorten audit: %w", err)
	}
	return nil
}

// Audit returns the latest n entries, newest first.
func (s *Store) Audit(ctx context.Context, n int) ([]Entry, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT time, who, what, note FROM audit ORDER BY id DESC LIMIT ?`, n)
	if err != nil {
		return nil, fmt.Errorf("read audit: %w", err)
	}
	defer rows.Close()
	var out []Entry
	for rows.Next() {
		var e Entry
		var at int64
		if err := rows.Scan(&at, &e.Who, &e.What, &e.Note); err != nil {
			return nil, fmt.Errorf("read audit: %w", err)
		}
		e.Time = time.Unix(at, 0)
		out = append(out, e)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read audit: %w", err)
	}
	return out, nil
}
