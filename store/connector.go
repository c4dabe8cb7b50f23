package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/mattn/go-sqlite3"
)

// A connector makes SQLite's connections.
type connector struct{ dsn string }

// Driver implements driver.Connector.
func (connector) Driver() driver.Driver { return &sqlite3.SQLiteDriver{} }

// Connect implements driver.Connector.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Driver().Open(c.dsn)
	if err != nil {
		return nil, err
	}
	// The console may write below its own folder alone, and what SQLite has to
	// remember of a large statement it would else write to /var/tmp.
	if _, err := conn.(driver.ExecerContext).ExecContext(ctx, `PRAGMA temp_store = MEMORY`, nil); err != nil {
		return nil, errors.Join(fmt.Errorf("keep temporary tables in memory: %w", err), conn.Close())
	}
	return conn, nil
}
