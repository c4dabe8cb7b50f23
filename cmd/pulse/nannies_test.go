package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
)

// TestPool: more servers than there may be nannies; one that is killed comes
// back and is told all, the other goes on; what moves is told and forgotten.
func TestPool(t *testing.T) {
	t.Parallel()
	f := newFakeNannies(t, "")
	up := func(server, weight int) string { return fmt.Sprintf("10.0.0.%d %d known down", server, weight) }
	f.set(fakeOrders(1, 1, 2, 3, 4, 5), 2)
	f.expect(t, up(1, 1), up(2, 1), up(3, 1), up(4, 1), up(5, 1))
	before := f.by()
	first, second := before["10.0.0.1 and 2 more"], before["10.0.0.4 and 1 more"]
	if first.Pid == 0 || second.Pid == 0 || len(before) != 2 {
		t.Fatalf("nannies %+v", before)
	}
	list := f.view(func(at post) bool { return at.server == netip.MustParseAddr("10.0.0.4") })
	if len(list) != 1 || list[0].Pid != second.Pid || list[0].Memory == 0 || len(list[0].Watches) != 1 {
		t.Fatalf("view %+v", list)
	}
	if w := list[0].Watches[0]; w.Health != control.Up || w.Probes != 1 || time.Duration(w.P99) != time.Millisecond || !w.Due.After(w.Probed) {
		t.Errorf("watching %+v", w)
	}

	if err := syscall.Kill(first.Pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	f.expect(t, up(1, 1), up(2, 1), up(3, 1))
	after := f.by()
	if n := after["10.0.0.1 and 2 more"]; n.Pid == first.Pid || n.Restarts != 1 || n.Error != "" {
		t.Errorf("the killed one is %+v", n)
	}
	if diff := cmp.Diff(second, after["10.0.0.4 and 1 more"], cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
		t.Errorf("the other (-before +after):\n%s", diff)
	}

	f.set(fakeOrders(1, 1, 2, 3, 4, 5), 2) // nothing new
	f.set(fakeOrders(1, 2, 3, 4, 5, 6), 2)
	f.expect(t, up(6, 1))
	f.again([]netip.Addr{netip.MustParseAddr("10.0.0.5"), netip.MustParseAddr("10.0.0.7")})
	f.expect(t, up(5, 1))
	f.set(fakeOrders(1, 2, 3, 4, 5, 6), 5) // three more nannies, and what moves to them
	f.expect(t, up(3, 1), up(5, 1), up(6, 1))
	if got := f.by(); len(got) != 5 || got["10.0.0.4"].Pid != second.Pid {
		t.Errorf("unpooled %+v", got)
	}
	f.set(nil, 2)
	if got := f.states(); len(got) != 0 {
		t.Errorf("left %+v", got)
	}
}

// TestNannyTroubles: whatever one nanny does, it is told and started again, and
// the other never notices.
func TestNannyTroubles(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"dies":    "it died: exit status 3",
		"babbles": "it spoke nonsense: report: invalid character 'p' looking for beginning of value",
		"stops":   "it hangs: no word for ",
		"meddles": "", // what it says of others is not heard
	} {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			f := newFakeNannies(t, "10.0.0.9="+word)
			troubles := make(chan string, 1)
			f.log = func(_ control.Level, kind, object, message string, _ ...any) {
				select {
				case troubles <- kind + " " + object + " " + message:
				default: // once is enough
				}
			}
			interval := time.Minute
			if word == "stops" {
				interval = 20 * time.Millisecond // soon taken for hung, as others would be that start slowly
			}
			orders := func(weight int) map[netip.Addr]control.Order {
				all := fakeOrders(weight, 8)
				maps.Copy(all, fakeOrdersEvery(interval, weight, 9))
				return all
			}
			f.set(orders(7), 2)
			f.expect(t, "10.0.0.8 7 known down")
			before := f.by()["10.0.0.8"]
			if want != "" {
				got := <-troubles
				if !strings.HasPrefix(got, "nanny 10.0.0.9 nanny for 10.0.0.9: "+want) ||
					!strings.HasSuffix(got, "; starting it again in 1s, its servers keep their last state") {
					t.Errorf("told %q", got)
				}
				if f.by()["10.0.0.9"].Restarts == 0 {
					t.Error("no restart is counted")
				}
			}
			f.set(orders(6), 2)
			f.expect(t, "10.0.0.8 6 known down")
			if after := f.by()["10.0.0.8"]; after.Pid != before.Pid || after.Restarts != 0 || after.Error != "" {
				t.Errorf("the other became %+v", after)
			}
		})
	}
}

// A nanny that takes no orders hangs: it is killed for that, and not told to
// have died.
func TestNannyTakesNoOrders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &nannies{known: func(o control.Order) control.Order { return o }}
		w := &nanny{orders: fakeOrders(1, 1), stale: make(map[netip.Addr]bool)}
		for a := range w.orders {
			w.stale[a] = true
		}
		conn, unread := net.Pipe()
		defer unread.Close()
		const want = "it hangs: order to nanny of 10.0.0.1: "
		if err := n.instruct(t.Context(), w, conn, nil); !errors.Is(err, errHangs) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	})
}

// TestNews is what nannies are told of: all at the start, what changes later,
// and nothing twice.
func TestNews(t *testing.T) {
	n := &nannies{program: "/nonexistent/nanny", log: func(control.Level, string, string, string, ...any) {}}
	var cancel context.CancelFunc
	n.ctx, cancel = context.WithCancel(t.Context())
	cancel() // no process is started again
	told := func() string {
		n.wait()
		var list []string
		for _, w := range n.all {
			var words []string
			for _, o := range n.news(w) {
				words = append(words, fmt.Sprintf("%s:%d", strings.TrimPrefix(o.Server.String(), "10.0.0."), len(o.Watches)))
			}
			list = append(list, strings.Join(words, " "))
		}
		return strings.Join(list, ", ")
	}
	for _, step := range []struct {
		weight, limit int
		servers       []int
		want          string
	}{
		{1, 2, []int{1, 2, 3, 4}, "1:1 2:1, 3:1 4:1"},
		{1, 2, []int{1, 2, 3, 4}, ", "},
		{2, 2, []int{1, 2, 3, 4}, "1:1 2:1, 3:1 4:1"},
		{2, 2, []int{1, 3, 4}, "2:0, "},
		{2, 2, []int{1, 4, 5}, "5:1, 3:0"},
		{2, 1, []int{1, 4, 5}, "4:1"},
		{2, 0, []int{1, 4, 5}, "4:0 5:0, 4:1, 5:1"},
	} {
		n.set(fakeOrders(step.weight, step.servers...), step.limit)
		if got := told(); got != step.want {
			t.Errorf("%+v: told %q", step, got)
		}
	}
}
