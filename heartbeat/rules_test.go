package heartbeat

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// An exchange is a node's settings and what it lives through. Nothing answers
// its Activate and Deactivate but the turns themselves.
type exchange struct {
	name     string
	settings Settings
	turns    []turn
}

// The settings of most exchanges: keepalive 1 s, deadtime 3 s, one path, a key.
var (
	keyedPrimary = Settings{Role: Primary, Keepalive: time.Second, Deadtime: 3 * time.Second, Partner: true, Paths: 1, Keyed: true}
	keyedBackup  = with(keyedPrimary, func(s *Settings) { s.Role = Backup })
)

func with(s Settings, change func(*Settings)) Settings {
	change(&s)
	return s
}

// says is a heartbeat of a partner with a key.
func says(p Phase, change ...func(*Beat)) Heard {
	b := Beat{Message: Stopped, Keyed: true, Boot: 7, Phase: p}
	if p == Taking || p == Serving {
		b.Message = Running
	}
	for _, c := range change {
		c(&b)
	}
	return Heard{Beat: b}
}

func faulty(n uint16) func(*Beat) { return func(b *Beat) { b.Faults = n } }
func heldBeat(b *Beat)            { b.Held = true }
func wanting(b *Beat)             { b.Wants = true }
func stopBeat(b *Beat)            { b.Stop = true }
func rebooted(b *Beat)            { b.Boot++ }
func fosBeat(b *Beat) {
	b.Message = map[Message]Message{Running: FOSRunning, Stopped: FOSStopped}[b.Message]
}
func servers(up uint32) func(*Beat) { return func(b *Beat) { b.Up, b.Servers = up, 4 } }
func conns(n uint32) func(*Beat)    { return func(b *Beat) { b.Connections = n } }

// shown is an action as the exchanges write it: what a heartbeat with a key
// says is spelled out.
func shown(a Action) string {
	send, ok := a.(Send)
	if !ok || !send.Beat.Keyed {
		return show(a)
	}
	b := send.Beat
	out := "say " + b.Phase.String()
	if b.Faults > 0 {
		out += fmt.Sprintf(" faults %d", b.Faults)
	}
	for _, f := range []struct {
		on   bool
		name string
	}{{b.Held, " held"}, {b.Blind, " blind"}, {b.Wants, " wants"}, {b.Stop, " stop"}} {
		if f.on {
			out += f.name
		}
	}
	return out
}

func (x exchange) run(t *testing.T) {
	n := NewNode(0, x.settings)
	for i, turn := range x.turns {
		var actions []Action
		n, actions = n.Step(turn.at, turn.ev)
		var got []string
		for _, a := range actions {
			got = append(got, shown(a))
		}
		if diff := cmp.Diff(turn.want, strings.Join(got, "; ")); diff != "" {
			t.Errorf("turn %d, %T at %v (-want +got):\n%s", i, turn.ev, turn.at, diff)
		}
		if next := n.Next(); next <= turn.at {
			t.Errorf("turn %d, %T at %v: due again at %v", i, turn.ev, turn.at, next)
		}
	}
}

func exchanges(t *testing.T, list []exchange) {
	for _, x := range list {
		t.Run(x.name, x.run)
	}
}
