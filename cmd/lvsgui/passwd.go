package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"pacu/store"
	"pacu/web"
)

// defaultUser is the user that Piranha's console had.
const defaultUser = "piranha"

func passwd(ctx context.Context, args []string, stdin *os.File, stdout, stderr io.Writer) (err error) {
	f := flag.NewFlagSet("lvsgui passwd", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() {
		fmt.Fprintf(stderr, "Usage: lvsgui passwd [--state DIR] [USER]\nSets a user's password, making the user where there is none. It is asked for,\nor read as one line where standard input is no terminal.\n")
		f.PrintDefaults()
	}
	state := f.String("state", defaultState, "the `directory` of the database")
	if err := parse(f, args, 1); err != nil {
		return err
	}
	user := defaultUser
	if f.NArg() == 1 {
		user = f.Arg(0)
	}
	if err := enterState(*state); err != nil {
		return err
	}
	// The database first: nobody should type in vain.
	st, err := store.Open(ctx, web.DatabasePath(*state))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()

	password, err := readPassword(user, stdin, stderr)
	if err != nil {
		return err
	}
	if err := st.SetPassword(ctx, user, password); err != nil {
		return err
	}
	if err := st.Record(ctx, store.Entry{Who: "command line", What: "password", Object: user, Note: "set for " + user}); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "The password of %s is set.\n", user)
	return nil
}

// readPassword asks twice on a terminal, and reads one line of anything else.
func readPassword(user string, stdin *os.File, prompt io.Writer) (string, error) {
	fd := int(stdin.Fd())
	if !term.IsTerminal(fd) {
		line, err := bufio.NewReader(io.LimitReader(stdin, 4*store.MaxPassword)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("read password: %w", err)
		}
		return strings.TrimRight(line, "\r\n"), nil
	}
	var twice [2][]byte
	for i, words := range []string{"New password of " + user + ": ", "Again: "} {
		fmt.Fprint(prompt, words)
		b, err := term.ReadPassword(fd)
		fmt.Fprintln(prompt)
		if err != nil {
			return "", fmt.Errorf("read password: %w", err)
		}
		twice[i] = b
		// Said before the second asking, not after.
		if err := store.CheckPassword(user, string(b)); i == 0 && err != nil {
			return "", err
		}
	}
	if !bytes.Equal(twice[0], twice[1]) {
		return "", errors.New("the two passwords differ; nothing is changed")
	}
	return string(twice[0]), nil
}
