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
