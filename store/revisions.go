package store

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"
)

// ErrNoRevision means that there is no such revision, or not any more.
var ErrNoRevision = errors.New("there is no such revision")

// Bounds of the history: the oldest revisions go first. The latest, and those
// of a change that waits to be confirmed, always stay.
const (
	keepRevisions = 1000
	keepBytes     = 256 << 20 // of bodies as they are kept
)

// An Origin says how a revision came about.
type Origin string

// The origins.
const (
	Saved      Origin = "save"     // by somebody in the console
	ByHand     Origin = "hand"     // found on the disk
	Fetched    Origin = "fetch"    // from the other router
	Restored   Origin = "restore"  // an old revision again
	RolledBack Origin = "rollback" // a change that was not confirmed
)

// A Revision is lvs.cf as it was at a time.
type Revision struct {
	ID     int64 // grows, and is never used again
	Time   time.Time
	Who    string
	Note   string
	Origin Origin
	Serial int    // its serial_no
	SHA256 string // of the text, hex
	Size   int    // of the text, bytes
}

const revisionColumns = `id, time, who, note, origin, serial, sha256, size`

func scanRevision(row interface{ Scan(...any) error }) (Revision, error) {
	var r Revision
	var seconds int64
	if err := row.Scan(&r.ID, &seconds, &r.Who, &r.Note, &r.Origin, &r.Serial, &r.SHA256, &r.Size); err != nil {
		return Revision{}, err
	}
	r.Time = at(seconds)
	return r, nil
}

// AddRevision adds a revision with text and returns it with ID, SHA256, Size
// and, where it had none, Time. Where text is that of the latest revision it
// adds none and returns the latest.
func (s *Store) AddRevision(ctx context.Context, r Revision, text []byte) (Revision, error) {
	sum := sha256.Sum256(text)
	r.SHA256, r.Size = hex.EncodeToString(sum[:]), len(text)
	if r.Time.IsZero() {
		r.Time = s.now()
	}
	if latest, err := s.LatestRevision(ctx); err == nil && latest.SHA256 == r.SHA256 {
		return latest, nil
	} else if err != nil && !errors.Is(err, ErrNoRevision) {
		return Revision{}, err
	}
	body, err := pack(text)
	if err != nil {
		return Revision{}, fmt.Errorf("add revision by %s: %w", r.Who, err)
	}
	err = s.tx(ctx, "add revision by "+r.Who, func(tx *sql.Tx) error {
		// Asked again: another may have been added while this one was packed.
		if latest, err := latestRevision(ctx, tx); err == nil && latest.SHA256 == r.SHA256 {
			r = latest
			return nil
		} else if err != nil && !errors.Is(err, ErrNoRevision) {
			return err
		}
		r, err = scanRevision(tx.QueryRowContext(ctx, `INSERT INTO revisions (time, who, note, origin, serial, sha256, size, packed, body)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING `+revisionColumns,
			r.Time.Unix(), r.Who, r.Note, r.Origin, r.Serial, r.SHA256, r.Size, len(body), body))
		if err != nil {
			return err
		}
		return trimRevisions(ctx, tx, keepRevisions, keepBytes)
	})
	if err != nil {
		return Revision{}, err
	}
	return r, nil
}

// trimRevisions drops the oldest until at most n with bodies of size bytes
// are left.
func trimRevisions(ctx context.Context, tx *sql.Tx, n, size int64) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM revisions WHERE id IN (
			SELECT id FROM (SELECT id, row_number() OVER newest AS n, sum(packed) OVER newest AS size FROM revisions
				WINDOW newest AS (ORDER BY id DESC))
			WHERE n > 1 AND (n > ? OR size > ?))
		AND id NOT IN (SELECT before FROM pending UNION SELECT after FROM pending)`, n, size)
	return err
}

// Revisions returns at most n revisions older than the one with ID before,
// newest first; before 0: from the newest on.
func (s *Store) Revisions(ctx context.Context, before int64, n int) ([]Revision, error) {
	out, err := list(ctx, s.db, scanRevision, `SELECT `+revisionColumns+` FROM revisions
		WHERE ?1 = 0 OR id < ?1 ORDER BY id DESC LIMIT ?2`, before, max(n, 0))
	if err != nil {
		return nil, fmt.Errorf("list revisions: %w", err)
	}
	return out, nil
}

// Revision returns a revision and its text. The error may be ErrNoRevision.
func (s *Store) Revision(ctx context.Context, id int64) (Revision, []byte, error) {
	var body []byte
	r, err := scanRevision(appended{s.db.QueryRowContext(ctx, `SELECT `+revisionColumns+`, body FROM revisions WHERE id = ?`, id), &body})
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNoRevision
	}
	if err != nil {
		return Revision{}, nil, fmt.Errorf("revision %d: %w", id, err)
	}
	text, err := unpack(body, r)
	if err != nil {
		return Revision{}, nil, fmt.Errorf("revision %d is damaged: %w", id, err)
	}
	return r, text, nil
}

// FindRevision returns a revision without its text. The error may be
// ErrNoRevision.
func (s *Store) FindRevision(ctx context.Context, id int64) (Revision, error) {
	r, err := scanRevision(s.db.QueryRowContext(ctx, `SELECT `+revisionColumns+` FROM revisions WHERE id = ?`, id))
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNoRevision
	}
	if err != nil {
		return Revision{}, fmt.Errorf("revision %d: %w", id, err)
	}
	return r, nil
}

// appended is a row with one column more than its scanner knows.
type appended struct {
	row  *sql.Row
	more any
}

func (a appended) Scan(dest ...any) error { return a.row.Scan(append(dest, a.more)...) }

// LatestRevision returns the newest revision. The error may be ErrNoRevision.
func (s *Store) LatestRevision(ctx context.Context) (Revision, error) {
	r, err := latestRevision(ctx, s.db)
	if err != nil {
		return Revision{}, fmt.Errorf("latest revision: %w", err)
	}
	return r, nil
}

func latestRevision(ctx context.Context, q querier) (Revision, error) {
	r, err := scanRevision(q.QueryRowContext(ctx, `SELECT `+revisionColumns+` FROM revisions ORDER BY id DESC LIMIT 1`))
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNoRevision
	}
	return r, err
}

func pack(text []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := zlib.NewWriterLevel(&b, zlib.BestSpeed)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// mostAtOnce bounds what is made room for before there is a text.
const mostAtOnce = 16 << 20

// unpack returns the text of r, and no more than r says there is.
func unpack(body []byte, r Revision) ([]byte, error) {
	z, err := zlib.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.Grow(min(r.Size, mostAtOnce) + bytes.MinRead)
	if _, err := b.ReadFrom(io.LimitReader(z, int64(r.Size)+1)); err != nil {
		return nil, err
	}
	text := b.Bytes()
	if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != r.SHA256 {
		return nil, errors.New("its text is not what it was")
	}
	return text, nil
}
