package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"pacu/doctor"
)

// reportCommand collects what a bug report needs into one archive, without
// secrets. Exit 0: done; 1: it could not be written; 2: wrong usage.
func reportCommand(args []string, stdout, stderr io.Writer) int {
	c := newFileCommand("report", `[FILE] [--configfile FILE]

Collects what a bug report needs into FILE, a .tar.gz that only you may read, or
into one in the current folder that is named after this machine and the time:
lvs.cf, what pulse knows, what pulse doctor finds, the kernel's tables, and the
latest log lines. Passwords and keys are left out; MANIFEST.txt in it says what is
there and what is not. It works when pulse does not run.
Exit 0: done; 1: the file could not be written, or is there already; 2: wrong usage.
`, 0, 1, stderr)
	o := doctorFlags(c.FlagSet)
	files, code, ok := c.files(args)
	if !ok {
		return code
	}
	now := time.Now()
	host, _ := os.Hostname() // without one it is nameless
	path := append(files, reportName(host, now))[0]
	r := newReport(secretsOf(o.Config))
	r.collect(context.Background(), *o)
	if err := r.write(path, now); err != nil {
		return c.fail(err)
	}
	_, err := fmt.Fprintf(stdout, "%s: %d files. Passwords and keys of lvs.cf and lvs.key were left out; addresses and names were not.\n"+
		"Read it before you send it: tar xzf %[1]s, and MANIFEST.txt first.\n", path, len(r.members)+1)
	if err != nil {
		return c.fail(err)
	}
	return 0
}

// reportName is the archive's name for a machine: letters, digits, - and . of
// its host name alone.
func reportName(host string, now time.Time) string {
	host = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '-'
	}, host)
	return "pulse-report-" + host + "-" + now.UTC().Format("20060102T150405Z") + ".tar.gz"
}

const (
	// mostOfOne and mostOfAll bound an archive before it is packed: the
	// snapshot of 4,000 virtual servers with ten real servers each has 40 MB.
	mostOfOne = 64 << 20
	mostOfAll = 160 << 20
)

// A report is what goes into the archive.
type report struct {
	secrets []string
	members []member
	left    []string // what was left out, and why
	size    int
}

// A member is one file of it.
type member struct {
	name string
	text []byte
	what string // for the manifest
}

func newReport(secrets []string) *report { return &report{secrets: secrets} }

// add puts a text in, without secrets. What is too much is cut at its end.
func (r *report) add(name, what string, text []byte) {
	text = doctor.Scrub(text, r.secrets)
	if room := max(0, min(mostOfOne, mostOfAll-r.size)); len(text) > room {
		r.leave(name, fmt.Sprintf("the last %d bytes: it is too large", len(text)-room))
		text = text[:room]
	}
	r.size += len(text)
	r.members = append(r.members, member{name, text, what})
}

// leave notes what is not in the archive.
func (r *report) leave(name, why string) {
	r.left = append(r.left, oneLine(name+": ", errors.New(string(doctor.Scrub([]byte(why), r.secrets)))))
}

// manifest says what is in the archive and what is not.
func (r *report) manifest(now time.Time) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "Report of pulse %s, %s\n\nIn this archive:\n", version, now.UTC().Format(time.RFC3339))
	for _, m := range r.members {
		fmt.Fprintf(&b, "  %-28s %9d bytes  %s\n", m.name, len(m.text), m.what)
	}
	b.WriteString("\nLeft out:\n")
	for _, l := range r.left {
		fmt.Fprintf(&b, "  %s\n", l)
	}
	b.WriteString("\nHost names, addresses and log lines are in it as they are. Read it before you send it.\n")
	return b.Bytes()
}

// write makes the archive at path, which must not be there.
func (r *report) write(path string, now time.Time) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return err // it names the file
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("write %s: %w", path, err), os.Remove(path))
		}
	}()
	err = errors.Join(r.pack(f, now), f.Close())
	return err
}

// pack writes the archive, everything in a folder of its own.
func (r *report) pack(w io.Writer, now time.Time) error {
	z := gzip.NewWriter(w)
	t := tar.NewWriter(z)
	all := append([]member{{"MANIFEST.txt", r.manifest(now), ""}}, r.members...)
	for _, m := range all {
		head := &tar.Header{Name: "pulse-report/" + m.name, Mode: 0o600, Size: int64(len(m.text)), ModTime: now, Format: tar.FormatPAX}
		if err := t.WriteHeader(head); err != nil {
			return err
		}
		if _, err := t.Write(m.text); err != nil {
			return err
		}
	}
	return errors.Join(t.Close(), z.Close())
}
