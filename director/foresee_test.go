package director

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestForesee has a reload that gives both servers of article 004 another
// weight: the nannies' work, of those that have lvs.cf's weight now.
func TestForesee(t *testing.T) {
	m := newMachine()
	d := m.director()
	d.Configure(article004(t))
	reconcile(t, d)
	judge := func(weight uint32) {
		for _, s := range d.cluster.Services {
			for _, rs := range s.Servers {
				d.Judge(ServerKey{s.JudgedBy, rs.Addr, rs.Port}, Verdict{Up: true, Weight: weight}, false)
			}
		}
		reconcile(t, d)
	}
	heavier := article004(t)
	for i := range heavier.Services[0].Servers {
		heavier.Services[0].Servers[i].Weight = 3 + i
	}
	if got := lines(d.Foresee(heavier)); len(got) > 0 {
		t.Errorf("of servers without a verdict: %v", got)
	}
	judge(1)
	want := []string{
		"~ 10.8.8.33:80 in http_server weight 3 (was weight 1)",
		"~ 10.8.8.34:80 in http_server weight 4 (was weight 1)",
	}
	if diff := cmp.Diff(want, lines(d.Foresee(heavier))); diff != "" {
		t.Errorf("foreseen (-want +got):\n%s", diff)
	}
	if steps, err := d.Plan(heavier); err != nil || len(steps) > 0 {
		t.Errorf("pulse itself would do %v, %v", steps, err)
	}
	if got := lines(d.Foresee(article004(t))); len(got) > 0 {
		t.Errorf("of the same file: %v", got)
	}
	d.Configure(heavier)
	reconcile(t, d)
	if got := lines(d.Foresee(article004(t))); len(got) > 0 {
		t.Errorf("of servers whose weight is not lvs.cf's: %v", got)
	}
}
