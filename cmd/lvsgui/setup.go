package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"

	"pacu/store"
)

func setup(ctx context.Context, args []string, _ *os.File, stdout, stderr io.Writer) (err error) {
	f := flag.NewFlagSet("lvsgui setup", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() {
		fmt.Fprint(stderr, "Usage: lvsgui setup [--state DIR]\nPrints a token with which one person can make the first user in a browser,\nwithin an hour. A token printed before is void then.\n")
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
	token, err := st.NewSetup(ctx)
	if errors.Is(err, store.ErrHasUsers) {
		return fmt.Errorf("%w: an administrator adds users in the console, under USERS; or run lvsgui passwd USER here", err)
	}
	if err != nil {
		return err
	}
	if err := st.Record(ctx, store.Entry{Who: commandLine, What: "setup", Note: "made a token for the first user"}); err != nil {
		return err
	}
	url := "https://" + net.JoinHostPort(hostname(), "3636")
	if _, err := st.Setting(ctx, urlSetting, &url); err != nil {
		return err
	}
	return printSetup(stdout, url, token)
}

// urlSetting keeps where the console was when it ran last, for lvsgui setup.
const urlSetting = "console-url"

// printSetup says where the token is to be entered; url is the console's.
func printSetup(w io.Writer, url, token string) error {
	_, err := fmt.Fprintf(w, `Nobody can log in to the console yet. Open

    %s/setup

in a browser (or the same with an address of this router), and enter

    %s

It is good for an hour and for one person; lvsgui setup makes another.
`, url, token)
	return err
}

// consoleURL is where a browser finds the console that listens at address.
func consoleURL(scheme string, address net.Addr) string {
	host, port, err := net.SplitHostPort(address.String())
	if err != nil {
		return scheme + "://" + address.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = hostname()
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

// hostname is the router's name, for people to read.
func hostname() string {
	name, err := os.Hostname()
	if err != nil || name == "" {
		return "THIS-ROUTER"
	}
	return name
}
