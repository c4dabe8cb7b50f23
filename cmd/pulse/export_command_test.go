package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pacu/lvscf"
	"pacu/lvscf/ipvsadm"
	"pacu/lvscf/keepalived"
)

func TestExportCommand(t *testing.T) {
	const path = "testdata/files/pair.cf"
	cfg, ps := lvscf.Read(path, []byte(contents(t, "pair.cf")))
	if cfg == nil {
		t.Fatal(ps)
	}
	for to, export := range map[string]func(*lvscf.Config) ([]byte, []string){
		"ipvsadm": ipvsadm.Export, "keepalived": keepalived.Export,
	} {
		t.Run(to, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if code := exportCommand([]string{path, "--" + to}, nil, &stdout, &stderr); code != 0 {
				t.Fatalf("exit %d: %s", code, stderr.String())
			}
			text, lost := export(cfg)
			if diff := cmp.Diff(string(text), stdout.String()); diff != "" {
				t.Errorf("stdout (-want +got):\n%s", diff)
			}
			var notes strings.Builder
			for _, l := range lost {
				notes.WriteString(path + ": note: " + l + "\n")
			}
			if diff := cmp.Diff(notes.String(), stderr.String()); diff != "" {
				t.Errorf("stderr (-want +got):\n%s", diff)
			}
			// What left lvs.cf comes back as an lvs.cf.
			var back bytes.Buffer
			if code := importCommand([]string{"-"}, &stdout, &back, &stderr); code != 0 {
				t.Fatalf("exit %d for what was exported: %s", code, stderr.String())
			}
			if again, ps := lvscf.Read("back", back.Bytes()); again == nil || len(again.Virtuals) != 1 || again.Virtuals[0].FWMark != 80 {
				t.Errorf("what was exported comes back as:\n%s%s", back.String(), ps)
			}
		})
	}
}

func TestExportCommandRefuses(t *testing.T) {
	const one = "pulse export: say --ipvsadm or --keepalived, one of them\n"
	testCommands(t, exportCommand, []commandTest{
		{name: "to nothing", args: []string{"testdata/files/pair.cf"}, code: 2, stderr: one},
		{name: "to both", args: []string{"--ipvsadm", "--keepalived"}, code: 2, stderr: one},
		{
			name: "a file with errors", args: []string{"--ipvsadm", "-"}, stdin: "service = lvs1\n", code: 1,
			stderr: "<stdin>:1:11: error: service \"lvs1\" is not known: did you mean lvs?\n",
		},
		{name: "no such file", args: []string{"--ipvsadm", "none.cf"}, code: 1, stderr: "pulse export: open none.cf: no such file or directory\n"},
		{name: "two files", args: []string{"--ipvsadm", "a", "b"}, code: 2, stderr: "wrong number of files"},
	})
}
