package main

import (
	"fmt"

	"pacu/control"
)

// compareFiles tells when the partner begins to run another lvs.cf, and when
// both run the same again. It takes and returns whether they differ.
func (p *pulse) compareFiles(differed bool) (differ bool) {
	s := p.current()
	pt := p.beat.partner(s)
	differ = pt != nil && pt.ConfigDiffers
	switch {
	case differ && !differed:
		p.events.add(control.Warning, "config", "", fmt.Sprintf("the partner %s runs another lvs.cf (serial_no %d, here %d): copy the right one to the other router, and run pulse reload there",
			pt.Address, pt.SerialNo, s.cfg.SerialNo))
	case differed && !differ:
		p.events.add(control.Info, "config", "", "both routers run the same lvs.cf")
	}
	return differ
}

// compareVersions tells when the partner begins to run another version of Pacu,
// and when both run the same again: heartbeats of both are understood. It takes
// and returns what the partner runs where that is another.
func (p *pulse) compareVersions(told string) (other string) {
	other, line := versions(p.beat.partner(p.current()), version, told)
	if line != "" {
		p.events.add(control.Info, "partner", "", line)
	}
	return other
}

// versions is what there is to say of the partner's version beside own; told is
// what was said before.
func versions(pt *control.Partner, own, told string) (other, line string) {
	if pt == nil || pt.State == control.Silent || pt.State == control.Unknown {
		return told, "" // it may be about to be upgraded
	}
	if pt.OtherVersion(own) {
		other = partnersVersion(pt)
	}
	switch {
	case other == told:
		return other, ""
	case other == "":
		return other, "both routers run Pacu " + own
	}
	return other, fmt.Sprintf("the partner %s runs %s, this router Pacu %s: that works; install the same on both", pt.Address, other, own)
}

// partnersVersion is what the partner runs, for people.
func partnersVersion(pt *control.Partner) string {
	if pt.Version == "" {
		return "an older Pacu, which does not tell its version"
	}
	return "Pacu " + pt.Version
}
