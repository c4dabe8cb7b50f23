package control

import (
	"context"
	"fmt"
	"time"
)

// What is said about alerts. They are lvsgui's: pulse hands a test on to it, as
// an event, and its outcome back.
const (
	TestAlerts Verb = "alert-test" // have a test sent over every channel; answered by one Reply with Alerts when that is done
	AlertsTold Verb = "alert-told" // what became of a test, from lvsgui, as Alerts says
)

// AlertEvent is the Kind of the event that asks for a test; its Object is
// AlertTest.ID.
const AlertEvent = "alert"

// Bounds of an AlertTest.
const (
	maxAlertID       = 64
	maxAlertOutcomes = 20
	alertTestLimit   = 90 * time.Second // pulse itself bounds it
)

// An AlertTest is what became of a test.
type AlertTest struct {
	ID string `json:"id"`
	// Done: Outcomes are all. Without it, lvsgui says that it is about to send.
	Done     bool           `json:"done,omitempty"`
	Outcomes []AlertOutcome `json:"outcomes,omitempty"` // one for each channel that is on
}

// An AlertOutcome is what became of a test on one channel.
type AlertOutcome struct {
	Channel string   `json:"channel"` // mail, webhook, syslog
	To      string   `json:"to"`      // for people
	Error   string   `json:"error,omitempty"`
	Took    Duration `json:"took"`
}

// check refuses a test beyond its bounds.
func (t *AlertTest) check() error {
	switch {
	case t == nil || t.ID == "" || len(t.ID) > maxAlertID:
		return fmt.Errorf("%s: no test is named", AlertsTold)
	case len(t.Outcomes) > maxAlertOutcomes:
		return fmt.Errorf("%s: %d outcomes, at most %d", AlertsTold, len(t.Outcomes), maxAlertOutcomes)
	}
	return nil
}

// TestAlerts has a test sent over every channel of the console's alerts, and
// returns what became of it; within 90 s unless ctx allows less. That no lvsgui
// listens is a ReplyError.
func (c *Client) TestAlerts(ctx context.Context) (*AlertTest, error) {
	ctx, cancel := context.WithTimeout(ctx, alertTestLimit)
	defer cancel()
	r, err := c.ask(ctx, Request{Do: TestAlerts})
	if err != nil {
		return nil, err
	}
	if r.Alerts == nil {
		return nil, fmt.Errorf("%s: pulse's reply holds no outcome", c.path)
	}
	return r.Alerts, nil
}

// AlertsTold tells pulse what became of a test that it asked for; within 10 s
// unless ctx allows less.
func (c *Client) AlertsTold(ctx context.Context, t AlertTest) error {
	ctx, cancel := context.WithTimeout(ctx, snapshotLimit)
	defer cancel()
	q := Request{Do: AlertsTold, Alerts: &t}
	if err := q.check(); err != nil {
		return err
	}
	_, err := c.ask(ctx, q)
	return err
}
