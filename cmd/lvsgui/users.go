package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"
)

func users(ctx context.Context, args []string, _ *os.File, stdout, stderr io.Writer) (err error) {
	f := flag.NewFlagSet("lvsgui users", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() {
		fmt.Fprint(stderr, "Usage: lvsgui users [--state DIR]\nLists who can log in to the console.\n")
		f.PrintDefaults()
	}
	state := f.String("state", defaultState, stateUsage)
	if err := parse(f, args, 0); err != nil {
		return err
	}
	st, err := openStore(ctx, *state)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	list, err := st.Users(ctx)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		fmt.Fprintln(stdout, "Nobody can log in yet: run lvsgui setup or lvsgui passwd.")
		return nil
	}
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "USER\tROLE\tCODE\tPASSWORD SET\tLAST LOGIN")
	for _, u := range list {
		code := "no"
		if u.TOTP {
			code = "yes"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", u.Name, u.Role, code, when(u.Changed), when(u.LastLogin))
	}
	return w.Flush()
}

// when is t for a table.
func when(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Format("2006-01-02 15:04")
}
