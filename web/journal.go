package web

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"pacu/control"
)

// An incident is an event of pulse, as the console keeps it.
type incident struct {
	control.Event
	// Run names the run of pulse that tells it: the milliseconds of its start.
	// Within a run Seq rises by one.
	Run int64
	// Lost is how many events before this one, of the same run, pulse no
	// longer had.
	Lost uint64
}

// ID names the incident, for a stream to go on from.
func (i incident) ID() string {
	return strconv.FormatInt(i.Run, 10) + "." + strconv.FormatUint(i.Seq, 10)
}

// parseIncident reads what ID wrote.
func parseIncident(id string) (run int64, seq uint64, ok bool) {
	a, b, _ := strings.Cut(id, ".")
	run, err := strconv.ParseInt(a, 10, 64)
	if err != nil {
		return 0, 0, false
	}
	seq, err = strconv.ParseUint(b, 10, 64)
	return run, seq, err == nil
}

const (
	// keepIncidents bounds the journal; pulse keeps 500.
	keepIncidents = 5000
	// fetchLimit bounds how long pulse may take to tell the events that its
	// snapshot leaves out. Those that it has not told by then count as lost.
	fetchLimit = 2 * time.Second
)

// A journal keeps pulse's events: those of its snapshots, and, where more
// happened between two of them, those it still has. What pulse knew before it
// was restarted stays. It is used by one goroutine at a time.
type journal struct {
	run  int64
	last uint64 // Seq of the newest of run
	list []incident
}

// kept are the incidents, oldest first; they are never changed.
func (j *journal) kept() []incident { return slices.Clip(j.list) }

// take adds what snap tells that is new.
func (j *journal) take(ctx context.Context, p Pulse, snap *control.Snapshot) {
	if run := snap.Started.UnixMilli(); run != j.run {
		j.run, j.last = run, 0
	}
	if len(snap.Events) == 0 {
		return
	}
	newest, oldest := snap.Events[len(snap.Events)-1], snap.Events[0]
	if newest.Seq <= j.last {
		return
	}
	if oldest.Seq > j.last+1 {
		j.add(j.fetch(ctx, p, newest))
	}
	j.add(snap.Events)
}

// errFetched ends a Follow that has brought what it was for.
var errFetched = errors.New("fetched")

// fetch asks for the events up to newest. Those of a pulse that was restarted
// since the snapshot are not taken for those of this run.
func (j *journal) fetch(ctx context.Context, p Pulse, newest control.Event) []control.Event {
	ctx, cancel := context.WithTimeout(ctx, fetchLimit)
	defer cancel()
	var got []control.Event
	// The error is how it ended: got says by itself whether that was well.
	_ = p.Follow(ctx, j.last, func(e control.Event) error {
		if e.Seq > newest.Seq || len(got) == keepIncidents {
			return errFetched
		}
		got = append(got, e)
		if e.Seq == newest.Seq {
			return errFetched
		}
		return nil
	})
	if len(got) == 0 || got[len(got)-1].Seq != newest.Seq || !got[len(got)-1].Time.Equal(newest.Time) {
		return nil
	}
	return got
}

// add appends the events that are later than the last.
func (j *journal) add(events []control.Event) {
	for _, e := range events {
		if e.Seq <= j.last {
			continue
		}
		j.list = append(j.list, incident{e, j.run, e.Seq - j.last - 1})
		j.last = e.Seq
	}
	if n := len(j.list) - keepIncidents; n > 0 {
		j.list = slices.Clone(j.list[n:]) // a slice handed out is never written to
	}
}
