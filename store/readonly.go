package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"

	"golang.org/x/sys/unix"
)

// OpenReadOnly opens the database at path on a disk that takes nothing: of a
// file system that is mounted read-only, or full. Whatever writes fails then,
// but logins, which are kept in memory. A database of another version, or part
// of which is in SQLite's log beside it, is refused.
//
// Nobody may write to the file meanwhile; Restore does not, for this holds the
// lock where there is a file for it.
func OpenReadOnly(ctx context.Context, path string) (_ *Store, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("open console database %s to read: %w", path, err)
		}
	}()
	if err := regular(path); err != nil {
		return nil, err
	}
	if wal, err := os.Stat(path + "-wal"); err == nil && wal.Size() > 0 {
		return nil, fmt.Errorf("part of it is in %s-wal, which cannot be put into it while nothing can be written: %w", path, unix.EROFS)
	}
	l, err := lockToRead(path)
	if err != nil {
		return nil, err
	}
	// immutable: SQLite takes no locks and makes no files beside it
	// (https://sqlite.org/uri.html).
	s, err := connect(ctx, path, url.Values{"mode": {"ro"}, "immutable": {"1"}, "_foreign_keys": {"on"}})
	if err == nil {
		s.readOnly.Store(true)
		s.lock = l
		if err = s.usable(ctx); err == nil {
			return s, nil
		}
		return nil, errors.Join(err, s.Close())
	}
	if l != nil {
		err = errors.Join(err, l.Close())
	}
	return nil, err
}

// ReadOnly tells whether the database was opened by OpenReadOnly, and nothing
// can be written yet.
func (s *Store) ReadOnly() bool { return s.readOnly.Load() }

// Reopen opens a database of OpenReadOnly to be written to, as Open does. Where
// that cannot be, it stays as it is. Neither Reopen nor Close may be called
// meanwhile.
func (s *Store) Reopen(ctx context.Context) error {
	if !s.ReadOnly() {
		return nil
	}
	next, err := Open(ctx, s.path)
	if err != nil {
		return err
	}
	was := s.lock
	s.lock, next.lock = next.lock, was
	s.by.dsn.Store(next.by.dsn.Load())
	s.db.SetMaxIdleConns(0) // those in use end when they are done: IsValid
	s.db.SetMaxIdleConns(idleConnections)
	s.readOnly.Store(false)
	if next.lock == nil {
		return next.db.Close()
	}
	return next.Close()
}

// idleConnections is what package sql keeps unless told otherwise.
const idleConnections = 2

// usable finds out whether the database is whole and of our version.
func (s *Store) usable(ctx context.Context) error {
	if err := s.quickCheck(ctx); err != nil {
		return err
	}
	p, err := s.steps()
	if err != nil {
		return err
	}
	have, want, err := p.GetVersions(ctx)
	switch {
	case err != nil:
		return err
	case have > want:
		return fmt.Errorf("%w: its version is %d, and this one knows only up to %d", ErrNewer, have, want)
	case have < want:
		return fmt.Errorf("its version is %d, and has to be made %d first: %w", have, want, unix.EROFS)
	}
	return nil
}

// lockToRead is lock without writing; nil where there is no file to lock.
func lockToRead(path string) (*os.File, error) {
	f, err := os.OpenFile(path+".lock", os.O_RDONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB); err != nil {
		if errors.Is(err, unix.EWOULDBLOCK) {
			err = ErrRestoring
		}
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
