package main

import (
	"encoding/json"
	"fmt"
	"io"

	"pacu/lvscf"
)

// checked is what "pulse check --json" prints.
type checked struct {
	File     string         `json:"file"`
	OK       bool           `json:"ok"`       // no error; there may be warnings
	Problems lvscf.Problems `json:"problems"` // never null
}

// checkCommand says what is wrong with an lvs.cf, one problem a line. Exit 0:
// the file can be used; 1: it cannot, or cannot be read; 2: wrong usage.
func checkCommand(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	c := newFileCommand("check", `[FILE] [--json] [--piranha]

Says what is wrong with FILE, an lvs.cf, one problem a line:
FILE:LINE:COLUMN: error: what is wrong: what to write. The default is
`+theFile+`; - is the standard input.
Exit 0: it can be used, with warnings or without; 1: it cannot; 2: wrong usage.
`, 0, 1, stderr)
	asJSON := c.Bool("json", false, "for programs: problems with their codes, see lvs.cf(5)")
	piranha := c.Bool("piranha", false, "find also what Piranha 0.8.6 refuses, or reads otherwise")
	files, code, ok := c.files(args)
	if !ok {
		return code
	}
	name, text, err := readText(append(files, theFile)[0], stdin)
	if err != nil {
		return c.fail(err)
	}
	f := lvscf.Parse(name, text)
	var ps lvscf.Problems
	if *piranha {
		ps = lvscf.Piranha(f)
	} else {
		_, ps = f.Check()
	}
	bad := len(ps.Errors()) > 0
	if *asJSON {
		e := json.NewEncoder(stdout)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		err = e.Encode(checked{File: name, OK: !bad, Problems: append(lvscf.Problems{}, ps...)})
	} else {
		err = printProblems(stdout, ps)
		fmt.Fprintf(stderr, "%s: %s\n", name, summary(ps))
	}
	switch {
	case err != nil:
		return c.fail(err)
	case bad:
		return 1
	}
	return 0
}
