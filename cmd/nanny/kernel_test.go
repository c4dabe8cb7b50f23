package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pacu/ipvs"
	"pacu/logging"
)

// TestDoorman is a nanny by itself: it adds and removes its server.
func TestDoorman(t *testing.T) {
	for _, tt := range []struct {
		quiesce  bool
		failed   string
		left     string
		firstUp  bool
		untried  string
		firstSay string
	}{
		{false, "-", "-", true, "1", "up/1!"},
		{true, "0", "-", true, "1", "up/1!"},
		{false, "-", "-", false, "-", "down/0!"},
	} {
		synctest.Test(t, func(t *testing.T) {
			var d *doorman
			b := newBed(t, func(a applier) keeper {
				d = &doorman{table: a}
				return d.keep
			})
			b.server.set(tt.firstUp)
			w := watchWWW(1)
			w.Quiesce = tt.quiesce
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { done <- alone(ctx, b.crew, d, order(w)) }()
			time.Sleep(soon)
			b.expect(t, tt.untried, tt.firstSay)
			b.server.set(false)
			time.Sleep(10 * time.Second)
			synctest.Wait()
			if got := b.weight(); got != tt.failed {
				t.Errorf("quiesce %v: failed server at %s, want %s", tt.quiesce, got, tt.failed)
			}
			b.server.set(true)
			time.Sleep(20 * time.Second)
			synctest.Wait()
			if got := b.weight(); got != "1" {
				t.Errorf("returned server at %s", got)
			}
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
			if got := b.weight(); got != tt.left {
				t.Errorf("left behind at %s", got)
			}
		})
	}
}

func TestAloneBad(t *testing.T) {
	d := &doorman{table: frozen{}}
	c := newCrew(t.Context(), logging.New("nanny", logging.Text, &bytes.Buffer{}, false), d.keep)
	w := watchWWW(1)
	w.Forward = ""
	if err := alone(t.Context(), c, d, order(w)); err == nil || !strings.Contains(err.Error(), "forwarding method") {
		t.Errorf("error %v", err)
	}
}

// A closable counts how often a table was opened and closed.
type closable struct {
	applier
	closed int
}

func (c *closable) Close() error { c.closed++; return nil }

type failing struct{ err error }

func (f failing) Apply([]ipvs.Op) error { return f.err }

func TestReopen(t *testing.T) {
	socket := errors.New("socket: broken")
	fake := ipvs.NewFake()
	tables := []*closable{{applier: failing{socket}}, {applier: fake}}
	dialed := 0
	k := &kernel{dial: func() (table, error) {
		dialed++
		if dialed == 1 {
			return nil, ipvs.ErrNoIPVS
		}
		return tables[dialed-2], nil
	}}
	op := []ipvs.Op{ipvs.DeleteService(www)}
	if err := k.Apply(op); !errors.Is(err, ipvs.ErrNoIPVS) {
		t.Errorf("first: %v", err)
	}
	if err := k.Apply(op); !errors.Is(err, socket) || tables[0].closed != 1 {
		t.Errorf("second: %v, closed %d times", err, tables[0].closed)
	}
	for range 2 { // the table's own refusals are no reason to open another
		if err := k.Apply(op); !errors.As(err, new(*ipvs.BatchError)) || tables[1].closed != 0 {
			t.Errorf("third: %v, closed %d times", err, tables[1].closed)
		}
	}
	if k.close(); dialed != 3 || tables[1].closed != 1 {
		t.Errorf("opened %d times, closed %d", dialed, tables[1].closed)
	}
}
