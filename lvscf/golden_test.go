package lvscf

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got with the file at path.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// files returns the lvs.cf files of a folder in testdata, by name.
func files(t testing.TB, folder string) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", folder, "*.cf"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files in %s: %v", folder, err)
	}
	all := make(map[string][]byte)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all[path] = text
	}
	return all
}

func TestBroken(t *testing.T) {
	all := files(t, "broken")
	if len(all) < 60 {
		t.Errorf("only %d broken files", len(all))
	}
	for path, text := range all {
		t.Run(filepath.Base(path), func(t *testing.T) {
			cfg, ps := Read("lvs.cf", text)
			if cfg != nil || ps.Err() == nil {
				t.Error("no error")
			}
			golden(t, strings.TrimSuffix(path, ".cf")+".golden", ps.String()+"\n")
		})
	}
}

func TestWarned(t *testing.T) {
	for path, text := range files(t, "warned") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			cfg, ps := Read("lvs.cf", text)
			if cfg == nil || ps.Err() != nil {
				t.Error("refused")
			}
			golden(t, strings.TrimSuffix(path, ".cf")+".golden", ps.String()+"\n")
		})
	}
}

func TestSamples(t *testing.T) {
	for path, text := range files(t, "samples") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			cfg, ps := Read(filepath.Base(path), text)
			if cfg == nil {
				t.Fatal(ps)
			}
			var b bytes.Buffer
			enc := json.NewEncoder(&b)
			enc.SetEscapeHTML(false)
			enc.SetIndent("", "\t")
			if err := enc.Encode(cfg); err != nil {
				t.Fatal(err)
			}
			golden(t, strings.TrimSuffix(path, ".cf")+".json", b.String())
			golden(t, strings.TrimSuffix(path, ".cf")+".golden", ps.String()+"\n")
		})
	}
}

// Every code is documented, and every documented one is seen in a test file.
func TestCodes(t *testing.T) {
	seen := make(map[string]map[Severity]bool)
	for _, folder := range []string{"broken", "warned", "samples", "piranha"} {
		for _, text := range files(t, folder) {
			_, ps := Read("lvs.cf", text)
			if folder == "piranha" {
				ps = Piranha(Parse("lvs.cf", text))
			}
			for _, p := range ps {
				if seen[p.Code] == nil {
					seen[p.Code] = make(map[Severity]bool)
				}
				seen[p.Code][p.Severity] = true
			}
		}
	}
	known := make(map[string]map[Severity]bool)
	for _, c := range Codes() {
		known[c.Name] = make(map[Severity]bool)
		for _, s := range c.Severities {
			known[c.Name][s] = true
		}
	}
	if diff := cmp.Diff(known, seen); diff != "" {
		t.Errorf("codes documented and seen (-documented +seen):\n%s", diff)
	}
}
