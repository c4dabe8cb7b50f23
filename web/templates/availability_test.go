package templates

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
	"pacu/web/text"
)

func TestTallies(t *testing.T) {
	got := tallies(map[string]uint64{"replayed": 2, "too short": 2, "signed with another key": 12003})
	if diff := cmp.Diff([]string{"12\u2009003 signed with another key", "2 replayed", "2 too short"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestSteps(t *testing.T) {
	at := time.Date(2026, 11, 21, 3, 4, 5, 0, time.UTC)
	one := control.Takeover{Steps: []control.Moment{{At: at}, {At: at.Add(4250 * time.Microsecond)}}}
	if shown, more := steps(one); len(shown) != 2 || more != 0 {
		t.Errorf("%d shown, %d more", len(shown), more)
	}
	if got := sinceFirst(one, one.Steps[1].At); got != "+4.2 ms" {
		t.Errorf("the second step is at %s", got)
	}
	one.Steps = make([]control.Moment, 1000)
	if shown, more := steps(one); len(shown) != stepsShown || more != 1000-stepsShown {
		t.Errorf("%d shown, %d more", len(shown), more)
	}
	if shown, more := steps(control.Takeover{}); len(shown) != 0 || more != 0 {
		t.Errorf("%d shown of none, %d more", len(shown), more)
	}
}

// Every state and phase that package control knows has words here.
func TestStatesHaveWords(t *testing.T) {
	zh := text.Chinese.Words()
	for _, state := range []string{"running", "starting", "failed", "stopped", "runs on the partner"} {
		if word, _ := running(zh, state); word == state {
			t.Errorf("state %q has no words", state)
		}
	}
	if word, _ := running(zh, "dancing"); word != "dancing" {
		t.Errorf("an unknown state is shown as %q", word)
	}
	for _, p := range []string{"taking over", "handing over", "giving up"} {
		if phase(zh, p) == p {
			t.Errorf("phase %q has no words", p)
		}
	}
	if got := phase(zh, "dancing"); got != "dancing" {
		t.Errorf("an unknown phase is shown as %q", got)
	}
}

func TestReachTone(t *testing.T) {
	for want, p := range map[string]control.Partner{"bad": {Servers: 2}, "wait": {ServersUp: 1, Servers: 2}, "ok": {ServersUp: 2, Servers: 2}} {
		if got := reachTone(&p); got != want {
			t.Errorf("%d of %d: %s, want %s", p.ServersUp, p.Servers, got, want)
		}
	}
}
