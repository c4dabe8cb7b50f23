package director

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"pacu/firewall"
	"pacu/ipvs"
)

// atOnce is how many changes are handed over at once.
const atOnce = 1024

// apply applies the changes. While a service's scheduler is exchanged it has
// none, in ip_vs_edit_service, and the kernel refuses who opens a connection.
// So the active router's firewall holds those packets back meanwhile, and
// clients send them again. Such changes come first, one by one, so that each
// service's clients wait no longer than for theirs: the kernel waits for all
// processors in each. The table's error is that of Kernel's Apply; that of the
// hold, without which the changes were made all the same, is apart.
func (d *Director) apply(list []Change) (hold, err error) {
	held, free := d.apart(list)
	var holds []error
	var failed []ipvs.OpError
	put := func(which []int) error {
		// A large table's ops need not all be in memory at once.
		ops := make([]ipvs.Op, 0, min(len(which), atOnce))
		for part := range slices.Chunk(which, atOnce) {
			ops = ops[:0]
			for _, at := range part {
				ops = append(ops, list[at].Op())
			}
			err := d.kernel.Apply(ops)
			var batch *ipvs.BatchError
			if err != nil && !errors.As(err, &batch) {
				return err
			}
			if batch == nil {
				continue
			}
			for _, f := range batch.Failed {
				f.Index = part[f.Index]
				failed = append(failed, f)
			}
		}
		return nil
	}
	for _, at := range held {
		hold := d.hold(&list[at])
		err := put([]int{at})
		if holds = append(holds, hold, d.letGo()); err != nil {
			return errors.Join(holds...), err
		}
	}
	if err := put(free); err != nil {
		return errors.Join(holds...), err
	}
	if len(failed) > 0 {
		slices.SortFunc(failed, func(a, b ipvs.OpError) int { return cmp.Compare(a.Index, b.Index) })
		err = &ipvs.BatchError{Failed: failed}
	}
	return errors.Join(holds...), err
}

// apart tells which of the changes are made while openings are held, and which
// freely, by their places in the list. A standby has no clients.
func (d *Director) apart(list []Change) (held, free []int) {
	active := d.floating.active.Load()
	for i := range list {
		if active && list[i].exchangesScheduler() {
			held = append(held, i)
		} else {
			free = append(free, i)
		}
	}
	return held, free
}

// exchangesScheduler tells whether the change leaves, for a moment, clients
// without a scheduler who would ask again.
func (c *Change) exchangesScheduler() bool {
	return c.from != nil && c.to != nil && c.from.Scheduler != c.to.Scheduler &&
		(c.key.FWMark != 0 || c.key.Protocol == ipvs.TCP || c.key.Protocol == ipvs.SCTP)
}

func (d *Director) hold(c *Change) error {
	h := firewall.Hold{Addr: c.key.Addr, Protocol: uint8(c.key.Protocol), Port: c.key.Port, FWMark: c.key.FWMark}
	if c.service != nil {
		h.Name = strings.Join(c.service.Names, ", ")
	}
	err := d.firewall.Hold([]firewall.Hold{h})
	if errors.Is(err, firewall.ErrNoNFTables) {
		return nil // nothing can be done about it
	}
	if err != nil {
		return fmt.Errorf("hold new connections back while a scheduler changes: %w", err)
	}
	return nil
}

// letGo ends a hold, or what is left of one that failed.
func (d *Director) letGo() error {
	if err := d.firewall.Release(); err != nil {
		return fmt.Errorf("let new connections in again: %w", err)
	}
	return nil
}
