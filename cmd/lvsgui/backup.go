package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"pacu/store"
	"pacu/web"
)

func backup(ctx context.Context, args []string, _ *os.File, stdout, stderr io.Writer) (err error) {
	f := flag.NewFlagSet("lvsgui backup", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() {
		fmt.Fprint(stderr, "Usage: lvsgui backup [--state DIR] FILE\nWrites all that the console remembers (users, history, audit, drafts, settings)\nto a new FILE. The console may run meanwhile. lvs.cf is not in it, but every\nrevision of it is.\n")
		f.PrintDefaults()
	}
	state := f.String("state", defaultState, stateUsage)
	path, err := parseFile(f, args)
	if err != nil {
		return err
	}
	// Made before the state directory's owner is entered: root may want the
	// backup where that user cannot write.
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("back up: %w: choose another name, or remove it", err)
	}
	if err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	n, err := backUp(ctx, *state, out)
	if err = errors.Join(err, out.Close()); err != nil {
		if left := os.Remove(path); left != nil {
			err = fmt.Errorf("%w; %s is no backup: remove it", err, path)
		}
		return err
	}
	fmt.Fprintf(stdout, "%s holds all that the console remembers, %d bytes. There are hashes of passwords\nand secrets of one-time codes in it: keep it as safe as this router.\n", path, n)
	return nil
}

// parseFile parses args that end in the one FILE of backup and restore.
func parseFile(f *flag.FlagSet, args []string) (string, error) {
	if err := parse(f, args, 1); err != nil {
		return "", err
	}
	if f.NArg() == 0 {
		return "", usageError("FILE is missing; see " + f.Name() + " --help")
	}
	return f.Arg(0), nil
}

// backUp writes the database in state to out.
func backUp(ctx context.Context, state string, out *os.File) (n int64, err error) {
	if _, err := os.Stat(web.DatabasePath(state)); err != nil {
		return 0, fmt.Errorf("back up: there is no database of a console: %w (choose another directory with --state)", err)
	}
	st, err := openStore(ctx, state)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	dir, err := os.MkdirTemp(state, "backup-")
	if err != nil {
		return 0, fmt.Errorf("back up: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	made := filepath.Join(dir, "console.db")
	if err := st.Backup(ctx, made); err != nil {
		return 0, err
	}
	if err := st.Record(ctx, store.Entry{Who: commandLine, What: "backup", Object: out.Name()}); err != nil {
		return 0, err
	}
	in, err := os.Open(made)
	if err != nil {
		return 0, fmt.Errorf("back up: %w", err)
	}
	defer in.Close()
	if n, err = io.Copy(out, in); err != nil {
		return 0, fmt.Errorf("back up to %s: %w", out.Name(), err)
	}
	if err := out.Sync(); err != nil {
		return 0, fmt.Errorf("back up to %s: %w", out.Name(), err)
	}
	return n, nil
}
