package main

import (
	"context"

	"pacu/control"
	"pacu/director"
)

// Force overrules the probes of a real server, or ends that.
func (p *pulse) Force(ctx context.Context, server string, to control.Way) (string, error) {
	var t director.Target
	var err error
	if to == control.Auto {
		t, err = p.director.Unforce(server)
	} else {
		var f director.Force
		f, err = p.director.Force(server, to == control.ForceUp)
		t = f.Target
	}
	if err != nil {
		return "", err
	}
	if _, err := p.keeper.apply(ctx); err != nil {
		return "", err
	}
	p.save()
	level, message := control.Warning, map[control.Way]string{
		control.ForceUp:   "is used with its weight of lvs.cf, whatever its probes say",
		control.ForceDown: "is taken to be down, whatever its probes say",
		control.Auto:      "is used again as its probes say",
	}[to]
	if to == control.Auto {
		level = control.Info
	} else {
		message += ", until pulse force " + server + " auto or the next boot"
	}
	message = called(server, t) + " " + message
	p.events.add(level, "server", t.String(), "force: "+message)
	return message, nil
}

func way(up bool) control.Way {
	if up {
		return control.ForceUp
	}
	return control.ForceDown
}
