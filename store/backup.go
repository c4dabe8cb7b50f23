package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Backup writes the whole database, as it is at one moment, to a new file at
// path with mode 0600, while the console runs on. The file holds what can be
// used to log in: hashes of passwords, secrets of one-time passwords. A file
// that exists is left alone: the error then matches os.ErrExist.
func (s *Store) Backup(ctx context.Context, path string) (err error) {
	// SQLite would take the umask's mode, and "file:..." for a URI.
	abs, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("back up to %s: %w", path, err)
	}
	f, err := os.OpenFile(abs, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	defer func() {
		err = errors.Join(err, f.Close())
		if err != nil {
			err = errors.Join(fmt.Errorf("back up to %s: %w", path, err), os.Remove(abs))
		}
	}()
	if _, err := s.db.ExecContext(ctx, `VACUUM INTO ?`, abs); err != nil {
		return err
	}
	return f.Sync() // VACUUM INTO leaves that to the kernel
}
