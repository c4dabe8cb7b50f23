package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"pacu/control"
)

// doctorFolder is a folder with an lvs.cf that has a password, and a key.
func doctorFolder(t *testing.T) (config string, key string) {
	t.Helper()
	dir := t.TempDir()
	config, key = filepath.Join(dir, "lvs.cf"), strings.Repeat("0123456789abcdef", 4)
	if err := os.WriteFile(config, []byte(doctorPair), 0o640); err != nil {
		t.Fatal(err)
	}
	// Whatever the umask.
	if err := errors.Join(os.WriteFile(keyFile(config), []byte(key+"\n"), 0o600), os.Chmod(keyFile(config), 0o644), os.Chmod(dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	return config, key
}

// TestDoctorCommand runs it on this machine, which is neither router.
func TestDoctorCommand(t *testing.T) {
	config, key := doctorFolder(t)
	socket := filepath.Join(t.TempDir(), "none")
	var out, complaint bytes.Buffer
	if code := doctorCommand([]string{"--config", config, "--control", socket}, &out, &complaint); code != 1 || complaint.Len() > 0 {
		t.Errorf("exit %d, %s", code, &complaint)
	}
	wrong := "1 error"
	if os.Geteuid() != 0 {
		wrong = "2 errors" // the key is not root's either
	}
	for _, want := range []string{
		"lvs.cf and files: " + wrong, "error " + keyFile(config) + ": others than root may read or write it (mode 0644)", "fix: chmod 600",
		"warning pulse: it does not run", "neither primary 10.77.0.1 nor backup 10.77.0.2 is an address of this machine", "this machine: ",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it says %s\nwant %q in it", &out, want)
		}
	}
	if strings.Contains(out.String(), "\x1b[") {
		t.Error("colours where there is no terminal")
	}

	out.Reset()
	if code := doctorCommand([]string{"--json", "--config", config, "--control", socket}, &out, &complaint); code != 1 {
		t.Errorf("exit %d, %s", code, &complaint)
	}
	var d doctored
	if err := json.Unmarshal(out.Bytes(), &d); err != nil || d.OK || len(d.Sections) != 6 || d.Facts.ConfigPath != config {
		t.Errorf("%v: %+v", err, d)
	}
	for _, secret := range []string{key, doctorPassword} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("%q is told", secret)
		}
	}

	for _, args := range [][]string{{"--nonsense"}, {"a", "b"}} {
		if code := doctorCommand(args, &out, &complaint); code != 2 {
			t.Errorf("%q: exit %d", args, code)
		}
	}
}

// TestReportCommand packs a report while pulse tells secrets that it should not
// know, and while it is down.
func TestReportCommand(t *testing.T) {
	config, key := doctorFolder(t)
	fake := &fakePulse{
		snap:    &control.Snapshot{Version: "1", Events: []control.Event{{Message: "refused: " + doctorPassword}}, Trouble: []string{key}},
		why:     &control.Explanation{Because: []string{doctorPassword}},
		nannies: []control.Nanny{},
	}
	dir := t.TempDir()
	for name, socket := range map[string]string{"up": serveFake(t, fake), "down": filepath.Join(dir, "none")} {
		path := filepath.Join(dir, name+".tar.gz")
		run := func() (string, int) {
			var out, complaint bytes.Buffer
			code := reportCommand([]string{path, "--config", config, "--control", socket}, &out, &complaint)
			return out.String() + complaint.String(), code
		}
		out, code := run()
		if code != 0 || !strings.Contains(out, "Read it before you send it") {
			t.Errorf("%s: exit %d, %s", name, code, out)
		}
		files := unpack(t, path)
		for file, text := range files {
			for _, secret := range []string{key, doctorPassword} {
				if bytes.Contains(text, []byte(secret)) {
					t.Errorf("%s: %s has a secret", name, file)
				}
			}
		}
		manifest := string(files["MANIFEST.txt"])
		for file := range files {
			if file != "MANIFEST.txt" && !strings.Contains(manifest, "  "+file+" ") {
				t.Errorf("%s: the manifest does not tell of %s", name, file)
			}
		}
		if want := "lvs.key: the key of the heartbeats is secret"; !strings.Contains(manifest, want) {
			t.Errorf("%s: manifest:\n%s\nwant %q in it", name, manifest, want)
		}
		if _, there := files["snapshot.json"]; there != (name == "up") {
			t.Errorf("%s: snapshot %t", name, there)
		}
		if out, code := run(); code != 1 || !strings.Contains(out, "file exists") {
			t.Errorf("%s: a second one: exit %d, %s", name, code, out)
		}
	}
	// A link that somebody laid is not followed.
	link := filepath.Join(dir, "link")
	if err := os.Symlink(filepath.Join(dir, "target"), link); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if code := reportCommand([]string{link, "--config", config, "--control", filepath.Join(dir, "none")}, &out, &out); code != 1 {
		t.Errorf("a link: exit %d, %s", code, &out)
	}
}

// TestReportBounds cuts what is too large, and says so.
func TestReportBounds(t *testing.T) {
	r := newReport([]string{"secret"})
	r.add("a", "", make([]byte, mostOfOne+7))
	r.add("b", "", []byte("a secret"))
	if len(r.members[0].text) != mostOfOne || len(r.left) != 1 || !strings.Contains(r.left[0], "the last 7 bytes") {
		t.Errorf("%d bytes, left out %q", len(r.members[0].text), r.left)
	}
	if got := string(r.members[1].text); got != "a (left out)" {
		t.Errorf("%q", got)
	}
	r.leave("c", "it has a secret")
	if strings.Contains(strings.Join(r.left, ""), "secret") {
		t.Errorf("left out %q", r.left)
	}
}

// TestOurLines picks lines of our programs from a log of all.
func TestOurLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "syslog")
	const log = "Nov 22 lvs-01 pulse[12]: a\nNov 22 lvs-01 sshd[9]: pulse of life\nNov 22 lvs-01 nanny: b\nNov 22 lvs-01 impulse[3]: c\n"
	if err := os.WriteFile(path, []byte(log), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := ourLines(path)
	if want := "Nov 22 lvs-01 pulse[12]: a\nNov 22 lvs-01 nanny: b\n"; err != nil || string(got) != want {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := ourLines(path + "x"); got != nil || err != nil {
		t.Errorf("of no log: %q, %v", got, err)
	}
}

// TestSecretsOfPipe is not held up by what the console, which may write to the
// folder, can put there.
func TestSecretsOfPipe(t *testing.T) {
	config := filepath.Join(t.TempDir(), "lvs.cf")
	if err := unix.Mkfifo(keyFile(config), 0o600); err != nil {
		t.Fatal(err)
	}
	done := make(chan []string)
	go func() { done <- secretsOf(config) }()
	select {
	case s := <-done:
		if len(s) > 0 {
			t.Errorf("%q", s)
		}
	case <-time.After(enough):
		t.Fatal("it waits for somebody to write to the pipe")
	}
}
