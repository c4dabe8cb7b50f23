package importtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pacu/lvscf"
)

// exports are the names of the lvs.cf in testdata/export.
func exports(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/export/*.cf")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files to export: %v", err)
	}
	return files
}

// Configs are the lvs.cf in testdata/export, by name.
func Configs(t *testing.T) map[string]*lvscf.Config {
	t.Helper()
	m := make(map[string]*lvscf.Config)
	for _, file := range exports(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m[file], _ = read(t, file, text)
	}
	return m
}

// Export exports every lvs.cf in testdata/export. The golden file has what
// came of it, and what was lost.
func Export(t *testing.T, exporter Exporter) {
	for file, cfg := range Configs(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, lost := exporter(cfg)
			golden(t, file+".golden", string(text)+"-- lost --\n"+strings.Join(lost, "\n")+"\n")
		})
	}
}

// RoundTrip exports every lvs.cf in testdata/export but partly.cf, of which
// not all can be said, imports what came of it and exports that again. The
// Config read back goes through mend, and both texts through bare, which may
// be nil.
func RoundTrip(t *testing.T, importer Importer, exporter Exporter, mend func(*lvscf.Config), bare func(text []byte) string) {
	for file, cfg := range Configs(t) {
		if filepath.Base(file) == "partly.cf" {
			continue
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			want, _ := exporter(cfg)
			lvs, notes, err := importer("f", want)
			if err != nil {
				t.Fatal(err)
			}
			again, _ := read(t, "lvs.cf", lvs)
			if mend != nil {
				mend(again)
			}
			got, lost := exporter(again)
			a, b := string(want), string(got)
			if bare != nil {
				a, b = bare(want), bare(got)
			}
			if diff := cmp.Diff(a, b); diff != "" {
				t.Errorf("exported, imported and exported (-want +got):\n%s\n%s\nnotes %v\nlost %v", diff, lvs, notes, lost)
			}
		})
	}
}

// FuzzExport wants of every lvs.cf that what is made of it can be imported.
func FuzzExport(f *testing.F, importer Importer, exporter Exporter) {
	for _, file := range exports(f) {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		cfg, _ := lvscf.Read("f", text)
		if cfg == nil {
			return
		}
		out, _ := exporter(cfg)
		lvs, _, err := importer("f", out)
		if err != nil {
			if len(out) == 0 {
				return // nothing of it could be said
			}
			t.Fatalf("%v\n%s", err, out)
		}
		if _, problems := lvscf.Read("lvs.cf", lvs); problems.Err() != nil {
			t.Errorf("%v\n%s", problems.Err(), lvs)
		}
	})
}
