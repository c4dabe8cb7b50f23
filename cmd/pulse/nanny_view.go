package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"

	"pacu/control"
)

// Nannies are those that watch the server, with what they see of it.
func (p *pulse) Nannies(_ context.Context, server string) ([]control.Nanny, error) {
	if server == "" {
		return p.nannies.view(func(post) bool { return true }), nil
	}
	posts, err := p.posts(server)
	if err != nil {
		return nil, err
	}
	return p.nannies.view(func(at post) bool { return posts[at] }), nil
}

// Orders are how the nannies are told to watch the server.
func (p *pulse) Orders(_ context.Context, server string) ([]control.Order, error) {
	posts, err := p.posts(server)
	if err != nil {
		return nil, err
	}
	var list []control.Order
	for _, o := range p.orders(p.current()) {
		o.Watches = slices.DeleteFunc(slices.Clone(o.Watches), func(w control.Watch) bool {
			return !posts[post{o.Server, w.Key(), w.RealPort}]
		})
		if len(o.Watches) > 0 {
			list = append(list, o)
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s is not probed", server)
	}
	slices.SortFunc(list, func(a, b control.Order) int { return a.Server.Compare(b.Server) })
	return list, nil
}

// posts are those of the server of this name, as control.Request has it.
func (p *pulse) posts(name string) (map[post]bool, error) {
	virtual, server, within := strings.Cut(name, "/")
	if !within {
		virtual, server = "", name
	}
	s := p.current()
	posts := make(map[post]bool)
	add := func(names []string, called string, at post) {
		addr, port := at.server.String(), netip.AddrPortFrom(at.server, at.realPort).String()
		if (!within || slices.Contains(names, virtual)) && slices.Contains([]string{called, addr, port}, server) {
			posts[at] = true
		}
	}
	if s.fos() {
		for name, at := range p.services.posts() {
			add([]string{name}, name, at)
		}
	}
	for _, svc := range s.cluster.Services {
		if svc.JudgedBy != svc.Key {
			continue
		}
		for j := range svc.Servers {
			if rs := &svc.Servers[j]; rs.Active {
				add(svc.Names, rs.Name, post{rs.Addr, watch(svc, rs).Key(), rs.ProbePort})
			}
		}
	}
	if len(posts) == 0 {
		return nil, fmt.Errorf("no active real server is called %q: pulse status lists them", name)
	}
	return posts, nil
}

// posts are what the nannies watch of the services, by their names.
func (s *failovers) posts() map[string]post {
	s.mu.Lock()
	defer s.mu.Unlock()
	posts := make(map[string]post, len(s.all))
	for _, f := range s.all {
		w := f.watch()
		posts[f.spec.Name] = post{w.Address, w.Key(), w.RealPort}
	}
	return posts
}

// view is all that is known of the nannies that watch what shown tells, by
// address.
func (n *nannies) view(shown func(post) bool) []control.Nanny {
	states, records := n.shown(shown)
	for i := range states {
		state := &states[i]
		for _, r := range records[i] {
			state.Watches = append(state.Watches, r.watching())
		}
		slices.SortFunc(state.Watches, func(a, b control.Watching) int {
			return cmp.Or(a.Server.Compare(b.Server), cmp.Compare(a.Service, b.Service), cmp.Compare(a.RealPort, b.RealPort))
		})
		state.Memory = ownMemory(state.Pid)
	}
	slices.SortFunc(states, byServer)
	return states
}

// shown are copies of what view works on, which takes its time: reports must
// not wait for it.
func (n *nannies) shown(shown func(post) bool) (states []control.Nanny, records [][]record) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, w := range n.all {
		var list []record
		for at, r := range w.records {
			if shown(at) {
				list = append(list, r.clone())
			}
		}
		if len(list) > 0 {
			states, records = append(states, w.state), append(records, list)
		}
	}
	return states, records
}

// ownMemory is the memory of a process that is its own alone, in bytes: what
// it has of the program's text it shares with others. 0 is not known.
func ownMemory(pid int) uint64 {
	if pid == 0 {
		return 0
	}
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0 // it has just ended
	}
	_, rest, _ := bytes.Cut(text, []byte("\nRssAnon:"))
	kib, _, _ := bytes.Cut(bytes.TrimSpace(rest), []byte(" "))
	n, err := strconv.ParseUint(string(kib), 10, 64)
	if err != nil {
		return 0 // a kernel that does not tell
	}
	return n << 10
}
