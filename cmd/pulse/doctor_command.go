package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/term"

	"pacu/doctor"
	"pacu/lvscf"
)

// stateDir is where the console keeps its database.
const stateDir = "/var/lib/pacu"

// doctored is what "pulse doctor --json" prints.
type doctored struct {
	OK       bool             `json:"ok"`       // no finding of severity error
	Sections []doctor.Section `json:"sections"` // in the order in which they were examined
	Facts    *doctor.Facts    `json:"facts"`
}

// doctorCommand examines this router and says what is wrong with it, and what to
// do. Exit 0: well, or warnings and hints; 1: errors were found; 2: wrong usage.
func doctorCommand(args []string, stdout, stderr io.Writer) int {
	c := newFileCommand("doctor", `[--json] [--configfile FILE]

Examines this router, whether pulse runs or not, and says what is wrong, what
comes of it, and what to do. Nothing is changed. Run it as root: others do not
see all, and it says what.
Exit 0: no error was found; 1: some were; 2: wrong usage.
`, 0, 0, stderr)
	asJSON := c.Bool("json", false, "for programs: the findings and the facts")
	o := doctorFlags(c.FlagSet)
	if _, code, ok := c.files(args); !ok {
		return code
	}
	if *asJSON {
		text, failed, err := doctorJSON(context.Background(), *o)
		if err == nil {
			_, err = stdout.Write(text)
		}
		if err != nil {
			return c.fail(err)
		}
		return exitIf(failed)
	}
	p := &doctor.Printer{W: stdout, Color: isTerminal(stdout)}
	doctor.Examine(context.Background(), *o, p.Section)
	if err := p.Summary(); err != nil {
		return c.fail(err)
	}
	return exitIf(p.Failed())
}

func exitIf(failed bool) int {
	if failed {
		return 1
	}
	return 0
}

// doctorFlags gives a command the flags for what is examined.
func doctorFlags(fs *flag.FlagSet) *doctor.Options {
	o := &doctor.Options{Version: version, State: stateDir}
	fs.StringVar(&o.Config, "configfile", theFile, "the lvs.cf")
	fs.StringVar(&o.Config, "c", theFile, "the same as --configfile")
	fs.StringVar(&o.Config, "config", theFile, "the same as --configfile")
	fs.StringVar(&o.Socket, "control", filepath.Join("/run/pulse", "control.sock"), "pulse's control `socket`")
	return o
}

// doctorJSON examines this router; the text has no secret of its lvs.cf.
func doctorJSON(ctx context.Context, o doctor.Options) (text []byte, failed bool, err error) {
	d := doctored{OK: true, Sections: []doctor.Section{}}
	d.Facts = doctor.Examine(ctx, o, func(s doctor.Section) {
		d.Sections = append(d.Sections, s)
		d.OK = d.OK && s.Findings.Count(doctor.Error) == 0
	})
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(d); err != nil {
		return nil, false, err
	}
	return doctor.Scrub(b.Bytes(), secretsOf(o.Config)), !d.OK, nil
}

// maxKey bounds what is read of lvs.key: two keys, and comments.
const maxKey = 1 << 20

// secretsOf are those of an lvs.cf and of the key beside it, as far as they can
// be read.
func secretsOf(config string) []string {
	text, _ := readFile(config)                          // what cannot be read gives nothing away
	key, _ := lvscf.ReadTrusted(keyFile(config), maxKey) // a pipe there must not hold us up
	return doctor.Secrets(text, key)
}

// isTerminal tells whether w is a terminal that knows colours, and nobody said
// no to them (NO_COLOR).
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(f.Fd()))
}
