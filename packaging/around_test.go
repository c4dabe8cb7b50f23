package packaging

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPackageScripts has shellcheck read all that root runs at an installation.
func TestPackageScripts(t *testing.T) {
	for _, pattern := range []string{"scripts/*", "scripts/deb/*", "scripts/rpm/*", "sysv/*", "completion/*", "version", "stage"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, f := range files {
			if info, err := os.Stat(f); err != nil || info.IsDir() {
				continue
			}
			shell := "sh"
			if strings.HasPrefix(pattern, "completion") {
				shell = "bash"
			}
			output(t, "shellcheck", "--shell", shell, f)
		}
	}
}

// TestPackageUnits has systemd read our units, and say how exposed they are.
func TestPackageUnits(t *testing.T) {
	for unit, most := range map[string]float64{"pulse.service": 4.8, "lvsgui.service": 1.7} {
		path := "systemd/" + unit
		dir := t.TempDir()
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		// A router whose interface comes late at boot must not stay without.
		if !bytes.Contains(text, []byte("\nStartLimitIntervalSec=0\n")) {
			t.Errorf("systemd gives %s up after five tries", unit)
		}
		// Where the programs and pages are not installed, others stand for them.
		text = regexp.MustCompile(`(?m)^Documentation=.*$`).ReplaceAll(text, nil)
		text = bytes.ReplaceAll(text, []byte("/usr/sbin/"+strings.TrimSuffix(unit, ".service")), []byte("/bin/true"))
		if err := os.WriteFile(filepath.Join(dir, unit), text, 0o644); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(output(t, "systemd-analyze", "verify", "--man=no", filepath.Join(dir, unit))) {
			if strings.Contains(line, unit) {
				t.Errorf("%s", line)
			}
		}
		var exposed float64
		out := output(t, "systemd-analyze", "security", "--offline=true", "--no-pager", path)
		at := strings.Index(out, "Overall exposure level")
		if _, err := fmt.Sscanf(out[max(at, 0):], "Overall exposure level for "+unit+": %f", &exposed); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if exposed > most {
			t.Errorf("%s: exposure %.1f, at most %.1f:\n%s", unit, exposed, most, out)
		}
	}
}

// TestPackagePages has mandoc read the pages, and holds what they say of flags
// and commands against the programs.
func TestPackagePages(t *testing.T) {
	for _, lang := range []string{"", "zh_CN/"} {
		for _, name := range []string{"pulse", "lvsgui"} {
			path := "man/" + lang + name + ".8"
			output(t, "mandoc", "-Tlint", "-Wwarning", path)
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			page := strings.ReplaceAll(string(text), `\-`, "-")
			for _, word := range append(helped(t, name), flags(t, name)...) {
				if !strings.Contains(page, word) {
					t.Errorf("%s says nothing of %s", path, word)
				}
			}
		}
	}
}

// TestPackageHelp holds that the help tells of every command that there is, but
// those that pulse starts itself: pages and completion go by the help.
func TestPackageHelp(t *testing.T) {
	for name, hidden := range map[string][]string{"pulse": {"guard", "understudy"}, "lvsgui": nil} {
		text, err := os.ReadFile("../cmd/" + name + "/main.go")
		if err != nil {
			t.Fatal(err)
		}
		_, table, _ := strings.Cut(string(text), "\nvar commands = ")
		table, _, _ = strings.Cut(table, "\n}\n")
		want := hidden
		for _, m := range regexp.MustCompile(`"([a-z-]+)":`).FindAllStringSubmatch(table, -1) {
			want = append(want, m[1])
		}
		got := append(helped(t, name), hidden...)
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(slices.Compact(want), slices.Compact(got)); diff != "" {
			t.Errorf("%s (-commands +help):\n%s", name, diff)
		}
	}
}

// program is one of ours, as it is in the package.
func program(t *testing.T, name string) string {
	t.Helper()
	deb(t)
	path, err := filepath.Abs(filepath.Join(*dist, runtime.GOARCH, name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// helped are the commands that a program's help tells of.
func helped(t *testing.T, name string) []string {
	t.Helper()
	var all []string
	for _, m := range regexp.MustCompile(`(?m)^       `+name+` ([a-z-]+)`).FindAllStringSubmatch(output(t, program(t, name), "--help"), -1) {
		all = append(all, m[1])
	}
	return all
}

// flags are the flags that a program's help tells of.
func flags(t *testing.T, name string, command ...string) []string {
	t.Helper()
	var all []string
	for _, m := range regexp.MustCompile(`(?m)^  -([a-z][a-z-]+)`).FindAllStringSubmatch(output(t, program(t, name), append(command, "--help")...), -1) {
		all = append(all, "--"+m[1])
	}
	return all
}

// TestPackageCompletion completes commands, flags and servers in a real bash.
func TestPackageCompletion(t *testing.T) {
	cf := filepath.Join(t.TempDir(), "lvs.cf")
	if err := os.WriteFile(cf, []byte("virtual web {\n server lvs-03 {\n }\n\tserver lvs-04 {\n }\n}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	complete := func(name string, words ...string) []string {
		t.Helper()
		in, err := json.Marshal(append([]string{program(t, name)}, words...))
		if err != nil {
			t.Fatal(err)
		}
		list := strings.NewReplacer("[", "(", "]", ")", ",", " ").Replace(string(in))
		script := fmt.Sprintf(`. ./completion/%s; COMP_WORDS=%s; COMP_CWORD=%d; _%s "${COMP_WORDS[0]}"; printf '%%s\n' "${COMPREPLY[@]}"`,
			name, list, len(words), name)
		cmd := exec.CommandContext(t.Context(), "bash", "-c", script)
		cmd.Env = append(os.Environ(), "PULSE_CF="+cf)
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.Fields(string(out))
	}
	for _, c := range []struct {
		name  string
		words []string
		want  []string
	}{
		{"pulse", []string{""}, helped(t, "pulse")},
		{"lvsgui", []string{""}, helped(t, "lvsgui")},
		{"pulse", []string{"swi"}, []string{"switchover"}},
		{"pulse", []string{"--"}, flags(t, "pulse")},
		{"pulse", []string{"drain", "--"}, flags(t, "pulse", "drain")},
		{"lvsgui", []string{"passwd", "--r"}, []string{"--reset-totp", "--role"}},
		{"pulse", []string{"drain", ""}, []string{"lvs-03", "lvs-04"}},
		{"pulse", []string{"force", "lvs-03", ""}, []string{"up", "down", "auto"}},
		{"pulse", []string{"hold", "o"}, []string{"on", "off"}},
	} {
		got := complete(c.name, c.words...)
		slices.Sort(got)
		slices.Sort(c.want)
		if diff := cmp.Diff(c.want, got); diff != "" || len(got) == 0 {
			t.Errorf("%s %q (-want +got):\n%s", c.name, c.words, diff)
		}
	}
}
