package install

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pacu/lab"
)

// settleLimit is how long a guide's reader waits for what has to settle: a
// failover, an emulated machine that starts its nannies.
const settleLimit = 10 * time.Minute

// patiently are words of a guide's lvs.cf, and what stands for them here: on a
// machine that is emulated and busy a router is not dead after four seconds of
// silence, nor a web server after three.
var patiently = []string{"deadtime = 4\n", "deadtime = 20\n", "timeout = 3\n", "timeout = 20\n"}

// guide reads a guide of docs/.
func guide(t *testing.T, name string) []Step {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(docDir, name))
	if err != nil {
		t.Fatal(err)
	}
	steps, err := ParseGuide("docs/"+name, text)
	if err != nil {
		t.Fatal(err)
	}
	if len(steps) == 0 {
		t.Fatalf("docs/%s has no commands", name)
	}
	for i := 0; i < len(patiently); i += 2 {
		if !strings.Contains(string(text), patiently[i]) {
			t.Fatalf("docs/%s does not say %q", name, patiently[i])
		}
	}
	return steps
}

// follow does a step as it is written, on all of its machines at once. One that
// has no power is switched on first. A step that fails, fails the test, and the
// guide goes on.
func (s *site) follow(step Step) {
	s.t.Helper()
	var all sync.WaitGroup
	for _, name := range step.On {
		sh, ok := s.shells[name]
		if !ok {
			s.t.Fatalf("%v: there is no machine %q", step, name)
		}
		if m, ok := sh.(*machine); ok && !m.On() {
			logf("%s is switched on", name)
			m.boot()
			m.up()
		}
		all.Go(func() {
			if err := s.do(step, sh); err != nil {
				s.t.Errorf("%s: %v", name, err)
			}
		})
	}
	all.Wait()
}

func (s *site) do(step Step, sh shell) error {
	text := strings.NewReplacer(append(patiently, "pacu_VERSION_amd64.deb", s.old, "pacu_NEWVERSION_amd64.deb", s.new)...).Replace(step.Command)
	if m, ok := sh.(*machine); ok && strings.HasPrefix(text, "poweroff") {
		logf("%s# %s", m.Name(), text)
		return m.PowerOff()
	}
	limit := commandLimit
	if looks(text) {
		limit = settleLimit
	}
	ctx, cancel := context.WithTimeout(s.t.Context(), limit)
	defer cancel()
	// A look is repeated until it shows what it should.
	return lab.Until(ctx, time.Second, func() error {
		out, code, err := run(s.t, sh, text)
		// What pulse status prints says whether trouble is meant.
		trouble := code == 1 && strings.HasPrefix(text, "pulse status")
		switch {
		case err != nil:
		case code != 0 && !trouble:
			err = fmt.Errorf("%v: exit %d: %s", step, code, out)
		default:
			err = step.Fits(out)
		}
		if err != nil && !looks(text) {
			cancel()
		}
		return err
	})
}

// begins finds the first step whose command begins so, from one on.
func begins(t *testing.T, steps []Step, from int, command string) int {
	t.Helper()
	for i := from; i < len(steps); i++ {
		if strings.HasPrefix(steps[i].Command, command) {
			return i
		}
	}
	t.Fatalf("%s has no command %q", steps[0].File, command)
	return 0
}

// looks tells whether a command changes nothing, so that a reader would try it
// again after a while.
func looks(command string) bool {
	return strings.HasPrefix(command, "pulse status") || strings.HasPrefix(command, "curl ")
}
