package main

import (
	"encoding/json"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pacu/control"
	"pacu/vip"
)

var vip30 = vip.Address{Prefix: netip.MustParsePrefix("10.10.1.30/32"), Interface: "eth0", Label: "eth0:1"}

func within(d time.Duration) guardOrder { return guardOrder{Within: control.Duration(d)} }

func holding(d time.Duration, a ...vip.Address) guardOrder {
	return guardOrder{Addresses: &a, Within: control.Duration(d)}
}

func TestGuard(t *testing.T) {
	const deadline = 5 * time.Second
	type say struct {
		after time.Duration
		order guardOrder
	}
	tests := []struct {
		name    string
		says    []say
		dies    bool // the orders end, else they only stop
		orphans []vip.Address
		at      time.Duration
	}{
		{"leaves in order", []say{{0, holding(deadline, vip30)}, {time.Second, guardOrder{Bye: true}}}, true, nil, time.Second},
		{"dies", []say{{0, holding(deadline, vip30)}, {2 * time.Second, within(deadline)}}, true, []vip.Address{vip30}, 7 * time.Second},
		{"hangs", []say{{0, holding(deadline, vip30)}, {2 * time.Second, within(deadline)}}, false, []vip.Address{vip30}, 7 * time.Second},
		{"dies on standby", []say{{0, holding(deadline, vip30)}, {time.Second, holding(deadline)}}, true, nil, time.Second},
		{"dies at once", nil, true, nil, 0},
		{"goes on beating", []say{
			{0, holding(deadline, vip30)}, {4 * time.Second, within(deadline)}, {4 * time.Second, within(deadline)},
			{4 * time.Second, within(deadline)}, {time.Second, guardOrder{Bye: true}},
		}, true, nil, 13 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				orders := make(chan guardOrder)
				go func() {
					for _, s := range tt.says {
						time.Sleep(s.after)
						orders <- s.order
					}
					if tt.dies {
						close(orders)
					}
				}()
				began := time.Now()
				w := &pulseWatch{orders: orders}
				if got := w.run(func() {}); !slices.Equal(got, tt.orphans) {
					t.Errorf("orphans %v, want %v", got, tt.orphans)
				}
				if took := time.Since(began); took != tt.at {
					t.Errorf("decided after %v, want %v", took, tt.at)
				}
			})
		})
	}
}

// The guard must be done before the partner begins.
func TestMargin(t *testing.T) {
	for _, tt := range []struct{ keepalive, deadtime, want time.Duration }{
		{2 * time.Second, 6 * time.Second, 300 * time.Millisecond},
		{time.Second, 3 * time.Second, 300 * time.Millisecond},
		{100 * time.Millisecond, 300 * time.Millisecond, 100 * time.Millisecond},
	} {
		got := margin(tt.keepalive, tt.deadtime)
		if got != tt.want {
			t.Errorf("margin(%v, %v) = %v, want %v", tt.keepalive, tt.deadtime, got, tt.want)
		}
		if tt.deadtime-got <= tt.keepalive {
			t.Errorf("keepalive %v, deadtime %v: the guard would strike between two heartbeats", tt.keepalive, tt.deadtime)
		}
	}
}

func TestGuardOrderLine(t *testing.T) {
	line, err := json.Marshal(holding(1500*time.Millisecond, vip30))
	if err != nil {
		t.Fatal(err)
	}
	w := watchPulse(strings.NewReader("nonsense\n" + string(line) + "\n"))
	got := <-w.orders
	if got.Addresses == nil || !slices.Equal(*got.Addresses, []vip.Address{vip30}) || time.Duration(got.Within) != 1500*time.Millisecond {
		t.Errorf("%s was read as %+v", line, got)
	}
	if _, more := <-w.orders; more {
		t.Error("more orders than lines")
	}
}

// A router that gave its addresses up has the guard forget them.
func TestGuardForgets(t *testing.T) {
	r, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	g := &guard{in: in}
	w := watchPulse(r)
	for _, addresses := range [][]vip.Address{{vip30}, nil} {
		if err := g.protect(addresses, time.Second); err != nil {
			t.Fatal(err)
		}
		if o := <-w.orders; o.Addresses == nil || !slices.Equal(*o.Addresses, addresses) {
			t.Errorf("to guard %v was read as %+v", addresses, o.Addresses)
		}
	}
	in.Close()
}

func TestLockIsExclusive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first, err := takeLock(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := takeLock(path); !errors.Is(err, errLocked) || !strings.Contains(err.Error(), "pid ") {
		t.Errorf("a second pulse got %v", err)
	}
	first.release()
	again, err := takeLock(path)
	if err != nil {
		t.Fatalf("after release: %v", err)
	}
	again.release()
}

// A guard that is due when the pulse after its own has died too leaves the
// addresses to that one's guard.
func TestGuardPost(t *testing.T) {
	post := guardPost(filepath.Join(t.TempDir(), "guard"))
	if !post.mine() {
		t.Error("nobody else is there, and it is not mine")
	}
	if err := post.take(); err != nil || !post.mine() {
		t.Errorf("taken, and not mine: %v", err)
	}
	if err := os.WriteFile(string(post), []byte("1"), 0o600); err != nil {
		t.Fatal(err)
	}
	if post.mine() {
		t.Error("another took it, and it is still mine")
	}
}
