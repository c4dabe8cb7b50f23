package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"pacu/control"
	"pacu/lvscf"
)

// planCommand prints what the running pulse would change in the kernel for an
// lvs.cf, or a starting one, and changes nothing. Exit 0: the file can be used,
// whatever it changes; 1: it cannot, or the kernel cannot be asked; 2: wrong
// usage.
func planCommand(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return planOr(planOffline, args, stdin, stdout, stderr)
}

// planOr is planCommand with the way to plan where pulse is not running.
func planOr(offline func(path string) (*control.Plan, error), args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	c := newFileCommand("plan", `[FILE] [--json]

Says what pulse would change in the kernel, were FILE its lvs.cf, one change a
line, and changes nothing. The default is the file pulse runs by, as it is on
the disk; - is the standard input. Where pulse is not running, it says what its
start would change.
Exit 0: the file can be used; 1: it cannot; 2: wrong usage.
`, 0, 1, stderr)
	asJSON := c.Bool("json", false, "for programs: the plan")
	socket := socketFlag(c.FlagSet)
	c.StringVar(socket, "socket", *socket, "the same as --control")
	files, code, ok := c.files(args)
	if !ok {
		return code
	}
	var text []byte
	if len(files) > 0 {
		if text, code = checkedText(c, files[0], stdin, stdout); code != 0 {
			return code
		}
	}
	plan, err := control.NewClient(*socket).Plan(context.Background(), text)
	if errors.Is(err, control.ErrNotRunning) {
		path := append(files, theFile)[0]
		if path == "-" {
			return c.fail(fmt.Errorf("%w, and without it a plan needs a file with a name", err))
		}
		if _, code = checkedText(c, path, stdin, stdout); code != 0 {
			return code
		}
		fmt.Fprintln(stderr, "pulse plan: pulse is not running: this is what its start would change")
		plan, err = offline(path)
	}
	if err != nil {
		return c.fail(err)
	}
	if *asJSON {
		e := json.NewEncoder(stdout)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		plan.Steps = append([]control.Step{}, plan.Steps...) // [], never null
		err = e.Encode(plan)
	} else {
		err = printPlan(stdout, plan)
	}
	if err != nil {
		return c.fail(err)
	}
	return 0
}

// checkedText reads an lvs.cf. Where it cannot be used it says why, as pulse
// check does, and returns the exit code.
func checkedText(c *fileCommand, path string, stdin io.Reader, stdout io.Writer) (text []byte, code int) {
	name, text, err := readText(path, stdin)
	if err != nil {
		return nil, c.fail(err)
	}
	_, ps := lvscf.Parse(name, text).Check()
	if len(ps.Errors()) == 0 {
		return text, 0
	}
	if err := printProblems(stdout, ps); err != nil {
		return nil, c.fail(err)
	}
	fmt.Fprintf(c.Output(), "%s: %s\n", name, summary(ps))
	return nil, 1
}

// printPlan writes a plan for people.
func printPlan(w io.Writer, p *control.Plan) error {
	var lines []byte
	for _, s := range p.Steps {
		lines = fmt.Appendln(lines, s)
	}
	if len(p.Steps) == 0 {
		lines = fmt.Appendln(lines, "nothing to change")
	}
	for _, warning := range p.Warnings {
		lines = fmt.Appendln(lines, "warning:", warning)
	}
	for _, service := range p.Foreign {
		lines = fmt.Appendln(lines, "not in lvs.cf, and left alone:", service)
	}
	_, err := w.Write(lines)
	return err
}
