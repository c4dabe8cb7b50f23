package article004

import (
	"fmt"
	"time"

	"pacu/lab"
)

// busy tells why what happened between two moments says nothing of pulse: the
// machine as a whole was too busy or stood still, as the client shows that asks
// no router. Empty: it does.
func (p *Pair) busy(from, to time.Time) string {
	c := p.Control
	var last time.Time
	for _, s := range c.Samples(from.Add(-2 * c.Timeout)) {
		if late := s.At.Sub(last) - c.Every; !last.IsZero() && late > lab.Bearable && last.Before(to) && s.At.After(from) {
			return fmt.Sprintf("the machine stood still for %v", late.Round(time.Millisecond))
		}
		last = s.At
	}
	return c.Busy(from, to)
}

// judged is err, or nil where the machine was too busy between two moments; then
// the step's result tells of it.
func (p *Pair) judged(from, to time.Time, err error) error {
	if err == nil {
		return nil
	}
	if why := p.busy(from, to); why != "" {
		p.unjudged = append(p.unjudged, fmt.Sprintf("%v, for %s", err, why))
		return nil
	}
	return err
}

// lost are the requests of a client that failed since began, but for those that
// a busy machine explains.
func (p *Pair) lost(c *lab.Client, began time.Time) []lab.Sample {
	var out []lab.Sample
	others, last := 0, ""
	for _, s := range c.Samples(began) {
		if s.Err == nil {
			continue
		}
		if why := p.busy(s.At, s.At.Add(s.Took)); why != "" {
			others, last = others+1, why
		} else {
			out = append(out, s)
		}
	}
	if others > 0 {
		p.unjudged = append(p.unjudged, fmt.Sprintf("%d requests lost, the last for %s", others, last))
	}
	return out
}
