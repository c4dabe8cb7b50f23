package web

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pacu/control"
)

// teller is a pulse that tells events.
type teller struct {
	fakePulse
	events []control.Event
	err    error
}

func (p *teller) Follow(_ context.Context, after uint64, f func(control.Event) error) error {
	p.followed++
	for _, e := range p.events {
		if e.Seq > after {
			if err := f(e); err != nil {
				return err
			}
		}
	}
	return p.err
}

func TestJournal(t *testing.T) {
	start := time.Unix(1_700_000_000, 0)
	event := func(seq uint64) control.Event {
		return control.Event{Seq: seq, Time: start.Add(time.Duration(seq) * time.Second), Message: fmt.Sprint("e", seq)}
	}
	events := func(from, to uint64) (out []control.Event) {
		for n := from; n <= to; n++ {
			out = append(out, event(n))
		}
		return out
	}
	p := &teller{err: errors.New("the connection is closed")}
	var j journal
	for _, step := range []struct {
		name     string
		run      int // hours after start
		snap     []control.Event
		known    []control.Event // to Follow
		want     string          // the last of the list: seq, and +n where n are lost before it
		followed int
	}{
		{"nothing has happened", 0, nil, nil, "", 0},
		{"the first look", 0, events(4, 5), events(2, 9), "2+1 3 4 5", 1},
		{"nothing new", 0, events(4, 5), nil, "2+1 3 4 5", 1},
		{"a few more", 0, events(5, 7), nil, "2+1 3 4 5 6 7", 1},
		{"many more", 0, events(20, 21), events(10, 21), "6 7 10+2 11 12 13 14 15 16 17 18 19 20 21", 2},
		{"pulse does not tell them", 0, events(30, 31), nil, "21 30+8 31", 3},
		{"a restart", 1, events(1, 2), events(1, 2), "30+8 31 1 2", 3},
		{"a restart in the middle of asking", 1, events(9, 9), []control.Event{{Seq: 9, Time: start, Message: "of another run"}}, "2 9+6", 4},
	} {
		p.events = step.known
		j.take(t.Context(), p, &control.Snapshot{Started: start.Add(time.Duration(step.run) * time.Hour), Events: step.snap})
		var got []string
		for _, i := range j.kept() {
			s := fmt.Sprint(i.Seq)
			if i.Lost > 0 {
				s += fmt.Sprintf("+%d", i.Lost)
			}
			got = append(got, s)
		}
		if all := strings.Join(got, " "); !strings.HasSuffix(all, step.want) || p.followed != step.followed {
			t.Errorf("%s: %s, asked %d times; want %s, %d", step.name, all, p.followed, step.want, step.followed)
		}
	}
	before := j.kept()
	first := before[0]
	for n := uint64(10); n < 2*keepIncidents; n += 40 {
		j.take(t.Context(), p, &control.Snapshot{Started: start.Add(time.Hour), Events: events(n, n+39)})
	}
	if len(j.kept()) != keepIncidents || before[0] != first {
		t.Errorf("%d incidents are kept, want %d", len(j.kept()), keepIncidents)
	}
}

func FuzzIncidentID(f *testing.F) {
	f.Add("1700000000000.7")
	f.Add("-1.x")
	f.Fuzz(func(t *testing.T, id string) {
		run, seq, ok := parseIncident(id)
		if !ok {
			return
		}
		again := incident{Run: run, Event: control.Event{Seq: seq}}.ID()
		if r, s, ok := parseIncident(again); !ok || r != run || s != seq {
			t.Errorf("%q became %q", id, again)
		}
	})
}
