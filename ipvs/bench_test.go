package ipvs

import (
	"fmt"
	"testing"
)

// BenchmarkKernelApply loads and edits 10 services of 100 destinations, all in
// one Apply and with an Apply for each.
func BenchmarkKernelApply(b *testing.B) {
	const services, dests = 10, 100
	each := func(op func(Key, Destination) Op) []Op {
		var ops []Op
		for s := range services {
			for d := range dests {
				ops = append(ops, op(FWMarkKey(uint32(s+1), false), dest(fmt.Sprintf("10.1.%d.%d:80", s, d+1), Masquerade, 1)))
			}
		}
		return ops
	}
	empty := func(b *testing.B) *Client {
		c := dialKernel(b)
		for s := range services {
			if err := c.Apply([]Op{AddService(Service{Key: FWMarkKey(uint32(s+1), false), Scheduler: "wlc"})}); err != nil {
				b.Fatal(err)
			}
		}
		return c
	}
	ways := []struct {
		name  string
		apply func(*Client, []Op) error
	}{
		{"batched", (*Client).Apply},
		{"single", func(c *Client, ops []Op) error {
			for i := range ops {
				if err := c.Apply(ops[i : i+1]); err != nil {
					return err
				}
			}
			return nil
		}},
	}
	for _, way := range ways {
		b.Run("add/"+way.name, func(b *testing.B) {
			ops := each(AddDestination)
			for b.Loop() {
				// A namespace each: the kernel looks for every new destination
				// among those lately deleted, one by one.
				b.StopTimer()
				c := empty(b)
				b.StartTimer()
				if err := way.apply(c, ops); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("set/"+way.name, func(b *testing.B) {
			c, ops := empty(b), each(SetDestination)
			if err := c.Apply(each(AddDestination)); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if err := way.apply(c, ops); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
