package main

import (
	"context"
	"flag"
	"fmt"
	"io"

	"pacu/control"
)

// explainCommand prints why the router has its role, and what would change
// that. Exit 0: done; 1: pulse is not running; 2: wrong usage.
func explainCommand(args []string, stdout, stderr io.Writer) int {
	client, code := clientFlags("explain", args, stderr, func(fs *flag.FlagSet) {
		explained(fs, `

Says why this router has the role it has, and what would change it.
`)
	})
	if client == nil {
		return code
	}
	why, err := client.Explain(context.Background())
	if err == nil {
		err = printExplanation(stdout, why)
	}
	if err != nil {
		fmt.Fprintf(stderr, "pulse explain: %v\n", err)
		return 1
	}
	return 0
}

// printExplanation writes why for people.
func printExplanation(w io.Writer, why *control.Explanation) error {
	v := statusText{}
	v.printf("%s\n", why.Role)
	v.list("BECAUSE", why.Because)
	v.list("WHAT WOULD CHANGE IT", why.Change)
	_, err := io.WriteString(w, v.String())
	return err
}
