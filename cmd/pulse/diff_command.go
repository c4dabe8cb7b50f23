package main

import (
	"encoding/json"
	"fmt"
	"io"

	"pacu/lvscf"
)

// diffCommand says what two lvs.cf differ in by what they mean, one change a
// line. Exit 0: both files are fine, whatever they differ in; 1: one is not;
// 2: wrong usage.
func diffCommand(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	c := newFileCommand("diff", `A B [--json]

Says what changes from A to B, two lvs.cf, by what they mean: comments, layout
and order are no change. One of them may be -, the standard input.
Exit 0: both can be used, whatever they differ in; 1: one cannot; 2: wrong usage.
`, 2, 2, stderr)
	asJSON := c.Bool("json", false, "for programs: a list of changes")
	files, code, ok := c.files(args)
	if !ok {
		return code
	}
	if files[0] == "-" && files[1] == "-" {
		fmt.Fprintf(stderr, "%s: the standard input can be read once\n", c.Name())
		return 2
	}
	var both [2]*lvscf.Config
	bad := false
	for i, path := range files {
		name, text, err := readText(path, stdin)
		if err != nil {
			return c.fail(err)
		}
		cfg, ps := lvscf.Read(name, text)
		if err := printProblems(stderr, ps.Errors()); err != nil {
			return c.fail(err)
		}
		both[i], bad = cfg, bad || cfg == nil
	}
	if bad {
		return 1
	}
	changes := lvscf.Diff(both[0], both[1])
	var err error
	if *asJSON {
		e := json.NewEncoder(stdout)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		err = e.Encode(append([]lvscf.Change{}, changes...))
	} else {
		for _, change := range changes {
			if _, err = fmt.Fprintln(stdout, change); err != nil {
				break
			}
		}
	}
	if err != nil {
		return c.fail(err)
	}
	return 0
}
