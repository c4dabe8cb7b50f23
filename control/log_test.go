package control

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func seqs(events []Event) string {
	var b strings.Builder
	for _, e := range events {
		fmt.Fprintf(&b, " %d", e.Seq)
	}
	return b.String()
}

func TestLogAfter(t *testing.T) {
	tests := []struct {
		add   int
		after uint64
		want  string
	}{
		{0, 0, ""},
		{1, 0, " 1"},
		{3, 0, " 1 2 3"},
		{3, 2, " 3"},
		{3, 3, ""},
		{3, 9, ""},
		{7, 0, " 4 5 6 7"},
		{7, 2, " 4 5 6 7"},
		{8, 5, " 6 7 8"},
		{9, 8, " 9"},
	}
	for _, tt := range tests {
		l := NewLog(4)
		for range tt.add {
			l.Add(Event{})
		}
		if got := seqs(l.After(tt.after)); got != tt.want {
			t.Errorf("%d events, after %d: %q, want %q", tt.add, tt.after, got, tt.want)
		}
	}
}

func TestLogAdd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLog(0)
		at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
		want := []Event{{Seq: 1, Time: time.Now(), Message: "a"}, {Seq: 2, Time: at, Message: "b"}}
		got := []Event{l.Add(Event{Message: "a"}), l.Add(Event{Seq: 77, Time: at, Message: "b"})}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
	})
}

// TestLogEvents has a reader that keeps up, one that resumes and one that
// remembers an earlier pulse.
func TestLogEvents(t *testing.T) {
	for _, tt := range []struct {
		after uint64
		want  string
	}{{0, " 1 2 3 4"}, {2, " 3 4"}, {90, " 1 2 3 4"}} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			l := NewLog(10)
			l.Add(Event{})
			l.Add(Event{})
			var got []Event
			done := make(chan struct{})
			go func() {
				defer close(done)
				for e, err := range l.Events(ctx, tt.after) {
					if err != nil {
						t.Error(err)
					}
					got = append(got, e)
				}
			}()
			synctest.Wait()
			l.Add(Event{})
			synctest.Wait()
			l.Add(Event{})
			synctest.Wait()
			cancel()
			<-done
			if s := seqs(got); s != tt.want {
				t.Errorf("after %d: %q, want %q", tt.after, s, tt.want)
			}
		})
	}
}

func TestLogSlowReader(t *testing.T) {
	l := NewLog(4)
	l.Add(Event{})
	var got string
	for e, err := range l.Events(t.Context(), 0) {
		if err != nil {
			got += err.Error()
			break
		}
		got += fmt.Sprintf("%d ", e.Seq)
		for range 6 { // while the reader is busy with its first event
			l.Add(Event{})
		}
	}
	if want := "1 events 2 to 3 were dropped: the reader is too slow"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A log that dropped its first events before the reader came begins with the
// oldest it has.
func TestLogLateReader(t *testing.T) {
	l := NewLog(2)
	for range 5 {
		l.Add(Event{})
	}
	for e, err := range l.Events(t.Context(), 0) {
		if err != nil || e.Seq != 4 {
			t.Errorf("first event %d, %v; want 4", e.Seq, err)
		}
		break
	}
}
