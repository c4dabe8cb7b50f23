package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/mattn/go-sqlite3"
)

// A connector makes SQLite's connections, by a DSN that may be replaced.
type connector struct{ dsn atomic.Pointer[string] }

func newConnector(dsn string) *connector {
	c := new(connector)
	c.dsn.Store(&dsn)
	return c
}

// A connection ends when its connector has another DSN.
type connection struct {
	*sqlite3.SQLiteConn
	by  *connector
	dsn *string
}

// IsValid implements driver.Validator.
func (c connection) IsValid() bool { return c.dsn == c.by.dsn.Load() }

// Driver implements driver.Connector.
func (*connector) Driver() driver.Driver { return &sqlite3.SQLiteDriver{} }

// Connect implements driver.Connector.
func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	dsn := c.dsn.Load()
	opened, err := c.Driver().Open(*dsn)
	if err != nil {
		return nil, err
	}
	conn := connection{opened.(*sqlite3.SQLiteConn), c, dsn}
	// The console may write below its own folder alone, and what SQLite has to
	// remember of a large statement it would else write to /var/tmp.
	if _, err := conn.ExecContext(ctx, `PRAGMA temp_store = MEMORY`, nil); err != nil {
		return nil, errors.Join(fmt.Errorf("keep temporary tables in memory: %w", err), conn.Close())
	}
	return conn, nil
}
