package doctor

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestPrinter holds what people read of a router with some troubles.
func TestPrinter(t *testing.T) {
	f := healthy(t, healthyText)
	f.Files[1].Mode = 0o644
	f.Sysctls["net.ipv4.ip_forward"] = "0"
	f.Boot.Enabled["pulse"] = false
	f.Pulse.Trouble = []string{"a\x1b[2Jb"}
	for name, color := range map[string]bool{"plain": false, "colour": true} {
		var b bytes.Buffer
		p := &Printer{W: &b, Color: color}
		for i, s := range Judge(f) {
			if i == 3 {
				s.Unseen = []string{"arp on eth1: permission denied"}
			}
			p.Section(s)
		}
		if err := p.Summary(); err != nil || !p.Failed() {
			t.Errorf("%v, failed %t", err, p.Failed())
		}
		golden := filepath.Join("testdata", name+".txt")
		if *update {
			if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), b.String()); d != "" {
			t.Errorf("%s:\n%s", golden, d)
		}
	}
}
