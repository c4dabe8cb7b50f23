package director

import (
	"fmt"
	"net/netip"
	"strings"
)

// Foresee is what nannies would change after Configure(c), besides what Plan
// tells: servers that are up, with lvs.cf's weight, get the weight that c has
// for them. What a load monitor or a slow start makes of it is not foreseen.
func (d *Director) Foresee(c *Cluster) []Step {
	d.mu.Lock()
	defer d.mu.Unlock()
	var steps []Step
	for i := range c.Services {
		next := c.Services[i]
		was := d.services[next.Key]
		if was == nil || was.want == nil || was.held == nil {
			continue
		}
		weights := make(map[netip.AddrPort]int, len(was.want.Servers))
		for _, rs := range was.want.Servers {
			if rs.Active {
				weights[netip.AddrPortFrom(rs.Addr, rs.Port)] = rs.Weight
			}
		}
		for _, rs := range next.Servers {
			a := netip.AddrPortFrom(rs.Addr, rs.Port)
			weight, there := weights[a]
			held := was.held.find(a)
			if !there || !rs.Active || rs.Unchecked || rs.Weight == weight || held == nil || held.Weight != uint32(weight) {
				continue
			}
			if v := d.verdicts[ServerKey{next.JudgedBy, rs.Addr, rs.Port}]; !v.Up || v.Weight != held.Weight {
				continue
			}
			steps = append(steps, Step{
				Action: '~', Kind: "server", Object: server(*held), In: strings.Join(next.Names, ", "),
				Detail: fmt.Sprintf("weight %d", rs.Weight), Was: fmt.Sprintf("weight %d", weight),
			})
		}
	}
	return steps
}
