package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
)

func TestChange(t *testing.T) {
	at := time.Date(2026, 11, 21, 13, 0, 0, 0, time.UTC)
	router := change{Event: "not this", Role: control.Primary, Router: "lb1", Partner: "10.8.8.2"}
	c := change{Event: "server", State: "down", Was: "up", Why: "no\x00answer", Object: "lvs-03", Level: control.Error, Time: at}.on(router)

	env := []string{
		"PACU_EVENT=server", "PACU_STATE=down", "PACU_WAS=up", "PACU_WHY=no answer", "PACU_OBJECT=lvs-03", "PACU_LEVEL=error",
		"PACU_TIME=2026-11-21T13:00:00Z", "PACU_ROLE=primary", "PACU_ROUTER=lb1", "PACU_PARTNER=10.8.8.2",
	}
	if diff := cmp.Diff(env, c.env()); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
	line, err := c.json()
	want := `{"event":"server","state":"down","was":"up","why":"no\u0000answer","object":"lvs-03","level":"error","time":"2026-11-21T13:00:00Z","role":"primary","router":"lb1","partner":"10.8.8.2"}` + "\n"
	if diff := cmp.Diff(want, string(line)); diff != "" || err != nil {
		t.Errorf("%v, JSON (-want +got):\n%s", err, diff)
	}
	if got := c.subject(); got != "server lvs-03 down" {
		t.Errorf("subject %q", got)
	}
	if c := (change{Event: "hold"}).on(router); c.Level != control.Info || c.Time.IsZero() || c.Event != "hold" {
		t.Errorf("defaults: %+v", c)
	}
}
