package article004

import (
	"errors"
	"os/exec"
	"testing"
	"time"

	"pacu/lab"
)

// TestKernelArticle004 plays the whole story on a real kernel.
func TestKernelArticle004(t *testing.T) {
	check(t, "pulse", "nanny", "ipvsadm", "nft")
	p, err := New(logTo(t))
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
		for _, what := range r.Unjudged {
			t.Log("not judged: " + what)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

// check skips the test where the story cannot be played.
func check(t *testing.T, programs ...string) {
	t.Helper()
	err := errors.Join(lab.Check(), lab.CheckIPVS())
	for _, p := range programs {
		_, missing := exec.LookPath(p)
		err = errors.Join(err, missing)
	}
	if err != nil {
		t.Skip(err)
	}
}

// logTo is what logs lines.
func logTo(t *testing.T) func(lab.Line) {
	return func(l lab.Line) { t.Logf("%s %s %s", l.At.Format("15:04:05.000"), l.Host, l.Text) }
}
