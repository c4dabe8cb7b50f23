package migrations

import (
	"io/fs"
	"regexp"
	"testing"
)

func TestNames(t *testing.T) {
	files, err := fs.Glob(FS, "*")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatal("no migrations are embedded")
	}
	name := regexp.MustCompile(`^\d{5}_[a-z_]+\.sql$`)
	seen := map[string]string{}
	for _, f := range files {
		if !name.MatchString(f) {
			t.Errorf("%s: want NNNNN_name.sql", f)
			continue
		}
		if other, ok := seen[f[:5]]; ok {
			t.Errorf("%s and %s have one number", other, f)
		}
		seen[f[:5]] = f
	}
}
