package main

import (
	"fmt"
	"io"

	"pacu/lvscf"
	"pacu/lvscf/ipvsadm"
	"pacu/lvscf/keepalived"
)

// exportCommand prints what an lvs.cf is to another program, and on stderr what
// of it that program cannot be told. Exit 0: done, with notes or without;
// 1: the file is wrong, or cannot be read; 2: wrong usage.
func exportCommand(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	c := newFileCommand("export", `--ipvsadm|--keepalived [FILE]

Prints what FILE, an lvs.cf, is to another program. The default is
`+theFile+`; - is the standard input. What the other program
cannot be told is listed on the standard error: FILE: note: what and why.
Exit 0: done, with notes or without; 1: FILE is wrong; 2: wrong usage.
`, 0, 1, stderr)
	toIpvsadm := c.Bool("ipvsadm", false, "the virtual and real servers, as ipvsadm --restore loads them")
	toKeepalived := c.Bool("keepalived", false, "a keepalived.conf of the primary router")
	files, code, ok := c.files(args)
	if !ok {
		return code
	}
	export := ipvsadm.Export
	switch {
	case *toIpvsadm == *toKeepalived:
		fmt.Fprintf(stderr, "%s: say --ipvsadm or --keepalived, one of them\n", c.Name())
		return 2
	case *toKeepalived:
		export = keepalived.Export
	}
	name, text, err := readText(append(files, theFile)[0], stdin)
	if err != nil {
		return c.fail(err)
	}
	cfg, ps := lvscf.Read(name, text)
	if cfg == nil {
		if err := printProblems(stderr, ps.Errors()); err != nil {
			return c.fail(err)
		}
		return 1
	}
	out, notes := export(cfg)
	for _, n := range notes {
		fmt.Fprintf(stderr, "%s: note: %s\n", name, n)
	}
	if _, err := stdout.Write(out); err != nil {
		return c.fail(err)
	}
	return 0
}
