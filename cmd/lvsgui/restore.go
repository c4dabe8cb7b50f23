package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"

	"pacu/store"
	"pacu/web"
)

func restore(ctx context.Context, args []string, _ *os.File, stdout, stderr io.Writer) (err error) {
	f := flag.NewFlagSet("lvsgui restore", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() {
		fmt.Fprint(stderr, "Usage: lvsgui restore [--state DIR] FILE\nReplaces all that the console remembers by what is in FILE, of lvsgui backup.\nStop lvsgui before, and start it afterwards. lvs.cf stays as it is.\n")
		f.PrintDefaults()
	}
	state := f.String("state", defaultState, stateUsage)
	path, err := parseFile(f, args)
	if err != nil {
		return err
	}
	// Opened before the state directory's owner is entered: root may have put
	// it where that user cannot read.
	from, err := store.OpenBackup(path)
	if errors.Is(err, store.ErrNoBackup) {
		return fmt.Errorf("%w; make one with lvsgui backup", err)
	}
	if err != nil {
		return err
	}
	defer from.Close()
	if err := enterState(*state); err != nil {
		return err
	}
	database := web.DatabasePath(*state)
	_, had := os.Stat(database)
	switch err := store.Restore(ctx, from, database); {
	case errors.Is(err, store.ErrInUse):
		return fmt.Errorf("%w: stop lvsgui first (systemctl stop lvsgui), and start it afterwards; nothing is changed", err)
	case err != nil:
		return err
	}
	st, err := store.Open(ctx, database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	if err := st.Record(ctx, store.Entry{Who: commandLine, What: "restore", Object: path}); err != nil {
		return err
	}
	list, err := st.Users(ctx)
	if err != nil {
		return err
	}
	history := "no revision of lvs.cf"
	if r, err := st.LatestRevision(ctx); err == nil {
		history = fmt.Sprintf("lvs.cf up to serial %d of %s", r.Serial, when(r.Time))
	} else if !errors.Is(err, store.ErrNoRevision) {
		return err
	}
	fmt.Fprintf(stdout, "%s is what is in %s now. Users: %d. History: %s.\n", database, path, len(list), history)
	if !errors.Is(had, fs.ErrNotExist) {
		fmt.Fprintf(stdout, "What it was before is kept as %s.\n", database+store.BeforeSuffix)
	}
	fmt.Fprintln(stdout, "Passwords, one-time codes and API tokens are those of then, and everybody has to log in again. lvs.cf is untouched.")
	return nil
}
