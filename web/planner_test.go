package web

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pacu/control"
)

// A busyPlan is a pulse whose plans take until it is free.
type busyPlan struct {
	*fakePulse
	free  chan struct{}
	asked atomic.Int32
}

func (p *busyPlan) Plan(ctx context.Context, text []byte) (*control.Plan, error) {
	p.asked.Add(1)
	select {
	case <-p.free:
		return p.fakePulse.Plan(ctx, text)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// TestPlansOfSeveralUsers holds that two users who look at their reviews by
// turns do not have pulse begin anew each time, and that many do not keep it
// from its work.
func TestPlansOfSeveralUsers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := &busyPlan{fakePulse: &fakePulse{}, free: make(chan struct{})}
		p := newPlanner(slow)
		anna, bob := p.ask(t.Context(), []byte("anna's")), p.ask(t.Context(), []byte("bob's"))
		synctest.Wait()
		for range 5 {
			if p.ask(t.Context(), []byte("anna's")) != anna || p.ask(t.Context(), []byte("bob's")) != bob {
				t.Error("pulse is asked again while it works")
			}
		}
		for i := range 3 * plansKept {
			p.ask(t.Context(), fmt.Append(nil, i))
		}
		synctest.Wait()
		if slow.asked.Load() != plansAtOnce {
			t.Errorf("pulse works on %d plans at once", slow.asked.Load())
		}
		if len(p.kept) > plansKept {
			t.Errorf("%d plans are kept", len(p.kept))
		}
		// Those that found no turn in time end too.
		time.Sleep(planLimit)
		synctest.Wait()
		close(slow.free)
		<-anna.done
		if anna = p.ask(t.Context(), []byte("anna's")); anna == nil {
			t.Error("no second answer")
		}
		<-anna.done
		if anna.err != nil {
			t.Errorf("after that: %v", anna.err)
		}
		// An answer is as good as another as long as it is fresh.
		time.Sleep(planFor - time.Nanosecond)
		if p.ask(t.Context(), []byte("anna's")) != anna {
			t.Error("a fresh answer is asked for again")
		}
		time.Sleep(time.Nanosecond)
		if p.ask(t.Context(), []byte("anna's")) == anna {
			t.Error("an old answer is as good as a new one")
		}
		synctest.Wait()
	})
}
