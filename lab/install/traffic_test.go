package install

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"pacu/lab"
)

var vip = netip.MustParseAddr("10.10.1.30")

// traffic are clients that ask the virtual server steadily: one with a new
// connection each time, one with the same all the time. Beside them is who held
// the virtual address.
type traffic struct {
	t      *testing.T
	fresh  *lab.Client
	kept   *lab.Client
	holder *lab.Holder
	began  time.Time // what is looked at from here on
}

// traffic begins, and ends with the test.
func (s *site) traffic() *traffic {
	s.t.Helper()
	url := "http://" + vip.String() + "/"
	v := &traffic{
		t: s.t, began: time.Now(),
		fresh:  &lab.Client{Host: s.client, URL: url, Every: 100 * time.Millisecond, Timeout: 5 * time.Second},
		kept:   &lab.Client{Host: s.client, URL: url, Every: 200 * time.Millisecond, Timeout: 5 * time.Second, Keep: true},
		holder: lab.NewHolder(vip, s.routers[0].Host, s.routers[1].Host),
	}
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	all.Go(func() { v.fresh.Run(ctx) })
	all.Go(func() { v.kept.Run(ctx) })
	all.Go(func() {
		if err := v.holder.Run(ctx, 10*time.Millisecond); err != nil {
			s.t.Error(err)
		}
	})
	s.t.Cleanup(func() { cancel(); all.Wait() })
	return v
}

// next looks at what comes from now on.
func (v *traffic) next() { v.began = time.Now() }

// says logs what the clients saw since the last look.
func (v *traffic) says(what string) {
	v.t.Helper()
	v.t.Logf("traffic, %s:\nnew connections: %v\none connection: %v\n%v",
		what, v.fresh.Tally(v.began), v.kept.Tally(v.began), v.holder)
}

// lost tells when requests of a client were lost since the last look, the first
// few of them.
func (v *traffic) lost(c *lab.Client) string {
	var b strings.Builder
	n := 0
	for _, s := range c.Samples(v.began) {
		if s.Err == nil {
			continue
		}
		if n++; n > 20 {
			b.WriteString("\n...")
			break
		}
		fmt.Fprintf(&b, "\n%s %v after %v", s.At.Format("15:04:05.000"), s.Err, s.Took.Round(time.Millisecond))
	}
	return b.String()
}

// lossless fails the test if a request was lost since the last look, or if none
// was made.
func (v *traffic) lossless(what string) {
	v.t.Helper()
	v.says(what)
	for name, c := range map[string]*lab.Client{"new connections": v.fresh, "one connection": v.kept} {
		if tally := c.Tally(v.began); tally.Failed > 0 || tally.OK == 0 {
			v.t.Errorf("%s: %s: %v%s", what, name, tally, v.lost(c))
		}
	}
	v.next()
}
