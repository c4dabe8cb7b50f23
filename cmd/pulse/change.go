package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"pacu/control"
)

// A change is something that happened, with all that a command of lvs.cf may
// want to know of it: in its environment, and as one line of JSON on its
// standard input.
type change struct {
	Event   string        `json:"event"`            // role, partner, server, fitness, config, hold, script, witness, failover
	State   string        `json:"state,omitempty"`  // what it is now: active, standby, up, down, ok, failed, loaded, refused, on, off, ...
	Was     string        `json:"was,omitempty"`    // what it was
	Why     string        `json:"why,omitempty"`    // for people
	Object  string        `json:"object,omitempty"` // what it happened to, where that is not this router
	Level   control.Level `json:"level"`
	Time    time.Time     `json:"time"`
	Role    control.Role  `json:"role"`              // of this router
	Router  string        `json:"router"`            // this router's host name
	Partner string        `json:"partner,omitempty"` // its partner's address
}

// env are the change's facts as environment variables; those that are empty
// are there too, so that a script under set -u works.
func (c change) env() []string {
	return []string{
		fact("EVENT", c.Event), fact("STATE", c.State), fact("WAS", c.Was), fact("WHY", c.Why),
		fact("OBJECT", c.Object), fact("LEVEL", string(c.Level)), fact("TIME", c.Time.Format(time.RFC3339)),
		fact("ROLE", string(c.Role)), fact("ROUTER", c.Router), fact("PARTNER", c.Partner),
	}
}

// fact is one variable; a NUL would end it early, and start no program.
func fact(name, value string) string {
	return "PACU_" + name + "=" + strings.ReplaceAll(value, "\x00", " ")
}

// json is the change in one line.
func (c change) json() ([]byte, error) {
	line, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("change of %s: %w", c.Event, err)
	}
	return append(line, '\n'), nil
}

// on fills in what is the same for all changes on this router.
func (c change) on(r change) change {
	c.Role, c.Router, c.Partner = r.Role, r.Router, r.Partner
	if c.Time.IsZero() {
		c.Time = time.Now()
	}
	if c.Level == "" {
		c.Level = control.Info
	}
	return c
}

// subject is what changed, in a few words.
func (c change) subject() string {
	words := c.Event
	for _, w := range []string{c.Object, c.State} {
		if w != "" {
			words += " " + w
		}
	}
	return words
}
