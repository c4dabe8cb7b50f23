package scenario

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// folder is where the commands of these scenarios are, and write what they are
// told.
const folder = "/etc/sysconfig/ha/"

// told is the script of a command: its facts go into the file that its first
// argument names.
const told = `#!/bin/bash
set -u
read -r facts
echo "$PACU_EVENT,$PACU_STATE,$PACU_ROUTER,$PACU_ROLE $facts" >> ` + folder + `$1
`

// hangs is the script of one that does not end, and that does not want to.
const hangs = `#!/bin/bash
trap '' TERM
echo $$ > ` + folder + `hung
sleep 1000 &
while true; do wait; done
`

// TestKernelCommands has active_cmd, inactive_cmd and notify run with the facts
// of what happened; when they hang, nothing waits for them.
func TestKernelCommands(t *testing.T) {
	s := newLAN(t, v4, 2, 1)
	lvs := s.direct("command_timeout = 60",
		"active_cmd = \""+folder+"tell active\"",
		"inactive_cmd = \""+folder+"tell inactive\"",
		"notify = \""+folder+"tell notify\"",
	).and(s.virtual("web"))
	s.setUp(lvs)
	for _, r := range s.routers {
		if err := r.WriteFile(folder+"tell", []byte(told), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	one, two := s.routers[0], s.routers[1]
	s.pair(lvs)
	s.healthy("web-1")
	v := s.vigil(20 * time.Millisecond)
	one.wasTold("active", "role,active,lvs-1,primary")
	two.wasTold("inactive", "role,standby,lvs-2,backup")
	one.wasTold("notify", "server,up,lvs-1,primary")

	one.run("pulse", "switchover")
	s.serving(1)
	two.wasTold("active", "role,active,lvs-2,backup")
	two.wasTold("notify", "role,active,lvs-2,backup")
	one.wasTold("inactive", "role,standby,lvs-1,primary")

	t.Log("active_cmd hangs")
	for _, r := range s.routers {
		if err := r.WriteFile(folder+"tell", []byte(hangs), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	s.reload(lvs.with("command_timeout = 5", "notify = \""+folder+"tell notify again\""))
	s.serving(1)
	v.next()
	at := time.Now()
	two.powerOff()
	v.alone(one.Name())
	v.moved("a crash, and commands that hang")
	ctx, cancel := awake(t.Context(), patience)
	defer cancel()
	line, err := one.pulse.WaitLine(ctx, at, "active_cmd "+folder+"tell: ended after its limit of 5s")
	if err != nil {
		t.Fatal(err)
	}
	// It began when the addresses were up: they were up by then.
	spans := v.holder.Spans(at)
	if came := spans[len(spans)-1].From; came.After(line.At) {
		v.failsFor(line.At, came, "the VIP came up at %v, after active_cmd had ended at %v", came, line.At)
	}
	text, err := os.ReadFile(one.Path(folder + "hung"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("/proc/" + strings.TrimSpace(string(text))); err == nil {
		s.until(func(context.Context) error {
			if _, err := os.Stat("/proc/" + strings.TrimSpace(string(text))); err == nil {
				return fmt.Errorf("a command that hung still runs: process %s", text)
			}
			return nil
		})
	}
}

// wasTold waits until a command wrote down a change with these facts, and holds
// them against those that it got on its standard input.
func (r *router) wasTold(file, facts string) {
	r.site.t.Helper()
	r.site.until(func(context.Context) error {
		text, err := os.ReadFile(r.Path(folder + file))
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(text)) {
			env, stdin, _ := strings.Cut(line, " ")
			if env != facts || !strings.HasSuffix(line, "\n") {
				continue
			}
			var c struct{ Event, State, Router, Role string }
			if err := json.Unmarshal([]byte(stdin), &c); err != nil {
				r.site.t.Fatalf("%s: standard input %q: %v", r.Name(), stdin, err)
			}
			if got := strings.Join([]string{c.Event, c.State, c.Router, c.Role}, ","); got != facts {
				r.site.t.Errorf("%s: standard input says %s, the environment %s", r.Name(), got, facts)
			}
			return nil
		}
		return fmt.Errorf("%s: %s was not told %s:\n%s", r.Name(), file, facts, text)
	})
}
