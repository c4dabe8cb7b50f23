package ipvsadm

import (
	"os"
	"path/filepath"
	"testing"

	"pacu/lvscf"
)

// FuzzExport wants of every lvs.cf that what is made of it can be imported.
func FuzzExport(f *testing.F) {
	files, err := filepath.Glob("testdata/export/*.cf")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
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
		out, _ := Export(cfg)
		lvs, _, err := Import("f", out)
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
