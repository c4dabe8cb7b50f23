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

// patience is what a client has: a machine that is emulated and busy may take its
// time, but must not lose a request. That the virtual address was always
// somewhere is seen by itself.
const patience = 20 * time.Second

var vip = netip.MustParseAddr("10.10.1.30")

// traffic are clients that ask the virtual server steadily: one with a new
// connection each time, one with the same all the time. Beside them is who held
// the virtual address.
type traffic struct {
	t      *testing.T
	fresh  *lab.Client
	held   *held
	holder *lab.Holder
	began  time.Time // what is looked at from here on
}

// traffic begins, and ends with the test.
func (s *site) traffic() *traffic {
	s.t.Helper()
	url := "http://" + vip.String() + "/"
	v := &traffic{
		t: s.t, began: time.Now(),
		fresh:  &lab.Client{Host: s.client, URL: url, Every: 100 * time.Millisecond, Timeout: patience},
		held:   &held{host: s.client, to: netip.AddrPortFrom(vip, 80)},
		holder: lab.NewHolder(vip, s.routers[0].Host, s.routers[1].Host),
	}
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	all.Go(func() { v.fresh.Run(ctx) })
	all.Go(func() { v.held.run(ctx) })
	all.Go(func() {
		if err := v.holder.Run(ctx, 10*time.Millisecond); err != nil {
			s.t.Error(err)
		}
	})
	s.t.Cleanup(func() { cancel(); all.Wait() })
	return v
}

// look logs what the clients saw since the last look, and returns what was lost,
// which may be nothing.
func (v *traffic) look(what string) (lost string) {
	v.t.Helper()
	fresh := v.fresh.Tally(v.began)
	asked, broken := v.held.since()
	logf("traffic, %s:\nnew connections: %v\none connection: %d ok %s\n%v", what, fresh, asked, broken, v.holder)
	var b strings.Builder
	if fresh.Failed > 0 || fresh.OK == 0 {
		fmt.Fprintf(&b, "new connections: %v%s\n", fresh, v.failures())
	}
	if broken != "" || asked == 0 {
		fmt.Fprintf(&b, "one connection: %d ok\n%s\n", asked, broken)
	}
	if none, _ := v.holder.Longest(v.began); none > 0 {
		fmt.Fprintf(&b, "the virtual address was on no router for %v\n", none)
	}
	v.began = time.Now()
	return b.String()
}

// failures tells when requests were lost since the last look, the first few.
func (v *traffic) failures() string {
	var b strings.Builder
	n := 0
	for _, s := range v.fresh.Samples(v.began) {
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

// lossless fails the test if since the last look a request or a connection was
// lost, or none was made, or the virtual address was on no router.
func (v *traffic) lossless(what string) {
	v.t.Helper()
	if lost := v.look(what); lost != "" {
		v.t.Errorf("%s: lost:\n%s", what, lost)
	}
}
