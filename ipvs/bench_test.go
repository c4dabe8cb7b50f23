package ipvs

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/mdlayher/netlink"
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

// BenchmarkEncode makes the request for a new destination.
func BenchmarkEncode(b *testing.B) {
	o := AddDestination(key(TCP, "10.0.0.1:80"), dest("10.1.0.1:80", Masquerade, 1))
	b.ReportAllocs()
	var buf []byte
	for b.Loop() {
		buf = appendOp(buf[:0], &o)
	}
}

func BenchmarkDecodeService(b *testing.B) {
	attrs := kernelService(true)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := decodeService(attrs); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeDestination(b *testing.B) {
	attrs, k := kernelDestination(true), key(TCP, "10.0.0.1:80")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := decodeDestination(attrs, k); err != nil {
			b.Fatal(err)
		}
	}
}

// An echo is a kernel that does all it is asked at once, and acknowledges the
// last of it.
type echo struct{ ack []byte }

func (e *echo) send(b []byte) error {
	return eachMessage(b, func(m message) error {
		e.ack = append(append(e.ack[:0], make([]byte, messageHeader)...), 0, 0, 0, 0)
		binary.NativeEndian.PutUint32(e.ack, uint32(len(e.ack)))
		binary.NativeEndian.PutUint16(e.ack[4:], uint16(netlink.Error))
		binary.NativeEndian.PutUint32(e.ack[8:], m.Sequence)
		return nil
	})
}

func (e *echo) receive(b []byte, _ time.Duration) (int, error) { return copy(b, e.ack), nil }
func (e *echo) close() error                                   { return nil }

// BenchmarkApply is what this package adds to the kernel's work on 10,000
// destinations.
func BenchmarkApply(b *testing.B) {
	c := &Client{wire: &echo{}, in: make([]byte, bufferSize)}
	ops := size{1000, 10}.ops()
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Apply(ops); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(ops)), "ns/change")
}
