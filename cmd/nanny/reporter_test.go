package main

import (
	"bytes"
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
)

// A pulse that does not read holds nobody up, and then gets the newest of each.
func TestReporter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newReporter()
		nanny, pulse := net.Pipe() // no buffer: a write waits for its reader
		go r.run(t.Context(), nanny)
		for i := range 10 {
			r.add(control.Report{Server: server, Service: "a", Weight: i, Changed: i == 5})
			r.add(control.Report{Server: server, Service: "b", Weight: 10 * i})
			r.add(control.Report{Server: vip, Service: "b", Weight: 100 * i})
			synctest.Wait()
		}
		go func() {
			synctest.Wait()
			_ = pulse.Close()
		}()
		var got []string
		for rep, err := range control.Reports(pulse) {
			if err != nil {
				break
			}
			got = append(got, fmt.Sprintf("%s %s %d %v", rep.Server, rep.Service, rep.Weight, rep.Changed))
			if len(got) == 6 {
				break
			}
		}
		_ = pulse.Close()
		want := "10.8.8.33 a 5 true, 10.8.8.33 b 50 false, 10.10.1.30 b 500 false, " +
			"10.8.8.33 a 9 false, 10.8.8.33 b 90 false, 10.10.1.30 b 900 false"
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("reports %s\nwant    %s", s, want)
		}
		r.add(control.Report{Service: "c"}) // into the void

		r = newReporter()
		r.add(control.Report{Service: "a", Why: strings.Repeat("x", batch)})
		r.add(control.Report{Service: "b"})
		for _, want := range []string{"a", "b"} {
			if lines := string(r.gather(nil)); strings.Count(lines, "\n") != 1 || !strings.Contains(lines, `"service":"`+want+`"`) {
				t.Errorf("gathered %.60s, want %s", lines, want)
			}
		}
	})
}

// What says nothing new waits for others; what does takes them along.
func TestReporterWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newReporter()
		nanny, pulse := net.Pipe()
		defer pulse.Close()
		go r.run(t.Context(), nanny)
		came := make(chan string, 10)
		began := time.Now()
		go func() {
			for rep, err := range control.Reports(pulse) {
				if err != nil {
					return
				}
				came <- fmt.Sprintf("%s %v", rep.Service, time.Since(began))
			}
		}()
		r.add(control.Report{Service: "a"})
		time.Sleep(idle / 2)
		r.add(control.Report{Service: "b"})
		time.Sleep(idle)
		r.add(control.Report{Service: "c"})
		time.Sleep(idle / 4)
		r.add(control.Report{Service: "d", Changed: true})
		time.Sleep(idle / 4)
		r.add(control.Report{Service: "e", Trouble: "x"})
		synctest.Wait()
		_ = pulse.Close()
		var got []string
		for range 5 {
			got = append(got, <-came)
		}
		want := []string{"a 500ms", "b 500ms", "c 875ms", "d 875ms", "e 1s"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("reports (-want +got):\n%s", diff)
		}
	})
}

// What pulse would not read for its length is told without the reasons.
func TestReporterTooLong(t *testing.T) {
	long := strings.Repeat("x", control.MaxReport)
	for _, tt := range []struct{ why, trouble, wantTrouble string }{
		{long, "", ""},
		{long, "ip_vs is missing", tooLong},
		{"refused", long, tooLong},
	} {
		r := newReporter()
		r.add(control.Report{Service: "a", Weight: 3, Changed: true, Why: tt.why, Trouble: tt.trouble})
		var got []control.Report
		for rep, err := range control.Reports(bytes.NewReader(r.gather(nil))) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, rep)
		}
		want := []control.Report{{Service: "a", Weight: 3, Changed: true, Why: tooLong, Trouble: tt.wantTrouble}}
		if diff := cmp.Diff(want, got, cmpAddr); diff != "" {
			t.Errorf("reports (-want +got):\n%s", diff)
		}
	}
}
