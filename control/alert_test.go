package control

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func (p *fakePulse) TestAlerts(context.Context) (*AlertTest, error) {
	p.asked = append(p.asked, "alert test")
	return &AlertTest{ID: "7", Done: true, Outcomes: []AlertOutcome{{Channel: "mail", To: "ops@example.com", Error: "no answer", Took: Duration(time.Second)}}}, p.refuse
}

func (p *fakePulse) AlertsTold(_ context.Context, t AlertTest) error {
	p.asked = append(p.asked, "alert told "+t.ID)
	return p.refuse
}

func (forgetful) TestAlerts(context.Context) (*AlertTest, error) { return nil, nil }
func (forgetful) AlertsTold(context.Context, AlertTest) error    { return nil }

func TestAlertVerbs(t *testing.T) {
	p := &fakePulse{Log: NewLog(1)}
	path, _ := serve(t, p)
	c := NewClient(path)
	got, err := c.TestAlerts(t.Context())
	want := &AlertTest{ID: "7", Done: true, Outcomes: []AlertOutcome{{Channel: "mail", To: "ops@example.com", Error: "no answer", Took: Duration(time.Second)}}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("test: %v (-want +got):\n%s", err, diff)
	}
	if err := c.AlertsTold(t.Context(), *got); err != nil {
		t.Errorf("told: %v", err)
	}
	for name, bad := range map[string]AlertTest{
		"no name":  {},
		"too long": {ID: strings.Repeat("7", 65)},
		"too many": {ID: "7", Outcomes: make([]AlertOutcome, 21)},
	} {
		if err := c.AlertsTold(t.Context(), bad); err == nil || errors.As(err, new(ReplyError)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	p.refuse = errors.New("no lvsgui listens")
	if got, err := c.TestAlerts(t.Context()); !errors.Is(err, ReplyError("no lvsgui listens")) || got != nil {
		t.Errorf("refused: %v, %v", got, err)
	}
	if diff := cmp.Diff([]string{"alert test", "alert told 7", "alert test"}, p.asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

func TestForgetfulAlerts(t *testing.T) {
	path, _ := serve(t, forgetful{})
	if got, err := NewClient(path).TestAlerts(t.Context()); err == nil || got != nil {
		t.Errorf("a reply without an outcome: %v, %v", got, err)
	}
}
