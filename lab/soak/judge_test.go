package soak

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestJudge(t *testing.T) {
	at := func(s float64) time.Time {
		return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(s * float64(time.Second)))
	}
	h := history{
		deaths: []death{{"lvs-03", at(100), at(120)}, {"lvs-04", at(200), time.Time{}}},
		changes: []change{
			{what: clearTable, from: at(300), to: at(301)},
			{what: deleteServer, server: "lvs-05", from: at(400), to: at(401)},
			{what: editServer, from: at(500), to: at(501), harmless: true},
			{what: flushRules, from: at(600), to: at(601)},
			{what: killed, outage: true, from: at(800), to: at(805)},
			{what: flushRules, from: at(900)},
		},
		stalls: []stall{{at(700), at(702)}},
	}
	lost := errors.New("timeout")
	tests := []struct {
		name         string
		server       string
		began, ended float64
		err          error
		want         verdict
		why          string
	}{
		{"answered", "lvs-03", 101, 102, nil, answered, ""},
		{"to a dead server", "lvs-03", 101, 105, lost, onDead, "lvs-03"},
		{"under way at the death", "lvs-03", 80, 101, lost, onDead, ""},
		{"before the death", "lvs-03", 80, 99, lost, failed, "well"},
		{"long after the death", "lvs-03", 115, 119, lost, failed, "dead for 15.0 s"},
		{"after the return", "lvs-03", 121, 122, lost, failed, ""},
		{"to another server meanwhile", "lvs-04", 101, 105, lost, failed, ""},
		{"nobody knows where, meanwhile", "", 101, 105, lost, failed, ""},
		{"refused by nobody knows whom, as one died", "", 100.1, 100.2, fmt.Errorf("dial: %w", syscall.ECONNREFUSED), nearDead, "lvs-03"},
		{"refused by nobody knows whom, later", "", 119, 119.1, syscall.ECONNREFUSED, failed, ""},
		{"refused by another", "lvs-04", 100.1, 100.2, syscall.ECONNREFUSED, failed, ""},
		{"not back yet", "lvs-04", 203, 207, lost, onDead, ""},
		{"an empty table", "", 300.5, 300.6, lost, onDrift, clearTable},
		{"under way at the drift", "lvs-03", 290, 302, lost, onDrift, ""},
		{"before the drift", "lvs-03", 290, 299, lost, failed, ""},
		{"after the repair", "lvs-03", 301.5, 302, lost, failed, ""},
		{"long after the repair", "lvs-03", 290, 310, lost, failed, ""},
		{"the server that was taken out", "lvs-05", 400.5, 401, lost, onDrift, deleteServer},
		{"another server", "lvs-03", 400.5, 401, lost, failed, ""},
		{"a weight", "lvs-03", 500.5, 501, lost, failed, ""},
		{"before a stall", "lvs-03", 690, 694, lost, failed, ""},
		{"in a stall", "lvs-03", 701, 701.5, lost, onMachine, "stood still"},
		{"soon after a stall", "lvs-03", 704, 705, lost, onMachine, ""},
		{"long after a stall", "lvs-03", 720, 721, lost, failed, ""},
		{"in an outage", "lvs-03", 803, 807, lost, onOutage, killed},
		{"over a connection from before it", "lvs-03", 790, 809, lost, onOutage, killed},
		{"after it", "lvs-03", 805.5, 809, lost, failed, ""},
		{"not put right yet", "lvs-03", 901, 905, lost, onDrift, ""},
	}
	broken := request{server: "lvs-03", began: at(302), ended: at(302.1), used: at(299), err: lost}
	if got, why := h.judge(broken); got != onDrift {
		t.Errorf("a kept connection that broke unused: %d, %q", got, why)
	}
	broken.used = at(301.5)
	if got, why := h.judge(broken); got != failed {
		t.Errorf("a kept connection that was used since: %d, %q", got, why)
	}
	for _, tt := range tests {
		got, why := h.judge(request{server: tt.server, began: at(tt.began), ended: at(tt.ended), err: tt.err})
		if got != tt.want || !strings.Contains(why, tt.why) {
			t.Errorf("%s: %d, %q; want %d, %q", tt.name, got, why, tt.want, tt.why)
		}
	}
}
