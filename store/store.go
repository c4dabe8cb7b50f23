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
	"sync/atomic"
	"syscall"
	"time"

	"github.com/pressly/goose/v3"

	"pacu/migrations"
)

// A Store is the console's database. It is safe for concurrent use.
type Store struct {
	db   *sql.DB
	by   *connector // of db
	now  func() time.Time
	lock *os.File
	path string
	// spare has what the disk did not take.
	spare *spare
	// readOnly: it was opened by OpenReadOnly, and not by Reopen since.
	readOnly atomic.Bool
	// hashing bounds how many passwords are hashed at once: each takes
	// 19 MiB, and anyone may knock at the login page.
	hashing chan struct{}
}

// Open opens the database at path, making it with mode 0600 where there is
// none, and brings its tables up to date. Errors name the file; one may be
// ErrRestoring, ErrDamaged or ErrNewer, and TroubleOf tells of all what to do.
func Open(ctx context.Context, path string) (*Store, error) {
	l, err := lock(path, false)
	if err != nil {
		return nil, fmt.Errorf("open console database %s: %w", path, err)
	}
	if err := emptied(path); err != nil {
		return nil, errors.Join(fmt.Errorf("open console database %s: %w", path, err), l.Close())
	}
	// SQLite would make the file with the umask's mode; -wal and -shm take
	// the mode of the file itself.
	s, err := open(ctx, path, os.O_CREATE)
	if err == nil {
		s.lock = l
		if err = s.quickCheck(ctx); err == nil {
			err = s.migrate(ctx)
		}
		if err != nil {
			err = errors.Join(err, s.db.Close())
		}
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open console database %s: %w", path, err), l.Close())
	}
	return s, nil
}

// emptied tells of a database that has nothing in it though there are copies:
// SQLite would begin a new one, and nobody would know why all is gone.
func emptied(path string) error {
	if fi, err := os.Lstat(path); err == nil && fi.Size() == 0 && len(Copies(path)) > 0 {
		return fmt.Errorf("%w: it is empty", ErrDamaged)
	}
	return nil
}

// open opens the database at path as it is; flag may be os.O_CREATE.
func open(ctx context.Context, path string, flag int) (*Store, error) {
	if err := regular(path); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|flag|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	return connect(ctx, path, url.Values{
		"_journal_mode": {"WAL"},
		"_synchronous":  {"NORMAL"},
		"_foreign_keys": {"on"},
		"_busy_timeout": {"5000"},
		"_txlock":       {"immediate"},
	})
}

// regular tells what is wrong where there is something at path that is no file.
// It is not opened: that of a pipe would wait.
func regular(path string) error {
	fi, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && !fi.Mode().IsRegular() {
		err = fmt.Errorf("%w: it is no regular file", ErrDamaged)
	}
	return err
}

// connect opens the file at path with these options of SQLite's.
func connect(ctx context.Context, path string, options url.Values) (*Store, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	dsn := url.URL{Scheme: "file", Path: abs, RawQuery: options.Encode()}
	by := newConnector(dsn.String())
	db := sql.OpenDB(by)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &Store{db: db, by: by, now: time.Now, path: abs, spare: newSpare(), hashing: make(chan struct{}, 2)}, nil
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
		return fmt.Errorf("%w: its version is %d, and this one knows only up to %d", ErrNewer, have, want)
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
