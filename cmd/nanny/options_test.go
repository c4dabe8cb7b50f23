package main

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"pacu/control"
)

var cmpAddr = cmp.Comparer(func(a, b netip.Addr) bool { return a == b })

func TestOptions(t *testing.T) {
	ptr := func(s string) *string { return &s }
	base := control.Watch{
		Protocol: "tcp", Address: vip, Port: 80, RealPort: 80, Forward: "nat", Weight: 1,
		Interval: control.Duration(10 * time.Second), Reentry: control.Duration(180 * time.Second),
	}
	tests := []struct {
		name, args string
		want       func(*control.Watch)
	}{
		{"least", "-h 10.8.8.33 -V 10.10.1.30", func(*control.Watch) {}},
		{"as lvsd called it", `-c -h 10.8.8.33 -p 443 -r 8443 -f 80 -s GET\s/\n -x HTTP -q --regex -v -a 15 -I /sbin/ipvsadm -t 6 -w 3 -V 10.10.1.30 -M g -U none --nodaemon --lvs`,
			func(w *control.Watch) {
				w.Port, w.RealPort, w.FWMark = 443, 8443, 80
				w.Checks = []control.Check{{Send: ptr("GET\\s/\n"), Expect: ptr("HTTP"), Regex: true}}
				w.Quiesce, w.Weight, w.Forward = true, 3, "direct"
				w.Interval, w.Reentry = control.Duration(6*time.Second), control.Duration(15*time.Second)
			}},
		{"long names", `--server 10.8.8.33 --virtaddress 10.10.1.30 --port 53 --udp --send_string a\\n --expect_string= --suppress --method -i --weight 0 --scale 5 --nofork`,
			func(w *control.Watch) {
				w.Protocol, w.Port, w.RealPort, w.Forward, w.Weight = "udp", 53, 53, "tunnel", 0
				w.Checks = []control.Check{{Send: ptr(`a\\n`), Expect: ptr("")}}
			}},
		{"fwmark alone", "-h 10.8.8.33 -f 80", func(w *control.Watch) { w.FWMark, w.Address = 80, netip.IPv4Unspecified() }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o, err := parseOptions(strings.Fields(tt.args), io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			w := base
			w.Checks = []control.Check{{}}
			tt.want(&w)
			if diff := cmp.Diff(order(w), o.order(), cmpAddr, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("order (-want +got):\n%s", diff)
			}
			if o.background() != (!strings.Contains(tt.args, "-c") && !strings.Contains(tt.args, "--nofork")) {
				t.Errorf("background %v", o.background())
			}
		})
	}
}

