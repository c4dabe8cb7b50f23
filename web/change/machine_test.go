package change

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var start = time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC)

// sample is a change that waits a minute.
var sample = Change{Who: "ana", Before: "b", After: "a", Began: start, Deadline: start.Add(time.Minute)}

// An at is an event and when it comes.
type at struct {
	after time.Duration // of start
	event Event
}

func TestStep(t *testing.T) {
	atOnce, first := sample, sample
	atOnce.Deadline = start
	first.Before = ""
	for _, tt := range []struct {
		name   string
		events []at
		want   Machine
		do     []Action
	}{
		{
			"confirmed",
			[]at{{0, Apply{sample}}, {1, Written{}}, {2, Reloaded{"3 changes"}}, {3, Seen{Trouble: []string{"x"}}}, {4, Seen{Trouble: []string{"x", "y"}}}, {5, Confirm{"bob"}}, {6, Noted{}}},
			Machine{Change: sample, Outcome: Confirmed, Confirmer: "bob", Said: "3 changes", Trouble: []string{"x", "y"}, Ended: start.Add(6)},
			[]Action{Write, Reload, Nothing, Nothing, Nothing, Note, Nothing},
		},
		{
			"nobody confirms",
			[]at{{0, Apply{sample}}, {1, Written{}}, {2, Reloaded{}}, {time.Minute - 1, Tick{}}, {time.Minute, Tick{}}, {time.Minute, Written{}}, {time.Minute, Reloaded{}}, {time.Minute, Noted{}}},
			Machine{Change: sample, Outcome: RolledBack, Cause: Late, Ended: start.Add(time.Minute)},
			[]Action{Write, Reload, Nothing, Nothing, Return, Reload, Note, Nothing},
		},
		{
			"rolled back by hand, and another changed the file",
			[]at{{0, Apply{sample}}, {1, Written{}}, {2, Reloaded{}}, {3, Seen{Another: true}}, {4, RollBack{"bob"}}, {5, Overtaken{}}, {6, Noted{}}},
			Machine{Change: sample, Outcome: Left, Cause: Asked, Detail: "bob", Another: true, Ended: start.Add(6)},
			[]Action{Write, Reload, Nothing, Nothing, Return, Note, Nothing},
		},
		{
			"pulse says no",
			[]at{{0, Apply{sample}}, {1, Written{}}, {2, Refusal{"no eth7"}}, {3, Written{}}, {4, Refusal{"no eth8"}}, {5, Noted{}}},
			Machine{Change: sample, Outcome: RolledBack, Cause: Refused, Detail: "no eth7", Problem: "no eth8", Ended: start.Add(5)},
			[]Action{Write, Reload, Return, Reload, Note, Nothing},
		},
		{
			"pulse says no to the first file there is",
			[]at{{0, Apply{first}}, {1, Written{}}, {2, Refusal{"no eth7"}}, {3, Noted{}}},
			Machine{Change: first, Outcome: Left, Cause: Refused, Detail: "no eth7", Ended: start.Add(3)},
			[]Action{Write, Reload, Note, Nothing},
		},
		{
			"the role is lost",
			[]at{{0, Apply{sample}}, {1, Written{}}, {2, Reloaded{}}, {3, Seen{Fault: "standby"}}},
			Machine{State: Returning, Change: sample, Cause: Fault, Detail: "standby"},
			[]Action{Write, Reload, Nothing, Return},
		},
		{
			"no pulse",
			[]at{{0, Apply{sample}}, {1, Written{}}, {2, NoPulse{}}, {3, Noted{}}},
			Machine{Change: sample, Outcome: Unread, Ended: start.Add(3)},
			[]Action{Write, Reload, Note, Nothing},
		},
		{
			"confirmed at once, though a pulse that says no has it taken back",
			[]at{{0, Apply{atOnce}}, {1, Written{}}, {2, Reloaded{}}, {3, Failed{"locked"}}, {4, Tick{}}, {3 + retryEvery, Tick{}}, {9 * time.Second, Noted{}}, {10 * time.Second, Apply{atOnce}}, {11 * time.Second, Written{}}, {12 * time.Second, Refusal{"no"}}},
			Machine{State: Returning, Change: atOnce, Cause: Refused, Detail: "no"},
			[]Action{Write, Reload, Note, Nothing, Nothing, Note, Nothing, Write, Reload, Return},
		},
		{
			"it cannot be written",
			[]at{{0, Apply{sample}}, {1, Failed{"disk full"}}, {2, Noted{}}},
			Machine{Change: sample, Outcome: Unwritten, Detail: "disk full", Ended: start.Add(2)},
			[]Action{Write, Note, Nothing},
		},
		{
			"it cannot be confirmed, nor written back at first",
			[]at{{0, Apply{sample}}, {1, Written{}}, {2, Reloaded{}}, {3, Confirm{"bob"}}, {4, Failed{"locked"}}, {time.Minute, Confirm{"bob"}}, {time.Minute, Failed{"disk full"}}, {time.Minute + 1, Tick{}}, {time.Minute + retryEvery, Tick{}}},
			Machine{State: Returning, Change: sample, Cause: Late, Problem: "disk full"},
			[]Action{Write, Reload, Nothing, Note, Nothing, Return, Nothing, Nothing, Return},
		},
		{
			"pulse reads for longer than it may take to confirm",
			[]at{{0, Apply{sample}}, {1, Written{}}, {time.Minute, Reloaded{}}},
			Machine{State: Returning, Change: sample, Cause: Late},
			[]Action{Write, Reload, Return},
		},
		{
			"the console begins anew in time",
			[]at{{time.Second, Restart{sample, AsApplied}}, {2, NoPulse{}}, {3, Confirm{"bob"}}},
			Machine{State: Confirming, Change: sample, Outcome: Confirmed, Confirmer: "bob"},
			[]Action{Reload, Nothing, Note},
		},
		{
			"the console begins anew too late",
			[]at{{time.Hour, Restart{sample, AsApplied}}},
			Machine{State: Returning, Change: sample, Cause: Late},
			[]Action{Return},
		},
		{
			"the console begins anew before it was written",
			[]at{{1, Restart{sample, AsBefore}}, {2, Reloaded{"ok"}}, {3, Noted{}}},
			Machine{Change: sample, Outcome: RolledBack, Cause: Crash, Ended: start.Add(3)},
			[]Action{Reload, Note, Nothing},
		},
		{
			"the console begins anew and finds another's file",
			[]at{{1, Restart{sample, Another}}, {3, Noted{}}},
			Machine{Change: sample, Outcome: Left, Cause: Late, Another: true, Ended: start.Add(3)},
			[]Action{Note, Nothing},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var m Machine
			var did []Action
			for _, e := range tt.events {
				var do Action
				m, do, _ = m.Step(start.Add(e.after), e.event)
				did = append(did, do)
			}
			if diff := cmp.Diff(tt.do, did); diff != "" {
				t.Errorf("actions: %s", diff)
			}
			if diff := cmp.Diff(tt.want, m, cmpopts.IgnoreUnexported(Machine{}), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("machine: %s", diff)
			}
		})
	}
}

