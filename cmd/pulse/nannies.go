package main

import (
	"cmp"
	"context"
	"maps"
	"net/netip"
	"reflect"
	"slices"
	"sync"
	"time"

	"pacu/control"
)

// nannies watches the real servers by nannies, which it keeps running: one for
// each address, or as many as may be, with several addresses each. A nanny that
// dies or hangs is restarted with back-off; the others never notice, and its
// servers keep their last verdict.
type nannies struct {
	program string
	args    []string
	log     func(level control.Level, kind, object, message string, attrs ...any)
	known   func(control.Order) control.Order           // fills in the verdicts held
	report  func(netip.Addr, control.Report, time.Time) // that came then

	ctx   context.Context // of run
	tasks sync.WaitGroup
	mu    sync.Mutex
	all   []*nanny
	homes map[netip.Addr]*nanny // by what they watch
}

// A nanny is one supervised process, and what it watches. nannies.mu guards it.
type nanny struct {
	stop    context.CancelFunc
	wake    chan struct{} // holds one token when stale is not empty
	orders  map[netip.Addr]control.Order
	stale   map[netip.Addr]bool // what the process must be told of
	records map[post]*record

	state control.Nanny // but for what only GetNannies tells
	watchdog
}

// A post is one real server in one service, as orders and reports have it.
type post struct {
	server   netip.Addr
	service  string
	realPort uint16
}

func (n *nannies) String() string { return "nannies" }

// defaultNannyLimit is how many nannies there may be where none is said.
const defaultNannyLimit = 64

// set makes orders the whole of what is watched, by at most limit nannies; 0 is
// defaultNannyLimit. A server stays with its nanny unless that would leave the
// load uneven.
func (n *nannies) set(orders map[netip.Addr]control.Order, limit int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	groups := make([][]netip.Addr, len(n.all))
	for i, w := range n.all {
		groups[i] = slices.Collect(maps.Keys(w.orders))
	}
	n.homes = make(map[netip.Addr]*nanny, len(orders))
	var all, begun []*nanny
	for i, servers := range spread(groups, slices.Collect(maps.Keys(orders)), cmp.Or(limit, defaultNannyLimit)) {
		if len(servers) == 0 {
			w := n.all[i]
			w.orders, w.records = nil, nil // its last words are not about what it watches
			w.stop()
			continue
		}
		if i < len(n.all) {
			all = append(all, n.all[i])
		} else {
			begun = append(begun, &nanny{wake: make(chan struct{}, 1), stale: make(map[netip.Addr]bool)})
			all = append(all, begun[len(begun)-1])
		}
		w := all[len(all)-1]
		w.assign(servers, orders)
		for _, a := range servers {
			n.homes[a] = w
		}
	}
	n.all = all
	for _, w := range begun {
		var ctx context.Context
		ctx, w.stop = context.WithCancel(n.ctx)
		n.tasks.Go(func() { n.supervise(ctx, w) })
	}
}

// assign makes the servers, which are in order, all that w watches.
func (w *nanny) assign(servers []netip.Addr, orders map[netip.Addr]control.Order) {
	was, records := w.orders, w.records
	w.orders = make(map[netip.Addr]control.Order, len(servers))
	w.records = make(map[post]*record)
	w.state.Server, w.state.More, w.state.Services = servers[0], len(servers)-1, nil
	w.patience = 0
	seen := make(map[string]bool)
	for _, a := range servers {
		o := orders[a]
		w.orders[a] = o
		if old, there := was[a]; !there || !reflect.DeepEqual(old, o) {
			w.stale[a] = true
		}
		for _, watch := range o.Watches {
			p := post{a, watch.Key(), watch.RealPort}
			if w.records[p] = records[p]; w.records[p] == nil {
				w.records[p] = newRecord(p)
			}
			if !seen[p.service] {
				seen[p.service] = true
				w.state.Services = append(w.state.Services, p.service)
			}
			w.patience = max(w.patience, patience(watch))
		}
	}
	for a := range was {
		if _, stays := w.orders[a]; !stays {
			w.stale[a] = true
		}
	}
	if len(w.stale) > 0 {
		wake(w.wake)
	}
}

// again has the nannies of these real servers get their orders again, with
// what pulse knows now.
func (n *nannies) again(servers []netip.Addr) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, a := range servers {
		if w, there := n.homes[a]; there {
			w.stale[a] = true
			wake(w.wake)
		}
	}
}

// news are the orders that w must be told, in the order of addresses: an empty
// one for what it is to forget.
func (n *nannies) news(w *nanny) []control.Order {
	n.mu.Lock()
	defer n.mu.Unlock()
	orders := make([]control.Order, 0, len(w.stale))
	for _, a := range slices.SortedFunc(maps.Keys(w.stale), netip.Addr.Compare) {
		o := w.orders[a]
		o.Server = a
		orders = append(orders, o)
	}
	clear(w.stale)
	return orders
}

// heed takes a report of w, and tells whether it is about what w watches: what
// was just taken from it may still be under way.
func (n *nannies) heed(w *nanny, r control.Report, now time.Time) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	w.heard()
	record := w.records[post{r.Server, r.Service, r.RealPort}]
	if record == nil {
		return false
	}
	record.take(r, now)
	return true
}

// heeded ends what heed began: pulse reads the next report of w.
func (n *nannies) heeded(w *nanny) {
	n.mu.Lock()
	defer n.mu.Unlock()
	w.listens()
}

// wait returns when every nanny is gone, after n.ctx ended.
func (n *nannies) wait() { n.tasks.Wait() }

// states are the nannies as they are, by address.
func (n *nannies) states() []control.Nanny {
	n.mu.Lock()
	defer n.mu.Unlock()
	list := make([]control.Nanny, 0, len(n.all))
	for _, w := range n.all {
		list = append(list, w.state)
	}
	slices.SortFunc(list, byServer)
	return list
}

func byServer(a, b control.Nanny) int { return a.Server.Compare(b.Server) }
