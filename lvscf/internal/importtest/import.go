package importtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pacu/lvscf"
)

// sources are the files of testdata to import: all but what is made of them.
func sources(t testing.TB) []string {
	t.Helper()
	all, err := filepath.Glob("testdata/*.*")
	if err != nil {
		t.Fatal(err)
	}
	var in []string
	for _, f := range all {
		if !strings.HasSuffix(f, ".golden") {
			in = append(in, f)
		}
	}
	if len(in) == 0 {
		t.Fatal("no files to import")
	}
	return in
}

// Import imports every file of testdata. The golden file has the lvs.cf, its
// warnings and the notes.
func Import(t *testing.T, importer Importer) {
	for _, file := range sources(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			lvs, notes, err := importer(file, text)
			if err != nil {
				t.Fatal(err)
			}
			_, problems := read(t, "lvs.cf", lvs)
			var b strings.Builder
			b.Write(lvs)
			b.WriteString("-- warnings --\n")
			for _, p := range problems {
				b.WriteString(p.String() + "\n")
			}
			b.WriteString("-- notes --\n")
			for _, n := range notes {
				b.WriteString(n.String() + "\n")
			}
			golden(t, file+".golden", b.String())
		})
	}
}

// FuzzImport wants of every text that is imported an lvs.cf without errors,
// and notes in the order of lines that exist.
func FuzzImport(f *testing.F, importer Importer) {
	for _, file := range sources(f) {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		lvs, notes, err := importer("f", text)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f:") || strings.Contains(err.Error(), "write lvs.cf") {
				t.Errorf("an error that is not of the source: %v", err)
			}
			return
		}
		if _, problems := lvscf.Read("lvs.cf", lvs); problems.Err() != nil {
			t.Errorf("the lvs.cf has errors: %v\n%s", problems.Err(), lvs)
		}
		lines, before := strings.Count(string(text), "\n")+1, 0
		for _, n := range notes {
			if n.Line < before || n.Line > lines || n.Why == "" {
				t.Errorf("note %+v after line %d, of %d lines", n, before, lines)
			}
			before = n.Line
		}
	})
}
