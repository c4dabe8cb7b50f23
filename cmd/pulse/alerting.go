package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"pacu/control"
)

const (
	// alertHeed is how long lvsgui may take to say that it heard of a test:
	// it follows events, or it is not there.
	alertHeed = 5 * time.Second
	// alertSend is how long it may then take to send it; each channel has 30 s.
	alertSend = time.Minute
)

// alertTests are the tests of alerts that wait for lvsgui's word.
type alertTests struct {
	mu      sync.Mutex
	waiting map[string]chan control.AlertTest
}

// begin makes a test; end forgets it.
func (a *alertTests) begin() (id string, told <-chan control.AlertTest, end func()) {
	id = rand.Text()
	c := make(chan control.AlertTest, 2) // that it begins, and what became of it
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.waiting == nil {
		a.waiting = make(map[string]chan control.AlertTest)
	}
	a.waiting[id] = c
	return id, c, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.waiting, id)
	}
}

// tell hands t to who waits for it.
func (a *alertTests) tell(t control.AlertTest) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	c, ok := a.waiting[t.ID]
	if !ok {
		return errors.New("nobody waits for this test of alerts")
	}
	select {
	case c <- t:
		return nil
	default:
		return errors.New("this test of alerts was told of already")
	}
}

// wait returns what became of a test.
func (a *alertTests) wait(ctx context.Context, told <-chan control.AlertTest) (*control.AlertTest, error) {
	limit := time.NewTimer(alertHeed)
	defer limit.Stop()
	heard := false
	for {
		select {
		case t := <-told:
			if t.Done {
				return &t, nil
			}
			heard = true
			limit.Reset(alertSend)
		case <-limit.C:
			if heard {
				return nil, fmt.Errorf("lvsgui began to send, and did not say within %v what became of it", alertSend)
			}
			return nil, errors.New("no lvsgui listens: alerts are sent by it, so start it (systemctl start lvsgui)")
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// TestAlerts asks lvsgui, by an event, to send a test.
func (p *pulse) TestAlerts(ctx context.Context) (*control.AlertTest, error) {
	id, told, end := p.alerts.begin()
	defer end()
	p.events.add(control.Info, control.AlertEvent, id, "test")
	return p.alerts.wait(ctx, told)
}

// AlertsTold takes lvsgui's word on a test.
func (p *pulse) AlertsTold(_ context.Context, t control.AlertTest) error { return p.alerts.tell(t) }
