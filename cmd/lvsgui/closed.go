package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"pacu/store"
	"pacu/web"
)

// tryEvery is how long after one try to open the database the next one is. Tests
// are more impatient.
var tryEvery = 5 * time.Second

// openStoreOr opens the database of the console o. Where it cannot be opened,
// it serves a page on l meanwhile that says why and what to do, and tries again
// until it can, or ctx ends: then its error is ctx's. A database on a disk that
// takes nothing it opens to read, if that is enough to log in.
func openStoreOr(ctx context.Context, o web.Options, l net.Listener, cert *web.Certificate) (*store.Store, error) {
	st, err := tryStore(ctx, o)
	if err == nil || ctx.Err() != nil {
		return st, err
	}
	o.Log.Error("the console is closed", "address", l.Addr(), "error", err, "trouble", store.TroubleOf(err))
	// To systemd it has started: to start it again would change nothing.
	if _, err := daemon.SdNotify(false, daemon.SdNotifyReady+"\nSTATUS=closed: the database cannot be used"); err != nil {
		o.Log.Warn("tell systemd", "error", err)
	}
	serving, stop := context.WithCancel(ctx)
	defer stop()
	var tasks sync.WaitGroup
	defer tasks.Wait()
	page, lent := web.Closed(o, err), &lent{Listener: l}
	var served error
	tasks.Go(func() { showLife(serving, o.Log) })
	tasks.Go(func() {
		defer stop() // without the page there is nothing to wait for
		served = web.Serve(serving, lent, page, cert, o.Log)
	})
	for {
		select {
		case <-serving.Done():
			tasks.Wait()
			return nil, errors.Join(ctx.Err(), served)
		case <-time.After(tryEvery):
		}
		if st, again := tryStore(ctx, o); again == nil {
			o.Log.Info("the database can be used again")
			stop()
			tasks.Wait()
			return st, errors.Join(served, lent.back())
		}
	}
}

// tryStore opens the database of o, to be read alone where that is all the disk
// allows.
func tryStore(ctx context.Context, o web.Options) (*store.Store, error) {
	path := web.DatabasePath(o.State)
	st, err := store.Open(ctx, path)
	switch store.TroubleOf(err) {
	case store.Full, store.ReadOnly:
		if only, other := store.OpenReadOnly(ctx, path); other == nil {
			o.Log.Warn("the database can only be read: nothing is saved", "error", err)
			return only, nil
		}
	}
	return st, err
}

// A lent listener is not closed by who uses it: Close ends its Accept, until
// back.
type lent struct {
	net.Listener
}

// Accept implements net.Listener.
func (l *lent) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = net.ErrClosed
	}
	return c, err
}

// Close implements net.Listener.
func (l *lent) Close() error { return l.deadline(time.Unix(1, 0)) }

// back has the listener accept again.
func (l *lent) back() error { return l.deadline(time.Time{}) }

func (l *lent) deadline(t time.Time) error {
	return l.Listener.(interface{ SetDeadline(time.Time) error }).SetDeadline(t)
}

// keepEvery is how often is looked whether a copy is due, and whether the disk
// takes anything again.
const keepEvery = 10 * time.Second

// keepStore has the database written to again once its disk takes that, and
// keeps copies of it, until ctx ends.
func keepStore(ctx context.Context, st *store.Store, log *slog.Logger) {
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	var failed time.Time // the last copy
	for {
		switch {
		case st.ReadOnly():
			if st.Reopen(ctx) == nil {
				log.Info("the database can be written to again")
			}
		case failed.IsZero() || time.Since(failed) >= time.Hour:
			failed = time.Time{}
			if _, err := st.KeepCopy(ctx); err != nil && ctx.Err() == nil {
				failed = time.Now()
				log.Warn("no copy of the database is kept", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// tolerate logs an error of a disk that takes nothing, and returns all others:
// the console is of use without what could not be saved.
func tolerate(err error, log *slog.Logger) error {
	switch store.FailureOf(err) {
	case store.Full, store.ReadOnly, store.Broken:
		log.Warn("not saved", "error", err)
		return nil
	}
	return err
}
