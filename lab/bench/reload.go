package bench

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"pacu/director"
	"pacu/firewall"
	"pacu/ipvs"
	"pacu/lvscf"
	"pacu/vip"
)

// Reload measures what pulse does between the text of a large lvs.cf and a
// kernel that follows it, when little or nothing has changed: with package
// director in this process, on a table in memory. The bound is a little less
// than keepalived's best published time for a table of this size, 0.24 s.
func Reload(ctx context.Context, s Settings, say Say) ([]Figure, error) {
	t := published
	kernel := &counting{Fake: ipvs.NewFake()}
	d := director.New(kernel, noAddresses{}, noFirewall{}, noSysctls{})
	if err := follow(ctx, d, t.lvsFile(alone)); err != nil {
		return nil, err
	}
	if kernel.changes != t.virtuals+t.servers {
		return nil, fmt.Errorf("%d changes filled the table of %s", kernel.changes, t)
	}
	m := measurer{s, say, map[string]float64{}}
	again := func(what string, change func(table) table) (seconds, messages float64, err error) {
		seconds, err = m.rounds(t.String()+" "+what, func() (time.Duration, error) {
			t = change(t)
			text := t.lvsFile(alone)
			kernel.changes = 0
			runtime.GC() // the making of the text is none of a reload's cost
			began := time.Now()
			err := follow(ctx, d, text)
			messages = max(messages, float64(kernel.changes))
			return time.Since(began), err
		})
		return seconds, messages, err
	}
	nothing, none, err := again("unchanged", func(t table) table { return t })
	if err != nil {
		return nil, err
	}
	weight, one, err := again("with one changed weight", func(t table) table { t.heavy = !t.heavy; return t })
	if err != nil {
		return nil, err
	}
	const most = 0.2
	name := "reload/" + t.String()
	return []Figure{
		{Name: name + "-unchanged-s", Ours: nothing, Peer: bound, PeerValue: most, Fractional: true, Want: 1},
		{Name: name + "-unchanged-changes", Ours: none, Peer: bound, Want: 1},
		{Name: name + "-one-weight-s", Ours: weight, Peer: bound, PeerValue: most, Fractional: true, Want: 1},
		{Name: name + "-one-weight-changes", Ours: one, Peer: bound, PeerValue: 1, Want: 1},
	}, nil
}

// follow makes the kernel follow the text of an lvs.cf.
func follow(ctx context.Context, d *director.Director, text []byte) error {
	cfg, problems := lvscf.Read(lvsPath, text)
	if cfg == nil {
		return problems.Err()
	}
	c, err := director.NewCluster(ctx, cfg, nil)
	if err != nil {
		return err
	}
	d.Configure(c)
	_, err = d.Reconcile()
	return err
}

// counting counts the changes of a table in memory.
type counting struct {
	*ipvs.Fake
	changes int
}

// Apply implements director.Kernel.
func (c *counting) Apply(ops []ipvs.Op) error {
	c.changes += len(ops)
	return c.Fake.Apply(ops)
}

// noAddresses is a machine that has no addresses and keeps none.
type noAddresses struct{}

func (noAddresses) Addresses() ([]vip.Held, error)       { return nil, nil }
func (noAddresses) AddAll(list []vip.Address) []error    { return make([]error, len(list)) }
func (noAddresses) RemoveAll(list []vip.Address) []error { return make([]error, len(list)) }

// noFirewall is one that needs nothing.
type noFirewall struct{}

func (noFirewall) Replace(firewall.Ruleset) error { return nil }
func (noFirewall) Intact() (bool, error)          { return true, nil }
func (noFirewall) Remove() error                  { return nil }
func (noFirewall) Hold([]firewall.Hold) error     { return nil }
func (noFirewall) Release() error                 { return nil }

// noSysctls are settings that take everything and are never what is wanted.
type noSysctls struct{}

func (noSysctls) Read(string) (string, error) { return "", nil }
func (noSysctls) Write(string, string) error  { return nil }