func TestOptionsProgram(t *testing.T) {
	args := []string{"-h", "2001:db8::33", "-f", "80", "-e", "/bin/check  %h %p", "-x", "OK", "-U", "rup"}
	o, err := parseOptions(args, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	w := o.order().Watches[0]
	if diff := cmp.Diff([]string{"/bin/check", "%h", "%p"}, w.Checks[0].Program); diff != "" {
		t.Errorf("program (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(&control.Load{Kind: "rup", Scale: 10}, w.Load); diff != "" {
		t.Errorf("load (-want +got):\n%s", diff)
	}
	if w.Address != netip.IPv6Unspecified() {
		t.Errorf("address %s", w.Address)
	}
}

func TestLoadCommand(t *testing.T) {
	for text, want := range map[string]*control.Load{
		"": nil, "none": nil, " ": nil,
		"rup":       {Kind: "rup", Scale: 4},
		"ruptime":   {Kind: "ruptime", Scale: 4},
		"ssh -q":    {Kind: "uptime", Program: []string{"ssh", "-q"}, Scale: 4},
		"rsh":       {Kind: "uptime", Program: []string{"rsh"}, Scale: 4},
		"/bin/load": {Kind: "program", Program: []string{"/bin/load", "%h"}, Scale: 4},
	} {
		o, err := parseOptions([]string{"-h", "10.8.8.33", "-f", "1", "-U", text, "-S", "4"}, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, o.order().Watches[0].Load); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestUnescaped(t *testing.T) {
	for in, want := range map[string]string{
		``: "", `\`: `\`, `a\nb\r\t`: "a\nb\r\t", `\\n`: `\n`, `\'\"`: `'"`, `\d\x`: `\d\x`, `\\\\`: `\\`,
	} {
		if got := *unescaped(&in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestBadOptions(t *testing.T) {
	for args, want := range map[string]string{
		"":                                     "no address supplied; use --help for help",
		"-V 10.10.1.30":                        "no address supplied",
		"-h lvs-03 -V 10.10.1.30":              "bad IP address -- lvs-03",
		"-h 10.8.8.33 -V 10.10.1":              "bad IP address -- 10.10.1",
		"-h fe80::1%eth0 -f 1":                 "bad IP address -- fe80::1%eth0",
		"-h 10.8.8.33":                         "--virtaddress: needed without --fwmark",
		"-h 10.8.8.33 -f 1 -p 0":               "--port 0: not a port",
		"-h 10.8.8.33 -f 1 -p 65536":           "--port 65536: not a port",
		"-h 10.8.8.33 -f 1 -r 70000":           "--rport 70000: not a port",
		"-h 10.8.8.33 -f 4294967296":           "--fwmark 4294967296: more than 32 bits",
		"-h 10.8.8.33 -f 1 -w -1":              "--weight -1: not from 0",
		"-h 10.8.8.33 -f 1 -S 0":               "--scale 0: not from 1",
		"-h 10.8.8.33 -f 1 -t 0":               "--interval 0: not from 1",
		"-h 10.8.8.33 -f 1 -a -5":              "--reentrytime -5: not from 0",
		"-h 10.8.8.33 -f 1 -M t":               "--method t: want m, g or i",
		"-h 10.8.8.33 -f 1 -u":                 "--udp: nothing to check without",
		"-h 10.8.8.33 -f 1 -u -s x":            "--udp: nothing to check without",
		"-h 10.8.8.33 -f 1 --fos":              "--fos: failover services are not nanny's",
		"-h 10.8.8.33 -f 1 more":               "unexpected arguments: more",
		"-h 10.8.8.33 -f x":                    "bad argument: invalid value \"x\"",
		"--colour":                             "bad argument: flag provided but not defined: -colour",
		"--control-fd 987":                     "--control-fd: file descriptor 987",
		"--control-fd 3 --address 10.8.8.33 x": "unexpected arguments: x",
		"--json":                               "--json: only with --once",
	} {
		var stdout, stderr bytes.Buffer
		if code := run(strings.Fields(args), nil, &stdout, &stderr); code != 1 {
			t.Errorf("%s: exit %d", args, code)
		}
		if got := stderr.String(); !strings.HasPrefix(got, "nanny: "+want) || strings.Count(got, "\n") != 1 {
			t.Errorf("%s: %q, want %q", args, got, want)
		}
		if stdout.Len() > 0 {
			t.Errorf("%s: %q on stdout", args, stdout.String())
		}
	}
}

func TestHelpAndVersion(t *testing.T) {
	var help bytes.Buffer
	if _, err := parseOptions([]string{"--help"}, &help); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("error %v", err)
	}
	for _, want := range []string{"usage: nanny -h ADDRESS", "-quiesce_server", "the same as --quiesce_server"} {
		if !strings.Contains(help.String(), want) {
			t.Errorf("help lacks %q:\n%s", want, help.String())
		}
	}
	var stdout, stderr bytes.Buffer
	if code := run([]string{"--version"}, nil, &stdout, &stderr); code != 0 || stdout.String() != "Program Version:\tdevel\nA component of:\t\tPacu\n" {
		t.Errorf("version: exit %d, %q, %q", code, stdout.String(), stderr.String())
	}
}
