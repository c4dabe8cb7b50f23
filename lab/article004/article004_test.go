package article004

import (
	"testing"
	"time"

	"pacu/lab"
)

// TestKernelArticle004 plays the whole story on a real kernel.
func TestKernelArticle004(t *testing.T) {
	if err := lab.Check(); err != nil {
		t.Skip(err)
	}
	if err := lab.CheckIPVS(); err != nil {
		t.Skip(err)
	}
	p, err := New(func(l lab.Line) {
		t.Logf("%s %s %s", l.At.Format("15:04:05.000"), l.Host, l.Text)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}()
	err = Tour(t.Context(), p, func(r Result) {
		t.Logf("==== %-60s %8s lost %d, longest gap %s, err %v", r.Name, r.Took.Round(10*time.Millisecond), r.Lost, r.Gap.Round(10*time.Millisecond), r.Err)
	})
	if err != nil {
		t.Fatal(err)
	}
}
