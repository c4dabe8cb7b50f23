package director

import (
	"context"
	"fmt"
	"net"
	"slices"

	"pacu/ipvs"
	"pacu/lvscf"
)

// Alter is c with the services of those virtuals of cfg made anew that stand
// at the indices in changed; all else of cfg must be as c was made of. It
// returns nil where more than those services would change, and NewCluster has
// to be asked. Names are looked up as NewCluster does.
func (c *Cluster) Alter(ctx context.Context, cfg *lvscf.Config, changed []int, r Resolver) (*Cluster, error) {
	if r == nil {
		r = net.DefaultResolver
	}
	ctx, cancel := context.WithTimeout(ctx, resolveTimeout)
	defer cancel()
	next := *c
	next.Services = slices.Clone(c.Services)
	next.base, next.altered = c, nil
	b := builder{c: &next, resolver: r}
	for _, i := range changed {
		v := &cfg.Virtuals[i]
		if !v.Active {
			continue
		}
		ok, err := b.alter(ctx, v)
		if err != nil {
			return nil, fmt.Errorf("virtual %s: %w", v.Name, err)
		}
		if !ok {
			return nil, nil
		}
	}
	return &next, nil
}

// alter makes the services of v anew. It reports whether that is all there is
// to do: marks of our own, rules of the firewall, services of several
// virtuals and other checks through the VIP are not.
func (b *builder) alter(ctx context.Context, v *lvscf.Virtual) (bool, error) {
	if v.Ports != nil || v.Forward == lvscf.FullNAT {
		return false, nil
	}
	keys, err := b.keys(v)
	if err != nil {
		return false, err
	}
	forward, err := forwardOf(v.Forward)
	if err != nil {
		return false, err
	}
	servers, err := b.servers(ctx, v)
	if err != nil {
		return false, err
	}
	for _, key := range keys {
		old := b.c.Service(key)
		if old == nil || old.FullNAT || old.Ports != nil || len(old.Names) != 1 || old.Names[0] != v.Name {
			return false, nil
		}
		if !b.sameThrough(v, forward, old, servers) {
			return false, nil
		}
		s := serviceOf(key, v, forward)
		s.JudgedBy, s.Names, s.Servers = keys[0], old.Names, servers
		s.sorryOf(v)
		b.c.Services[b.c.index[key]] = s
		b.c.altered = append(b.c.altered, key)
	}
	return true, nil
}

// Altered are the services that differ from the Cluster that c was made from
// by Alter. ok is false when all may.
func (c *Cluster) Altered() (keys []ipvs.Key, ok bool) { return c.altered, c.base != nil }
