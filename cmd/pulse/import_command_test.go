package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"pacu/lvscf"
)

// Each file is taken for what it is, and comes to an lvs.cf that reads.
func TestImportCommand(t *testing.T) {
	for file, from := range map[string]string{
		"keepalived.conf": "keepalived", "ldirectord.cf": "ldirectord", "ipvsadm.save": "ipvsadm",
	} {
		t.Run(from, func(t *testing.T) {
			path := filepath.Join("testdata/import", file)
			var stdout, stderr bytes.Buffer
			if code := importCommand([]string{path}, nil, &stdout, &stderr); code != 0 {
				t.Fatalf("exit %d: %s", code, stderr.String())
			}
			for line := range strings.Lines(stderr.String()) {
				if !strings.HasPrefix(line, path+":") || !strings.Contains(line, ": note: ") {
					t.Errorf("not a note of a line: %q", line)
				}
			}
			cfg, ps := lvscf.Read("lvs.cf", stdout.Bytes())
			if cfg == nil {
				t.Fatalf("what is printed is no lvs.cf:\n%s", ps)
			}
			if len(cfg.Virtuals) == 0 || cfg.Virtuals[0].Port != 80 || len(cfg.Virtuals[0].Servers) != 2 {
				t.Errorf("not what the file says:\n%s", stdout.String())
			}

			var said bytes.Buffer
			if code := importCommand([]string{"--from", from, path}, nil, &said, &stderr); code != 0 || said.String() != stdout.String() {
				t.Errorf("with --from %s exit %d, printed:\n%s", from, code, said.String())
			}
		})
	}
}

func TestImportCommandRefuses(t *testing.T) {
	testCommands(t, importCommand, []commandTest{
		{name: "no file", code: 2, stderr: "pulse import: wrong number of files: needs 1, has 0: []\n"},
		{
			name: "unknown kind", args: []string{"--from", "haproxy", "-"}, code: 2,
			stderr: "pulse import: --from haproxy is not known: it is one of keepalived, ldirectord, ipvsadm\n",
		},
		{
			name: "cannot guess", args: []string{"testdata/files/pair.cf"}, code: 1,
			stderr: "pulse import: testdata/files/pair.cf: nothing in it tells which program it is of: say --from, one of keepalived, ldirectord, ipvsadm\n",
		},
		{
			name: "wrong", args: []string{"-"}, stdin: "global_defs {\n}\nvirtual_server 10.0.0.9 80 {\n", code: 1,
			stderr: "<stdin>:3: the block of \"virtual_server\" is never closed\n",
		},
		{name: "no such file", args: []string{"none.conf"}, code: 1, stderr: "pulse import: open none.conf: no such file or directory\n"},
	})
}

func TestGuess(t *testing.T) {
	tests := []struct{ text, want string }{
		{"! keepalived\n\nglobal_defs {\n", "keepalived"},
		{"# virtual = x\nvirtual_server 10.0.0.9 80 {\n", "keepalived"},
		{"virtual_server_group g {\n", "keepalived"},
		{"include /etc/x\nvrrp_instance VI {\n", "keepalived"},
		{"virtual=10.0.0.9:80\n\treal=10.1.0.1:80 gate\n", "ldirectord"},
		{"# Global\nchecktimeout = 3\n", "ldirectord"},
		{"virtual6=[fd00::1]:80\n", "ldirectord"},
		{"-A -t 10.0.0.9:80 -s wlc\n", "ipvsadm"},
		{"# saved\n--add-service -f 1\n", "ipvsadm"},
		{"/sbin/ipvsadm -C\nipvsadm -A -t 10.0.0.9:80\n", "ipvsadm"},
		{"virtual http {\n", ""},
		{"primary = 10.0.0.1\n", ""},
		{"", ""},
	}
	for _, tt := range tests {
		got := ""
		if im := guess([]byte(tt.text)); im != nil {
			got = im.from
		}
		if got != tt.want {
			t.Errorf("%q is taken for %q, want %q", strings.TrimSpace(tt.text), got, tt.want)
		}
	}
}
