package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// TestKernelPool has one nanny for both servers, none of which is there, and
// looks at it and at a probe as an operator does.
func TestKernelPool(t *testing.T) {
	h := newRouter(t)
	write(t, h, "nanny_limit = 1\n"+alone)
	p := startPulse(t, h)
	ctx, cancel := context.WithTimeout(t.Context(), ample)
	defer cancel()
	for _, server := range []string{"one (10.77.0.11:80)", "two (10.77.0.12:80)"} {
		if _, err := p.WaitLine(ctx, time.Time{}, server+" of web is down: "); err != nil {
			t.Fatal(err)
		}
	}
	pulse := []string{"pulse"}
	// Without the group pulse, the socket is of root's.
	asNobody := []string{"setpriv", "--reuid", "65534", "--regid", "0", "--clear-groups", "pulse"}
	for _, tt := range []struct {
		as   []string
		args []string
		well bool
		want []string
		not  string
	}{
		{pulse, []string{"nanny"}, true, []string{"10.77.0.11 and 1 more", "10.77.0.11:80 ", "10.77.0.12:80 ", "down"}, "untried"},
		{pulse, []string{"nanny", "two"}, true, []string{"10.77.0.11 and 1 more", "10.77.0.12:80 "}, "10.77.0.11:80 "},
		{pulse, []string{"nanny", "three"}, false, nil, "10.77.0.11"},
		{pulse, []string{"probe", "10.77.0.12:80"}, false, []string{"10.77.0.12:80 in tcp 10.77.0.100:80: ", " ms  down: connect: "}, "10.77.0.11:80 "},
		{pulse, []string{"probe", "web/one"}, false, []string{"10.77.0.11:80 in tcp 10.77.0.100:80: ", " ms  down: connect: "}, "10.77.0.12:80 "},
		{asNobody, []string{"probe", "one"}, false, []string{"10.77.0.11:80 in tcp 10.77.0.100:80: ", " ms  down: connect: "}, "10.77.0.12:80 "},
	} {
		out, err := h.Output(ctx, tt.as[0], append(tt.as[1:len(tt.as):len(tt.as)], tt.args...)...)
		if (err == nil) != tt.well {
			t.Errorf("%s %s: %v", tt.as, tt.args, err)
		}
		for _, want := range tt.want {
			if !strings.Contains(string(out), want) {
				t.Errorf("%s %s lacks %q (%v):\n%s", tt.as, tt.args, want, err, out)
			}
		}
		if strings.Contains(string(out), tt.not) {
			t.Errorf("%s %s has %q:\n%s", tt.as, tt.args, tt.not, out)
		}
	}
	s, err := snapshot(t, h)
	if err != nil {
		t.Fatal(err)
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.Nannies[0].Pid))
	if err != nil {
		t.Fatal(err)
	}
	const netAdmin = "0000000000001000\n"
	for _, want := range []string{"CapPrm:\t" + netAdmin, "CapEff:\t" + netAdmin, "CapBnd:\t" + netAdmin, "NoNewPrivs:\t1\n"} {
		if !strings.Contains(string(status), want) {
			t.Errorf("nanny lacks %q:\n%s", want, status)
		}
	}
	stopPulse(t, p)
}
