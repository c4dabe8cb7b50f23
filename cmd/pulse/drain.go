package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"pacu/control"
	"pacu/director"
)

// Drain takes a real server's new connections away, and lets those it has end.
func (p *pulse) Drain(ctx context.Context, server string, timeout time.Duration) (string, error) {
	d, err := p.director.Drain(server, timeout)
	if err != nil {
		return "", err
	}
	if _, err := p.keeper.apply(ctx); err != nil {
		return "", err
	}
	p.save()
	message := fmt.Sprintf("%s gets no new connections", called(server, d.Target))
	if !d.Until.IsZero() {
		message += ", and those it has are ended at " + d.Until.Format(time.DateTime)
	} else {
		message += ", and leaves when those it has have ended"
	}
	p.events.add(control.Info, "server", d.String(), "drain: "+message)
	return message, nil
}

// Undrain gives them back.
func (p *pulse) Undrain(ctx context.Context, server string) (string, error) {
	d, err := p.director.Undrain(server)
	if err != nil {
		return "", err
	}
	if _, err := p.keeper.apply(ctx); err != nil {
		return "", err
	}
	p.save()
	message := fmt.Sprintf("%s is used again as its probes say", called(server, d))
	p.events.add(control.Info, "server", d.String(), "undrain: "+message)
	return message, nil
}

// called is what an operator means by the name that was given and its address.
func called(name string, t director.Target) string {
	if strings.Contains(name, t.Addr.String()) {
		return name
	}
	return name + " (" + t.Addr.String() + ")"
}
