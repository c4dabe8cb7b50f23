package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
)

// snapshots are handed out one after the other; then end is called.
type snapshots struct {
	list []*control.Snapshot // nil: pulse is not running
	end  func()
	err  error // after the last
}

func (s *snapshots) Snapshot(ctx context.Context) (*control.Snapshot, error) {
	if len(s.list) == 0 {
		s.end()
		return nil, errors.Join(s.err, ctx.Err())
	}
	one := s.list[0]
	s.list = s.list[1:]
	if one == nil {
		return nil, fmt.Errorf("%w: nobody answers", control.ErrNotRunning)
	}
	return one, nil
}

// left is a snapshot where lvs-03 has connections in web and mail; -1 is out.
func left(web, mail int) *control.Snapshot {
	at := func(service string, port uint16, n int) control.Service {
		rs := control.Server{Name: "lvs-03", Address: netip.MustParseAddr("10.8.8.33"), Port: port, Drain: &control.Drain{Out: n < 0}}
		rs.Active = uint32(max(n, 0))
		return control.Service{Name: service, Servers: []control.Server{
			{Name: "lvs-04", Address: netip.MustParseAddr("10.8.8.34"), Port: port, Active: 99}, rs,
		}}
	}
	return &control.Snapshot{Services: []control.Service{at("web, web_tls", 80, web), at("mail", 25, mail)}}
}

func TestAwaitDrain(t *testing.T) {
	refusal := errors.New("no answer")
	for _, tt := range []struct {
		name, server string
		list         []*control.Snapshot
		after        error
		want, err    string
	}{
		{
			"to the end", "lvs-03", []*control.Snapshot{left(3, 2), left(3, 2), left(1, 2), nil, nil, left(1, -1), left(-1, -1)}, nil,
			"3 connections left in web, web_tls, 2 connections left in mail|1 connection left in web, web_tls, 2 connections left in mail|" +
				"pulse is not running: waiting for it|1 connection left in web, web_tls|lvs-03 is out|", "",
		},
		{"one service", "web_tls/10.8.8.33", []*control.Snapshot{left(1, 2), left(-1, 2)}, nil, "1 connection left in web, web_tls|web_tls/10.8.8.33 is out|", ""},
		{"one port", "10.8.8.33:25", []*control.Snapshot{left(1, -1)}, nil, "10.8.8.33:25 is out|", ""},
		{"interrupted", "lvs-03", []*control.Snapshot{left(3, -1)}, nil, "3 connections left in web, web_tls|", "the waiting is over, the drain goes on: 'pulse undrain lvs-03' ends it"},
		{"taken back", "lvs-04", []*control.Snapshot{left(3, -1)}, nil, "", "lvs-04 is not drained any more"},
		{"pulse fails", "lvs-03", nil, refusal, "", "no answer"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				end := cancel
				if tt.after != nil {
					end = func() {}
				}
				var b strings.Builder
				err := awaitDrain(ctx, &snapshots{tt.list, end, tt.after}, tt.server, &b)
				if diff := cmp.Diff(tt.want, strings.ReplaceAll(b.String(), "\n", "|")); diff != "" {
					t.Errorf("said (-want +got):\n%s", diff)
				}
				if got := fmt.Sprint(err); got != tt.err && (err != nil || tt.err != "") {
					t.Errorf("error %v, want %q", err, tt.err)
				}
			})
		})
	}
}