// TestWrongTime holds that what comes at the wrong time changes nothing.
func TestWrongTime(t *testing.T) {
	for _, tt := range []struct {
		state State
		event Event
	}{
		{Idle, Confirm{"x"}}, {Idle, Tick{}}, {Idle, Written{}},
		{Writing, Apply{sample}}, {Writing, Tick{}}, {Writing, RollBack{"x"}}, {Writing, Restart{sample, Another}},
		{Reloading, Confirm{"x"}}, {Reloading, Apply{sample}},
		{Waiting, Apply{sample}}, {Waiting, Reloaded{}},
		{Returning, Confirm{"x"}}, {Reverting, Confirm{"x"}}, {Ending, Confirm{"x"}}, {Confirming, RollBack{"x"}},
	} {
		m := Machine{State: tt.state, Change: sample}
		next, do, ok := m.Step(start, tt.event)
		if ok || do != Nothing {
			t.Errorf("%s takes %T: does %q", tt.state, tt.event, do)
		}
		if diff := cmp.Diff(m, next, cmpopts.IgnoreUnexported(Machine{})); diff != "" {
			t.Errorf("%s and %T: %s", tt.state, tt.event, diff)
		}
	}
	m := Machine{State: Waiting, Change: sample}
	if next, do, ok := m.Step(sample.Deadline, Confirm{"x"}); ok || do != Return || next.Cause != Late {
		t.Errorf("confirmed too late: %q, %t, %s", do, ok, next.Cause)
	}
}
