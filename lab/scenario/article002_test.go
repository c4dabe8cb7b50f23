package scenario

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestKernelArticle002 is what the article does by hand with ipvsadm, done by
// pulse: direct routing, wrr, persistence of 20 s, timeouts of 30, 5 and 60 s;
// and the way there and back between ipvsadm's words and lvs.cf.
func TestKernelArticle002(t *testing.T) {
	for _, f := range families {
		t.Run(string(f), func(t *testing.T) {
			s := newLAN(t, f, 1, 2)
			lvs := s.direct("tcp_timeout = 30", "tcpfin_timeout = 5", "udp_timeout = 60").
				and(s.virtual("web", "scheduler = wrr", "persistent = 20"))
			s.setUp(lvs)
			s.start(lvs)
			service := "-t " + f.at(public, vip, 80)
			want := []string{
				"-A " + service + " -s wrr -p 20",
				"-a " + service + " -r " + f.at(public, 11, 80) + " -g -w 1",
				"-a " + service + " -r " + f.at(public, 12, 80) + " -g -w 1",
			}
			s.tables(want...)
			r := s.routers[0]
			if got := r.run("ipvsadm", "-L", "--timeout"); !strings.Contains(got, "(tcp tcpfin udp): 30 5 60") {
				t.Errorf("ipvsadm -L --timeout: %s", got)
			}
			if by := s.ask(6, s.url()); len(by) != 1 {
				t.Errorf("one client within its persistence was served by %v", by)
			}

			t.Log("ipvsadm's own words make an lvs.cf that makes the same table")
			saved := r.run("ipvsadm", "-Sn")
			r.stop()
			r.holds()
			if err := r.WriteFile("/etc/sysconfig/ha/saved", []byte(saved), 0o640); err != nil {
				t.Fatal(err)
			}
			imported := r.run("pulse", "import", "--from", "ipvsadm", "/etc/sysconfig/ha/saved")
			for _, wanted := range []string{"persistent = 20", "scheduler = wrr", "network = direct"} {
				if !strings.Contains(imported, wanted) {
					t.Errorf("the import has no %q:\n%s", wanted, imported)
				}
			}
			// What a table does not tell, an operator adds: which router it is.
			text := "primary = " + f.addr(public, 1) + "\n" + imported
			if err := r.WriteFile(lvscf, []byte(text), 0o640); err != nil {
				t.Fatal(err)
			}
			r.start()
			s.tables(want...)

			t.Log("ipvsadm -R of what was saved makes it too")
			r.stop()
			restore := r.Command(t.Context(), "ipvsadm", "-R")
			restore.Stdin = strings.NewReader(saved)
			if out, err := restore.CombinedOutput(); err != nil {
				t.Fatal(fmt.Errorf("ipvsadm -R: %w: %s", err, out))
			}
			if d := cmp.Diff(saved, r.run("ipvsadm", "-Sn")); d != "" {
				t.Errorf("saved and restored (-, +):\n%s", d)
			}
		})
	}
}
