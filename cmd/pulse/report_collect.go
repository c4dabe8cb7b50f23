package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"pacu/control"
	"pacu/doctor"
)

const (
	// toolLimit bounds one program that a report runs.
	toolLimit = 15 * time.Second
	// toolOutput is what is kept of all that it prints.
	toolOutput = 8 << 20
	// systemFile is the most that is taken of a file of the system's.
	systemFile = 4 << 20
	logLines   = "3000"
)

// systemFiles go in as they are. None is secret to those who run the machine.
var systemFiles = []struct{ path, what string }{
	{"/etc/os-release", "the system"},
	{"/proc/version", "the kernel"},
	{"/proc/modules", "its modules"},
	{"/proc/uptime", "how long it runs"},
	{"/proc/loadavg", "its load"},
	{"/proc/meminfo", "its memory"},
	{"/proc/net/route", "routes of IPv4"},
	{"/proc/net/ipv6_route", "routes of IPv6"},
	{"/proc/net/if_inet6", "addresses of IPv6"},
	{"/proc/net/arp", "neighbours"},
	{"/proc/net/dev", "interfaces and their errors"},
	{"/proc/net/snmp", "counters of IP, TCP and UDP"},
	{"/proc/net/softnet_stat", "packets that processors dropped"},
	{"/proc/net/ip_vs", "the kernel's IPVS table"},
	{"/proc/net/ip_vs_stats", "counters of IPVS"},
	{"/etc/default/pulse", "flags of pulse"},
	{"/etc/default/lvsgui", "flags of lvsgui"},
}

// systemTools are run where they are installed, without a shell.
var systemTools = []struct {
	name, what string
	words      []string
}{
	{"tools/ip-address", "addresses", []string{"ip", "-d", "address"}},
	{"tools/ip-rule", "routing rules", []string{"ip", "rule"}},
	{"tools/nft-pacu", "pulse's own nftables rules", []string{"nft", "list", "table", "inet", "pacu"}},
	{"tools/systemctl", "pulse and lvsgui under systemd", []string{"systemctl", "status", "--no-pager", "--full", "--lines=0", "pulse", "lvsgui"}},
	{"tools/journal", "the latest log lines of pulse, nanny and lvsgui", []string{"journalctl", "--no-pager", "--output=short-iso", "--lines=" + logLines,
		"--identifier=pulse", "--identifier=nanny", "--identifier=lvsgui"}},
}

// collect gathers everything. What cannot be had is noted.
func (r *report) collect(ctx context.Context, o doctor.Options) {
	r.config(o)
	r.doctor(ctx, o)
	r.pulse(ctx, control.NewClient(o.Socket))
	for _, f := range systemFiles {
		text, err := firstOf(f.path)
		if err != nil {
			r.leave(f.path, err.Error())
			continue
		}
		r.add("files"+f.path, f.what, text)
	}
	for _, tool := range systemTools {
		text, err := runTool(ctx, tool.words)
		if err != nil {
			r.leave(strings.Join(tool.words, " "), err.Error())
		}
		if len(text) > 0 {
			r.add(tool.name+".txt", tool.what, text)
		}
	}
	for _, path := range []string{"/var/log/syslog", "/var/log/messages", "/var/log/daemon.log"} {
		text, err := ourLines(path)
		switch {
		case err != nil:
			r.leave(path, err.Error())
		case len(text) > 0:
			r.add("files"+path, "its latest lines of pulse, nanny and lvsgui", text)
		}
	}
}

// config puts lvs.cf in, without its secrets.
func (r *report) config(o doctor.Options) {
	r.leave(keyFile(o.Config), "the key of the heartbeats is secret")
	text, err := readFile(o.Config)
	if err != nil {
		r.leave(o.Config, err.Error())
		return
	}
	text, cut := doctor.Redact(text)
	if cut > 0 {
		r.leave(o.Config, fmt.Sprintf("the values of %d lines: they are secret, or may be", cut))
	}
	r.add("lvs.cf", "as it is on disk, without its secrets", text)
}

// doctor puts in what doctor finds, for people and programs.
func (r *report) doctor(ctx context.Context, o doctor.Options) {
	var people bytes.Buffer
	p := &doctor.Printer{W: &people}
	d := doctored{OK: true}
	d.Facts = doctor.Examine(ctx, o, func(s doctor.Section) {
		d.Sections = append(d.Sections, s)
		p.Section(s)
	})
	d.OK = !p.Failed()
	if err := p.Summary(); err != nil {
		r.leave("doctor.txt", err.Error())
	}
	r.add("doctor.txt", "what pulse doctor finds", people.Bytes())
	r.json("doctor.json", "the same, and what it went by", d)
}

// pulse puts in what the running pulse knows.
func (r *report) pulse(ctx context.Context, c *control.Client) {
	snap, err := c.Snapshot(ctx)
	if err != nil {
		r.leave("all that pulse knows", err.Error())
		return
	}
	r.json("snapshot.json", "all that pulse knows, with its latest events", snap)
	if why, err := c.Explain(ctx); err != nil {
		r.leave("explain.json", err.Error())
	} else {
		r.json("explain.json", "why this router has its role", why)
	}
	if nannies, err := c.Nannies(ctx, ""); err != nil {
		r.leave("nannies.json", err.Error())
	} else {
		r.json("nannies.json", "the nannies, and what they see", nannies)
	}
}

func (r *report) json(name, what string, v any) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(v); err != nil {
		r.leave(name, err.Error())
		return
	}
	r.add(name, what, b.Bytes())
}

// firstOf is the beginning of a file.
func firstOf(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, systemFile))
}

// runTool is what a program prints, within bounds. What it printed before it
// failed is returned too.
func runTool(ctx context.Context, words []string) ([]byte, error) {
	path, err := exec.LookPath(words[0])
	if err != nil {
		return nil, errors.New("it is not installed")
	}
	ctx, cancel := context.WithTimeout(ctx, toolLimit)
	defer cancel()
	out := &bounded{}
	cmd := exec.CommandContext(ctx, path, words[1:]...)
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C", "SYSTEMD_COLORS=0"}
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.WaitDelay = "/", out, out, outputGrace
	err = cmd.Run()
	if ctx.Err() != nil {
		err = fmt.Errorf("it did not end in %v", toolLimit)
	}
	return out.b.Bytes(), err
}

// bounded keeps the first toolOutput bytes.
type bounded struct{ b bytes.Buffer }

// Write takes all of p. It never fails.
func (w *bounded) Write(p []byte) (int, error) {
	w.b.Write(p[:min(len(p), max(0, toolOutput-w.b.Len()))])
	return len(p), nil
}

// ourLines are the lines of our programs at the end of a log of syslog's;
// nothing where there is no such log.
func ourLines(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", filepath.Base(path))
	}
	text, err := io.ReadAll(io.NewSectionReader(f, max(0, st.Size()-systemFile), systemFile))
	if err != nil {
		return nil, err
	}
	var out []byte
	for line := range bytes.Lines(text) {
		for _, name := range []string{" pulse", " nanny", " lvsgui"} {
			if i := bytes.Index(line, []byte(name)); i >= 0 && i+len(name) < len(line) && (line[i+len(name)] == '[' || line[i+len(name)] == ':') {
				out = append(out, line...)
				break
			}
		}
	}
	return out, nil
}
