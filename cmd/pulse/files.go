package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"pacu/lvscf"
)

const (
	// theFile is what the commands about lvs.cf read unless told otherwise.
	theFile = "/etc/sysconfig/ha/lvs.cf"
	// longestFile bounds what they read, in bytes: ten times an lvs.cf of
	// 400,000 real servers.
	longestFile = 512 << 20
)

// withStdin gives a command that may be told to read - its standard input.
func withStdin(command func([]string, io.Reader, io.Writer, io.Writer) int) func([]string, io.Writer, io.Writer) int {
	return func(args []string, stdout, stderr io.Writer) int { return command(args, os.Stdin, stdout, stderr) }
}

// A fileCommand is a command about files: its flags, and how many files it
// takes, which may stand before, between and behind the flags.
type fileCommand struct {
	*flag.FlagSet
	least, most int
}

// newFileCommand makes the command of that name. usage is what follows
// "pulse name" in its help, and then what else to know.
func newFileCommand(name, usage string, least, most int, stderr io.Writer) *fileCommand {
	c := &fileCommand{FlagSet: flag.NewFlagSet("pulse "+name, flag.ContinueOnError), least: least, most: most}
	c.SetOutput(stderr)
	c.Usage = func() {
		fmt.Fprintf(stderr, "usage: %s %s\n", c.Name(), usage)
		c.PrintDefaults()
	}
	return c
}

// files parses args and returns the files they name. Where it returns false the
// command ends with the code: 0 for --help, else 2.
func (c *fileCommand) files(args []string) (files []string, code int, ok bool) {
	for len(args) > 0 {
		if err := c.Parse(args); err != nil {
			if err == flag.ErrHelp {
				return nil, 0, false
			}
			return nil, 2, false
		}
		read := len(args) - c.NArg()
		rest := c.Args()
		if read > 0 && args[read-1] == "--" {
			files = append(files, rest...)
			break
		}
		if len(rest) == 0 {
			break
		}
		files, args = append(files, rest[0]), rest[1:]
	}
	switch {
	case len(files) < c.least:
		return nil, c.refuse("needs %d, has %d: %q", c.least, len(files), files), false
	case len(files) > c.most:
		return nil, c.refuse("takes %d at most, has %d: %q", c.most, len(files), files), false
	}
	return files, 0, true
}

// refuse says what is wrong with the files named, and returns the exit code.
func (c *fileCommand) refuse(format string, args ...any) int {
	fmt.Fprintf(c.Output(), c.Name()+": wrong number of files: "+format+"\n", args...)
	return 2
}

// fail says why the command cannot go on, and returns the exit code.
func (c *fileCommand) fail(err error) int {
	fmt.Fprintf(c.Output(), "%s: %v\n", c.Name(), err)
	return 1
}

// readText returns the text of a file, or of stdin for -, and what to call it
// in messages.
func readText(path string, stdin io.Reader) (name string, text []byte, err error) {
	from, name := stdin, "<stdin>"
	if path != "-" {
		name = path
		f, err := os.Open(path)
		if err != nil {
			return name, nil, err // it names the file
		}
		defer f.Close()
		from = f
	}
	text, err = io.ReadAll(io.LimitReader(from, longestFile+1))
	if err != nil {
		return name, nil, fmt.Errorf("read %s: %w", name, err)
	}
	if len(text) > longestFile {
		return name, nil, fmt.Errorf("read %s: longer than %d bytes", name, longestFile)
	}
	return name, text, nil
}

// printProblems writes ps one a line.
func printProblems(w io.Writer, ps lvscf.Problems) error {
	if len(ps) == 0 {
		return nil
	}
	_, err := io.WriteString(w, ps.String()+"\n")
	return err
}

// counted is "1 error" or "2 errors".
func counted(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprint(n, " ", noun)
}

// summary tells in a few words how many problems of what severity there are.
func summary(ps lvscf.Problems) string {
	var parts []string
	if n := len(ps.Errors()); n > 0 {
		parts = append(parts, counted(n, "error"))
	}
	if n := len(ps.Warnings()); n > 0 {
		parts = append(parts, counted(n, "warning"))
	}
	if len(parts) == 0 {
		return "no problems"
	}
	return strings.Join(parts, ", ")
}
