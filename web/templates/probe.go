package templates

import (
	"fmt"
	"net/netip"
	"time"

	"pacu/control"
	"pacu/web/text"
)

// A ProbePage is what a probe found that an operator asked for.
type ProbePage struct {
	Name            string // of the server
	Service, Server string // as FindPlace has them
	All             bool   // all its services were probed
	Back            string // the page to return to
	By              string
	At              time.Time
	Probed          []control.Probed // none: nothing was probed lately
	Refused         string           // what pulse said instead
}

// up counts the probes that found the server up.
func (v *ProbePage) up() (up, of int) {
	for _, r := range v.Probed {
		if r.Health == control.Up {
			up++
		}
	}
	return up, len(v.Probed)
}

// tone is how the probes went as a whole.
func (v *ProbePage) tone() string {
	switch up, of := v.up(); up {
	case of:
		return "ok"
	case 0:
		return "bad"
	}
	return "wait"
}

// verdict is how they went in words.
func (v *ProbePage) verdict(t *text.Words, up, of int) string {
	switch {
	case of == 1 && up == 1:
		return t.Act.ProbedOne
	case of == 1:
		return t.Act.ProbedDownOne
	case up == of:
		return fmt.Sprintf(t.Act.ProbedUp, of)
	}
	return fmt.Sprintf(t.Act.ProbedDown, up, of)
}

// probedAt is where the probe asked.
func probedAt(r control.Probed) string { return netip.AddrPortFrom(r.Server, r.RealPort).String() }
