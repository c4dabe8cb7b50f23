package main

import (
	"bytes"
	"fmt"
	"io"

	"pacu/lvscf"
)

// fmtCommand writes an lvs.cf in canonical form. Exit 0: done; 1: the file has
// errors of syntax, or cannot be read or written; 2: wrong usage.
func fmtCommand(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	c := newFileCommand("fmt", `[-w] [FILE]

Prints FILE, an lvs.cf, as the console would lay it out: every word and comment
stays, and means the same. The default is `+theFile+`;
- is the standard input.
Exit 0: done; 1: the file has errors, or cannot be read or written; 2: wrong usage.
`, 0, 1, stderr)
	write := c.Bool("w", false, "write the result into FILE, if it differs, rather than print it")
	files, code, ok := c.files(args)
	if !ok {
		return code
	}
	path := append(files, theFile)[0]
	if *write && path == "-" {
		fmt.Fprintf(stderr, "%s: -w needs a file to write to, not -\n", c.Name())
		return 2
	}
	name, text, err := readText(path, stdin)
	if err != nil {
		return c.fail(err)
	}
	formatted, ps := lvscf.Format(text)
	if bad := ps.Errors(); len(bad) > 0 {
		for i := range bad {
			bad[i].File = name
		}
		if err := printProblems(stderr, bad); err != nil {
			return c.fail(err)
		}
		return 1
	}
	switch {
	case !*write:
		_, err = stdout.Write(formatted)
	case !bytes.Equal(formatted, text):
		err = lvscf.WriteFile(path, formatted)
	}
	if err != nil {
		return c.fail(err)
	}
	return 0
}
