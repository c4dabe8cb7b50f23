package main

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"pacu/lvscf/ipvsadm"
	"pacu/lvscf/keepalived"
	"pacu/lvscf/ldirectord"
)

// An importer makes an lvs.cf of another program's file.
type importer struct {
	from string
	// sign is how a line begins that such a file has, and no other.
	sign  *regexp.Regexp
	lvsOf func(name string, text []byte) (lvs []byte, notes []keepalived.Note, err error)
}

var importers = []importer{
	{
		from:  "keepalived",
		sign:  regexp.MustCompile(`^\s*(virtual_server|virtual_server_group|vrrp_[a-z_]+|global_defs)\b`),
		lvsOf: keepalived.Import,
	},
	{
		from:  "ldirectord",
		sign:  regexp.MustCompile(`^\s*(virtual6?|real6?|checktype|checktimeout|checkinterval|autoreload|quiescent|fallback)\s*=`),
		lvsOf: ldirectord.Import,
	},
	{
		from:  "ipvsadm",
		sign:  regexp.MustCompile(`^\s*(\S*ipvsadm\s+)?(-[ACEa]|--add-service|--add-server|--edit-service)\b|^IP Virtual Server|^Prot LocalAddress`),
		lvsOf: ipvsadm.Import,
	},
}

// guess returns the importer for text, by the first line that tells, or nil.
func guess(text []byte) *importer {
	for line := range bytes.Lines(text) {
		for i := range importers {
			if importers[i].sign.Match(line) {
				return &importers[i]
			}
		}
	}
	return nil
}

// importerNamed returns the importer of what from names, or nil.
func importerNamed(from string) *importer {
	i := slices.IndexFunc(importers, func(im importer) bool { return im.from == from })
	if i < 0 {
		return nil
	}
	return &importers[i]
}

// importNames are those that --from takes.
func importNames() string {
	names := make([]string, len(importers))
	for i, im := range importers {
		names[i] = im.from
	}
	return strings.Join(names, ", ")
}

// importCommand prints the lvs.cf that another program's file comes to, and on
// stderr what of it lvs.cf cannot say. Exit 0: done, with notes or without;
// 1: the file is wrong, or cannot be read; 2: wrong usage.
func importCommand(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	c := newFileCommand("import", `[--from KIND] FILE

Prints the lvs.cf that FILE comes to: keepalived.conf, ldirectord.cf, or what
ipvsadm --save prints. - is the standard input. What lvs.cf cannot say is told
line by line on the standard error: FILE:LINE: note: what: why.
Exit 0: done, with notes or without; 1: FILE is wrong; 2: wrong usage.
`, 1, 1, stderr)
	from := c.String("from", "", "what made FILE, one of `KIND`: "+importNames()+"; guessed from its text unless given")
	files, code, ok := c.files(args)
	if !ok {
		return code
	}
	var im *importer
	if *from != "" {
		if im = importerNamed(*from); im == nil {
			fmt.Fprintf(stderr, "%s: --from %s is not known: it is one of %s\n", c.Name(), *from, importNames())
			return 2
		}
	}
	name, text, err := readText(files[0], stdin)
	if err != nil {
		return c.fail(err)
	}
	if im == nil {
		if im = guess(text); im == nil {
			return c.fail(fmt.Errorf("%s: nothing in it tells which program it is of: say --from, one of %s", name, importNames()))
		}
	}
	lvs, notes, err := im.lvsOf(name, text)
	if err != nil {
		fmt.Fprintln(stderr, err) // it begins with the place
		return 1
	}
	for _, n := range notes {
		place, text := name, n.Why
		if n.Line > 0 {
			place = fmt.Sprint(name, ":", n.Line)
		}
		if n.Text != "" {
			text = n.Text + ": " + n.Why
		}
		fmt.Fprintf(stderr, "%s: note: %s\n", place, text)
	}
	if _, err := stdout.Write(lvs); err != nil {
		return c.fail(err)
	}
	return 0
}
