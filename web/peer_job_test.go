package web

import (
	"testing"

	"pacu/peer"
	"pacu/web/templates"
)

func TestPeering(t *testing.T) {
	g := newPeering(t.TempDir())
	look := func() sighting {
		return sighted(&peer.Found{File: &peer.File{Text: []byte("serial_no = 1\n")}}, nil)
	}
	if !g.begin(templates.JobLook, "ops") || g.begin(templates.JobPush, "night") {
		t.Fatal("there is more than one at a time")
	}
	g.tell(peer.Event{Step: peer.Connect})
	g.tell(peer.Event{Step: peer.Connect, Ended: true, Note: "there"})
	g.tell(peer.Event{Step: peer.Login})
	var v templates.PeerPage
	g.view(&v, nil)
	if j := v.Job; !j.Running() || j.By != "ops" || len(j.Steps) != 2 || j.Steps[0].Note != "there" || j.Steps[1].Ended {
		t.Errorf("under way: %+v", j)
	}
	g.end(nil, look())
	if g.found() == nil {
		t.Error("what was seen is forgotten")
	}
	// The way to the other router changes while somebody still looks at the
	// old one: what that sees is nobody's business any more.
	g.begin(templates.JobLook, "ops")
	g.forget()
	g.end(nil, look())
	if g.found() != nil {
		t.Error("another router is taken for this one")
	}
	g.begin(templates.JobLook, "ops")
	g.end(&peer.Error{Host: "lvs-02", Step: peer.Connect, Fault: peer.Refused}, sighting{})
	if idle, _ := g.idle(); g.found() != nil || !idle {
		t.Error("a look in vain has seen something")
	}
}

// TestReplaced holds that what was there before is kept also where it is not
// known whether the push took its place.
func TestReplaced(t *testing.T) {
	for _, tt := range []struct {
		step  peer.Step
		fault peer.Fault
		want  bool
	}{
		{peer.Checking, peer.Lost, false},
		{peer.Replace, peer.NoWrite, false},
		{peer.Replace, peer.Lost, true},
		{peer.Replace, peer.Timeout, true},
		{peer.Verify, peer.Lost, true},
		{peer.Reload, peer.NoReload, true},
	} {
		if got := replaced(&peer.Error{Step: tt.step, Fault: tt.fault}); got != tt.want {
			t.Errorf("%s, %s: %t", tt.step, tt.fault, got)
		}
	}
}
