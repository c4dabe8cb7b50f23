package bench

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pacu/lvscf"
)

// All renderings of a table say the same; the golden files show it.
func TestTable(t *testing.T) {
	small := table{virtuals: 2, servers: 3, heavy: true}
	var ops strings.Builder
	for _, o := range small.ops() {
		ops.WriteString(o.String() + "\n")
	}
	for name, got := range map[string]string{
		"testdata/table.lvs.cf":          string(small.lvsFile(alone)),
		"testdata/table.keepalived.conf": string(small.keepalivedFile()),
		"testdata/table.ipvsadm":         string(small.saved()),
		"testdata/table.ops":             ops.String(),
	} {
		if *update {
			if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestTableSizes(t *testing.T) {
	for _, size := range []table{thousand, fourfold, tenfold, published, crowd} {
		cfg, problems := lvscf.Read("lvs.cf", size.lvsFile(alone))
		if len(problems) > 0 {
			t.Fatalf("%s: %v", size, problems[:min(5, len(problems))])
		}
		n := 0
		for _, v := range cfg.Virtuals {
			n += len(v.Servers)
			if !v.Unchecked {
				t.Fatalf("%s: virtual %s is probed", size, v.Name)
			}
		}
		if len(cfg.Virtuals) != size.virtuals || n != size.servers {
			t.Errorf("%s: %d virtuals, %d servers", size, len(cfg.Virtuals), n)
		}
	}
	for want, size := range map[string]table{"4000x10": fourfold, "2277/37205": published} {
		if got := size.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
