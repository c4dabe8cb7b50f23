package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
)

// Bounds of the audit: the oldest entries go first, and older ones lose
// Before and After before they go.
const (
	auditKeep      = 100_000
	auditKeepTexts = 10_000
	maxAuditWord   = 256      // bytes of Who, What and Client
	maxAuditNote   = 4 << 10  // bytes of Object and Note
	maxAuditText   = 16 << 10 // bytes of Before and After
	maxAuditPage   = 1000     // entries in one answer
)

// An Entry is one thing somebody did. It never holds a secret.
type Entry struct {
	ID     int64 // grows
	Time   time.Time
	Who    string // a user, or an address where nobody was logged in
	What   string // a word: login, logout, save, reload, password
	Object string // what it was done to: a user, a virtual, a revision
	Note   string // for people
	Client string // the address it came from
	Before string // of the object, at most 16 KiB
	After  string
}

const entryColumns = `id, time, who, what, note, object, client, before, after`

func scanEntry(row interface{ Scan(...any) error }) (Entry, error) {
	var e Entry
	var seconds int64
	if err := row.Scan(&e.ID, &seconds, &e.Who, &e.What, &e.Note, &e.Object, &e.Client, &e.Before, &e.After); err != nil {
		return Entry{}, err
	}
	e.Time = at(seconds)
	return e, nil
}

// Record adds an entry to the audit, with the time of now where it has none.
// What is longer than its bound is cut.
func (s *Store) Record(ctx context.Context, e Entry) error {
	if e.Time.IsZero() {
		e.Time = s.now()
	}
	return s.tx(ctx, fmt.Sprintf("record %s by %s", e.What, e.Who), func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `INSERT INTO audit (time, who, what, note, object, client, before, after) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			e.Time.Unix(), shorten(e.Who, maxAuditWord), shorten(e.What, maxAuditWord), shorten(e.Note, maxAuditNote),
			shorten(e.Object, maxAuditNote), shorten(e.Client, maxAuditWord), shorten(e.Before, maxAuditText), shorten(e.After, maxAuditText))
		if err != nil {
			return err
		}
		id, err := res.LastInsertId()
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE audit SET before = '', after = '' WHERE id = ?`, id-auditKeepTexts); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM audit WHERE id <= ?`, id-auditKeep)
		return err
	})
}

// An AuditQuery chooses entries; what is zero chooses all.
type AuditQuery struct {
	Who    string
	What   string
	Text   string // somewhere in Who, What, Object, Note or Client, in any case of a to z
	Before int64  // only entries with a smaller ID
	N      int    // at most so many, and never more than 1000
}

// Audit returns the entries that q chooses, newest first.
func (s *Store) Audit(ctx context.Context, q AuditQuery) ([]Entry, error) {
	if q.N <= 0 || q.N > maxAuditPage {
		q.N = maxAuditPage
	}
	where, args := []string{"1"}, []any{}
	and := func(condition string, values ...any) {
		where, args = append(where, condition), append(args, values...)
	}
	if q.Who != "" {
		and(`who = ?`, q.Who)
	}
	if q.What != "" {
		and(`what = ?`, q.What)
	}
	if q.Before != 0 {
		and(`id < ?`, q.Before)
	}
	if q.Text != "" {
		like := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(q.Text) + "%"
		and(`(who LIKE ? ESCAPE '\' OR what LIKE ? ESCAPE '\' OR object LIKE ? ESCAPE '\' OR note LIKE ? ESCAPE '\' OR client LIKE ? ESCAPE '\')`,
			like, like, like, like, like)
	}
	out, err := list(ctx, s.db, scanEntry, `SELECT `+entryColumns+` FROM audit WHERE `+strings.Join(where, " AND ")+` ORDER BY id DESC LIMIT ?`, append(args, q.N)...)
	if err != nil {
		return nil, fmt.Errorf("read audit: %w", err)
	}
	return out, nil
}
