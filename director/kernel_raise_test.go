package director

import (
	"testing"
	"time"

	"pacu/vip"
)

// TestKernelThousandAddresses raises and drops a thousand addresses on the
// real kernel: all come, the first at once, and all go. It needs no IPVS.
func TestKernelThousandAddresses(t *testing.T) {
	w := namespace(t)
	ours := func() (n int) {
		held, err := w.Addresses()
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range held {
			if h.Ours {
				n++
			}
		}
		return n
	}
	for _, n := range []int{1000, 4000} {
		d := New(nil, w, nil, nil)
		d.Configure(manyAddresses(n))
		began := time.Now()
		var first, last time.Duration
		up := 0
		if err := d.SetActive(true, func(part []vip.Address) {
			if last = time.Since(began); up == 0 {
				first = last
			}
			up += len(part)
		}); err != nil {
			t.Fatal(err)
		}
		if held := ours(); up != n || held != n {
			t.Errorf("%d of %d up, the kernel has %d", up, n, held)
		}
		began = time.Now()
		if err := d.SetActive(false, nil); err != nil {
			t.Fatal(err)
		}
		t.Logf("%d addresses: the first %d up after %v, all after %v; down after %v", n, firstPart, first, last, time.Since(began))
		if held := ours(); held != 0 {
			t.Errorf("%d addresses are left", held)
		}
	}
}
