package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// What may be wrong with a file to restore.
var (
	ErrNoBackup = errors.New("it is no backup of this console")
	ErrDamaged  = errors.New("it is damaged")
)

// BeforeSuffix names the database that a restore replaced, beside it.
const BeforeSuffix = ".before"

// Restore replaces the database at path by the backup from, of OpenBackup,
// after it has checked that it is whole, one of ours and not of a newer
// program. The database there was is kept as path + BeforeSuffix, in place of
// one of an earlier restore. Sessions, the set-up token, a change that waited to
// be confirmed, and alerts that waited to be sent are not restored: they are of
// another time. The error may be ErrInUse where a Store stays open for seconds,
// ErrNoBackup or ErrDamaged.
func Restore(ctx context.Context, from *os.File, path string) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("restore %s from %s: %w", path, from.Name(), err)
		}
	}()
	l, err := lockAlone(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	made := path + ".new"
	defer func() {
		if err != nil {
			err = errors.Join(err, removeAll(made))
		}
	}()
	if err := removeAll(made); err != nil { // of a restore that was cut off
		return err
	}
	if err := copyBackup(from, made); err != nil {
		return err
	}
	if err := prepare(ctx, made); err != nil {
		return err
	}
	if err := swap(ctx, made, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// magic begins every SQLite file (https://sqlite.org/fileformat.html, 1.3).
const magic = "SQLite format 3\x00"

// OpenBackup opens a file for Restore, and finds out whether it could be one.
// It is apart from Restore since it may be another user who can read the file.
// The error may be ErrNoBackup.
func OpenBackup(path string) (_ *os.File, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("restore from %s: %w", path, err)
		}
	}()
	fi, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !fi.Mode().IsRegular() {
		return nil, ErrNoBackup
	}
	// What is in the log of a database in use is not in its file.
	if wal, err := os.Stat(path + "-wal"); err == nil && wal.Size() > 0 {
		return nil, fmt.Errorf("%w: it is a database in use, and part of it is in %s-wal", ErrNoBackup, path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	head := make([]byte, len(magic))
	if _, err := f.ReadAt(head, 0); err != nil || string(head) != magic {
		return nil, errors.Join(ErrNoBackup, f.Close())
	}
	return f, nil
}

// copyBackup copies the database file from to a new file to.
func copyBackup(from *os.File, to string) (err error) {
	fi, err := from.Stat()
	if err != nil {
		return err
	}
	dst, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dst.Close()) }()
	if _, err := io.Copy(dst, io.NewSectionReader(from, 0, fi.Size())); err != nil {
		return err
	}
	return dst.Sync()
}

// prepare checks the database at path and makes it one to go on with.
func prepare(ctx context.Context, path string) (err error) {
	s, err := open(ctx, path, 0)
	if err != nil {
		return damaged(ctx, err)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.check(ctx); err != nil {
		return err
	}
	if err := s.migrate(ctx); err != nil {
		return err
	}
	if err := s.tx(ctx, "forget what is of another time", func(tx *sql.Tx) error {
		for _, table := range []string{"sessions", "setup", "pending", "alert_outbox"} {
			if _, err := tx.ExecContext(ctx, `DELETE FROM `+table); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM settings WHERE key = ?`, alertMemory)
		return err
	}); err != nil {
		return err
	}
	_, err = s.db.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
	return err
}

// check finds out whether the database is ours and whole. The error may be
// ErrNoBackup or ErrDamaged.
func (s *Store) check(ctx context.Context) error {
	var result string
	if err := s.db.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&result); err != nil {
		return damaged(ctx, err)
	}
	if result != "ok" {
		return fmt.Errorf("%w: %s", ErrDamaged, result)
	}
	var tables int
	if err := s.db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE type = 'table'
		AND name IN ('goose_db_version', 'users', 'sessions', 'login_failures', 'audit')`).Scan(&tables); err != nil {
		return err
	}
	if tables != 5 {
		return ErrNoBackup
	}
	rows, err := s.db.QueryContext(ctx, `PRAGMA foreign_key_check`)
	if err != nil {
		return damaged(ctx, err)
	}
	defer rows.Close()
	if rows.Next() {
		return fmt.Errorf("%w: a row refers to one that is not there", ErrDamaged)
	}
	return rows.Err()
}

// damaged is err of SQLite while it reads a file that begins as one of its own.
func damaged(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}

// swap moves the database at path, if there is one, to path+BeforeSuffix, and
// made to path. Where it fails what was there is put back.
func swap(ctx context.Context, made, path string) (err error) {
	before := path + BeforeSuffix
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		// A log without its database must not meet another one.
		return errors.Join(removeSides(path), os.Rename(made, path))
	}
	// Bring what a crash has left in the log into the file. Where that fails,
	// because the file is damaged, both are moved as they are.
	if s, err := open(ctx, path, 0); err == nil {
		s.db.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
		s.Close()
	}
	if err := removeAll(before); err != nil {
		return err
	}
	if err := os.Rename(path, before); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Rename(before, path), renameIfThere(before+"-wal", path+"-wal"))
		}
	}()
	if err := renameIfThere(path+"-wal", before+"-wal"); err != nil {
		return err
	}
	if err := removeSides(path); err != nil {
		return err
	}
	return os.Rename(made, path)
}

func renameIfThere(from, to string) error {
	if err := os.Rename(from, to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// removeAll removes the database at path with the files SQLite has beside it.
func removeAll(path string) error {
	return errors.Join(remove(path), removeSides(path))
}

func removeSides(path string) error { return errors.Join(remove(path+"-wal"), remove(path+"-shm")) }

func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
