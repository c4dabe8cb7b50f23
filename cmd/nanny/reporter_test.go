package main

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/synctest"

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
		want := "10.8.8.33 a 0 false, 10.8.8.33 b 0 false, 10.10.1.30 b 0 false, " +
			"10.8.8.33 a 9 true, 10.8.8.33 b 90 false, 10.10.1.30 b 900 false"
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("reports %s\nwant    %s", s, want)
		}
		r.add(control.Report{Service: "c"}) // into the void

		r = newReporter()
		r.add(control.Report{Service: "a", Why: strings.Repeat("x", control.MaxReport)}) // pulse would not read it
		r.add(control.Report{Service: "b", Why: strings.Repeat("x", batch)})
		r.add(control.Report{Service: "c"})
		for _, want := range []string{"b", "c"} {
			if lines := string(r.gather(nil)); strings.Count(lines, "\n") != 1 || !strings.Contains(lines, `"service":"`+want+`"`) {
				t.Errorf("gathered %.60s, want %s", lines, want)
			}
		}
	})
}
