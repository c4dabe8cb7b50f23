package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/pressly/goose/v3"

	"pacu/migrations"
)

// A Store is the console's database. It is safe for concurrent use.
type Store struct {
	db   *sql.DB
	now  func() time.Time
	lock *os.File
	// hashing bounds how many passwords are hashed at once: each takes
	// 19 MiB, and anyone may knock at the login page.
	hashing chan struct{}
}

// Open opens the database at path, making it with mode 0600 where there is
// none, and brings its tables up to date. Errors name the file; one may be
// ErrRestoring.
func Open(ctx context.Context, path string) (*Store, error) {
	l, err := lock(path, false)
	if err != nil {
		return nil, fmt.Errorf("open console database %s: %w", path, err)
	}
	// SQLite would make the file with the umask's mode; -wal and -shm take
	// the mode of the file itself.
	s, err := open(ctx, path, os.O_CREATE)
	if err == nil {
		s.lock = l
		if err = s.migrate(ctx); err != nil {
			err = errors.Join(err, s.db.Close())
		}
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open console database %s: %w", path, err), l.Close())
	}
	return s, nil
}

// open opens the database at path as it is; flag may be os.O_CREATE.
func open(ctx context.Context, path string, flag int) (*Store, error) {
	f, err := os.OpenFile(path, os.O_RDWR|flag, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	dsn := url.URL{Scheme: "file", Path: abs, RawQuery: url.Values{
		"_journal_mode": {"WAL"},
		"_synchronous":  {"NORMAL"},
		"_foreign_keys": {"on"},
		"_busy_timeout": {"5000"},
		"_txlock":       {"immediate"},
	}.Encode()}
	db := sql.OpenDB(connector{dsn.String()})
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &Store{db: db, now: time.Now, hashing: make(chan struct{}, 2)}, nil
}

func (s *Store) steps() (*goose.Provider, error) {
	return goose.NewProvider(goose.DialectSQLite3, s.db, fs.FS(migrations.FS), goose.WithDisableGlobalRegistry(true))
}

func (s *Store) migrate(ctx context.Context) error {
	p, err := s.steps()
	if err != nil {
		return err
	}
	have, want, err := p.GetVersions(ctx)
	if err != nil {
		return err
	}
	if have > want {
		return fmt.Errorf("its version is %d, and this program knows only up to %d: it was used by a newer one", have, want)
	}
	_, err = p.Up(ctx)
	return err
}

// Close closes the database.
func (s *Store) Close() error {
	err := s.db.Close()
	if s.lock != nil {
		err = errors.Join(err, s.lock.Close())
	}
	return err
}
