package main

import (
	"testing"
	"time"

	"pacu/control"
)

func TestAlertCommand(t *testing.T) {
	p := &fakePulse{alerts: &control.AlertTest{ID: "7", Done: true, Outcomes: []control.AlertOutcome{
		{Channel: "mail", To: "ops@example.com", Took: control.Duration(1234 * time.Millisecond)},
		{Channel: "webhook", To: "hooks.example.com"},
	}}}
	socket := serveFake(t, p)
	testCommands(t, asking(alertCommand, socket), []commandTest{
		{name: "well", args: []string{"test"}, stdout: "mail     ops@example.com: sent in 1.234s\nwebhook  hooks.example.com: sent in 0s\n"},
		{name: "nothing", code: 2, stderr: "pulse alert: say test, not []\n"},
		{name: "what", args: []string{"fire"}, code: 2, stderr: "pulse alert: say test, not [\"fire\"]\n"},
		{name: "help", args: []string{"--help"}, stderr: "usage: pulse alert test"},
	})
	p.alerts.Outcomes[1].Error = "webhook hooks.example.com: it answers 500"
	testCommands(t, asking(alertCommand, socket), []commandTest{
		{name: "one fails", args: []string{"test"}, code: 1, stdout: "mail     ops@example.com: sent in 1.234s\nwebhook  hooks.example.com: FAILED: webhook hooks.example.com: it answers 500\n"},
	})
	p.alerts.Outcomes = nil
	testCommands(t, asking(alertCommand, socket), []commandTest{
		{name: "no channel", args: []string{"test"}, code: 1, stderr: "pulse alert: no channel is switched on: see ALERTS in the console\n"},
	})
	p.alerts = nil
	testCommands(t, asking(alertCommand, socket), []commandTest{
		{name: "nobody", args: []string{"test"}, code: 1, stderr: "pulse alert: lvs-09: no such real server\n"},
	})
}
