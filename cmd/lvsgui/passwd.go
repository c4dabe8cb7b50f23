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
)

// defaultUser is the user that Piranha's console had.
const defaultUser = "piranha"

func passwd(ctx context.Context, args []string, stdin *os.File, stdout, stderr io.Writer) (err error) {
	f := flag.NewFlagSet("lvsgui passwd", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() {
		fmt.Fprint(stderr, "Usage: lvsgui passwd [--state DIR] [--role ROLE] [--reset-totp] [USER]\nSets a user's password, making the user where there is none. It is asked for,\nor read as one line where standard input is no terminal. It ends the user's\nsessions, and any wait after wrong passwords. USER is piranha when left out.\n")
		f.PrintDefaults()
	}
	state := f.String("state", defaultState, stateUsage)
	role := f.String("role", "", "the `role` to have: viewer, operator or admin (default admin, or what the user has)")
	reset := f.Bool("reset-totp", false, "turn the user's one-time code off, and leave the password as it is")
	if err := parse(f, args, 1); err != nil {
		return err
	}
	user := defaultUser
	if f.NArg() == 1 {
		user = f.Arg(0)
	}
	if *role != "" && !store.Role(*role).Known() {
		return usageError(fmt.Sprintf("--role %q: write viewer, operator or admin", *role))
	}
	if *role != "" && *reset {
		return usageError("--reset-totp changes no role: leave --role out")
	}
	// The database first: nobody should type in vain.
	st, err := openStore(ctx, *state)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()

	if *reset {
		return resetTOTP(ctx, st, user, stdout)
	}
	password, err := readPassword(user, stdin, stderr)
	if err != nil {
		return err
	}
	return setPassword(ctx, st, user, store.Role(*role), password, stdout)
}

// setPassword gives user, who may be a new one, the password and, unless it is
// "", the role.
func setPassword(ctx context.Context, st *store.Store, user string, role store.Role, password string, stdout io.Writer) error {
	had, err := st.User(ctx, user)
	switch {
	case errors.Is(err, store.ErrNoUser):
		if role == "" {
			role = store.Admin
		}
		err = st.AddUser(ctx, user, role, password)
	case err != nil:
		return err
	case role == "":
		role = had.Role
		err = st.ChangePassword(ctx, user, password)
	default:
		// The role first: it may be refused.
		if err = st.SetRole(ctx, user, role); err == nil {
			err = st.ChangePassword(ctx, user, password)
		}
	}
	if err != nil {
		return err
	}
	if err := st.Record(ctx, store.Entry{Who: commandLine, What: "password", Object: user, Note: "set for " + user, Before: string(had.Role), After: string(role)}); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "The password of %s is set. The role is %s.\n", user, role)
	return nil
}

// resetTOTP is for one who has lost the telephone.
func resetTOTP(ctx context.Context, st *store.Store, user string, stdout io.Writer) error {
	secret, err := st.TOTPSecret(ctx, user)
	if errors.Is(err, store.ErrNoUser) {
		return fmt.Errorf("%w: see lvsgui users", err)
	}
	if err != nil {
		return err
	}
	if secret == "" {
		fmt.Fprintf(stdout, "%s has no one-time code; nothing is changed.\n", user)
		return nil
	}
	if err := st.SetTOTP(ctx, user, ""); err != nil {
		return err
	}
	if err := st.Record(ctx, store.Entry{Who: commandLine, What: "totp", Object: user, Note: "turned off for " + user}); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s logs in without a one-time code now.\n", user)
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
