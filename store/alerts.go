package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Bounds of what waits to be sent.
const (
	AlertsKeptFor = 7 * 24 * time.Hour
	AlertsKept    = 5000     // in one channel
	maxAlertError = 1 << 10  // bytes
	alertMemory   = "alerts" // the setting that holds what the alerts' machine remembers
)

// A Letter is an alert that waits to be sent over a channel.
type Letter struct {
	ID      int64 // rises within a channel
	Channel string
	Alert   []byte // JSON
	Made    time.Time
	Tries   int       // that failed
	Due     time.Time // of the next
}

// A ChannelState is how sending over a channel goes.
type ChannelState struct {
	Channel string
	Waiting int
	Oldest  time.Time // of those that wait; zero: none does
	Due     time.Time // the next try of the oldest; zero: none waits
	Sent    time.Time // the last that was; zero: never
	Count   int64     // of all sent
	Failed  time.Time // the last try that failed; zero: never, or not since Sent
	Error   string    // of it
	Dropped int64     // that were too old or too many
}

// PutAlerts keeps what the machine remembers and, in one with it, an alert for
// each of letters, of which Channel and Alert count. It returns how many older
// ones were dropped for it: those of more than AlertsKeptFor, and those beyond
// AlertsKept.
func (s *Store) PutAlerts(ctx context.Context, memory []byte, letters []Letter) (dropped int64, err error) {
	now := s.now()
	err = s.tx(ctx, "keep alerts", func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO settings (key, value) VALUES (?, ?)
			ON CONFLICT (key) DO UPDATE SET value = excluded.value`, alertMemory, string(memory)); err != nil {
			return err
		}
		channels := map[string]bool{}
		for _, l := range letters {
			channels[l.Channel] = true
			if _, err := tx.ExecContext(ctx, `INSERT INTO alert_outbox (channel, alert, made, due) VALUES (?, ?, ?, ?)`,
				l.Channel, string(l.Alert), now.Unix(), now.Unix()); err != nil {
				return err
			}
		}
		for c := range channels {
			n, err := trimAlerts(ctx, tx, c, now)
			if err != nil {
				return err
			}
			dropped += n
		}
		return nil
	})
	return dropped, err
}

// trimAlerts keeps a channel's bounds.
func trimAlerts(ctx context.Context, tx *sql.Tx, channel string, now time.Time) (int64, error) {
	n, err := affected(tx.ExecContext(ctx, `DELETE FROM alert_outbox WHERE channel = ?1 AND (made < ?2 OR id <= coalesce(
		(SELECT id FROM alert_outbox WHERE channel = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?3), 0))`,
		channel, now.Add(-AlertsKeptFor).Unix(), AlertsKept))
	if err != nil || n == 0 {
		return n, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO alert_channels (channel, dropped) VALUES (?1, ?2)
		ON CONFLICT (channel) DO UPDATE SET dropped = dropped + ?2`, channel, n)
	return n, err
}

// AlertMemory is what PutAlerts kept; nil where that never was.
func (s *Store) AlertMemory(ctx context.Context) ([]byte, error) {
	var text string
	err := s.db.QueryRowContext(ctx, `SELECT value FROM settings WHERE key = ?`, alertMemory).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("alerts' memory: %w", err)
	}
	return []byte(text), nil
}

// FirstAlert is the oldest that waits in channel; ok is false where none does.
// Those older than AlertsKeptFor are dropped before, and counted.
func (s *Store) FirstAlert(ctx context.Context, channel string) (l Letter, ok bool, dropped int64, err error) {
	err = s.tx(ctx, "look for alerts for "+channel, func(tx *sql.Tx) error {
		if dropped, err = trimAlerts(ctx, tx, channel, s.now()); err != nil {
			return err
		}
		var made, due int64
		var text string
		err := tx.QueryRowContext(ctx, `SELECT id, alert, made, tries, due FROM alert_outbox WHERE channel = ? ORDER BY id LIMIT 1`, channel).
			Scan(&l.ID, &text, &made, &l.Tries, &due)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		l.Channel, l.Alert, l.Made, l.Due, ok = channel, []byte(text), at(made), at(due), err == nil
		return err
	})
	return l, ok, dropped, err
}

// AlertSent takes a letter off: its channel has it.
func (s *Store) AlertSent(ctx context.Context, l Letter) error {
	return s.tx(ctx, "note alert sent to "+l.Channel, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM alert_outbox WHERE id = ?`, l.ID); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO alert_channels (channel, sent, count) VALUES (?1, ?2, 1)
			ON CONFLICT (channel) DO UPDATE SET sent = ?2, count = count + 1, failed = 0, error = ''`, l.Channel, s.now().Unix())
		return err
	})
}

// AlertFailed notes that a letter could not be sent, why, and when to try next.
func (s *Store) AlertFailed(ctx context.Context, l Letter, why string, due time.Time) error {
	return s.tx(ctx, "note alert not sent to "+l.Channel, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `UPDATE alert_outbox SET tries = tries + 1, due = ? WHERE id = ?`, due.Unix(), l.ID); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO alert_channels (channel, failed, error) VALUES (?1, ?2, ?3)
			ON CONFLICT (channel) DO UPDATE SET failed = ?2, error = ?3`, l.Channel, s.now().Unix(), shorten(why, maxAlertError))
		return err
	})
}

// HurryAlerts makes what waits in channel due now.
func (s *Store) HurryAlerts(ctx context.Context, channel string) error {
	if _, err := s.db.ExecContext(ctx, `UPDATE alert_outbox SET due = min(due, ?), tries = 0 WHERE channel = ?`, s.now().Unix(), channel); err != nil {
		return fmt.Errorf("hurry alerts for %s: %w", channel, err)
	}
	return nil
}

// ForgetAlerts drops what waits in channel.
func (s *Store) ForgetAlerts(ctx context.Context, channel string) error {
	if _, err := s.db.ExecContext(ctx, `DELETE FROM alert_outbox WHERE channel = ?`, channel); err != nil {
		return fmt.Errorf("forget alerts for %s: %w", channel, err)
	}
	return nil
}

// AlertChannel is how sending over channel goes.
func (s *Store) AlertChannel(ctx context.Context, channel string) (ChannelState, error) {
	c := ChannelState{Channel: channel}
	var oldest, due, sent, failed int64
	err := s.db.QueryRowContext(ctx, `SELECT count(*), coalesce(min(made), 0), coalesce((SELECT due FROM alert_outbox WHERE channel = ?1 ORDER BY id LIMIT 1), 0)
		FROM alert_outbox WHERE channel = ?1`, channel).Scan(&c.Waiting, &oldest, &due)
	if err == nil {
		err = s.db.QueryRowContext(ctx, `SELECT sent, count, failed, error, dropped FROM alert_channels WHERE channel = ?`, channel).
			Scan(&sent, &c.Count, &failed, &c.Error, &c.Dropped)
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return ChannelState{}, fmt.Errorf("alerts' channel %s: %w", channel, err)
	}
	c.Oldest, c.Due, c.Sent, c.Failed = at(oldest), at(due), at(sent), at(failed)
	return c, nil
}
