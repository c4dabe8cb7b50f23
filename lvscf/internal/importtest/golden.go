// Package importtest has the tests that all importers and exporters of lvscf
// have in common. Each runs over the files in the testdata of the package that
// calls it; with -update, a test writes the golden files anew.
package importtest

import (
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pacu/lvscf"
	"pacu/lvscf/internal/draft"
)

// An Importer makes an lvs.cf of text, which errors call name, and says what
// it could not carry.
type Importer func(name string, text []byte) (lvs []byte, notes []draft.Note, err error)

// An Exporter writes cfg in another program's language, and says what that
// has no word for.
type Exporter func(cfg *lvscf.Config) (text []byte, lost []string)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got with the golden file of that name, or writes it.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// read is the Config of an lvs.cf, and its warnings.
func read(t *testing.T, name string, text []byte) (*lvscf.Config, lvscf.Problems) {
	t.Helper()
	cfg, problems := lvscf.Read(name, text)
	if cfg == nil {
		t.Fatalf("%v\n%s", problems.Err(), text)
	}
	return cfg, problems
}
