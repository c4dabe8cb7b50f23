package web

import (
	"errors"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
	"pacu/store"
)

// TestAPIActs: what is done to real servers and the pair, and what the audit has
// of it.
func TestAPIActs(t *testing.T) {
	s, p := newConsole(t, true)
	c := newProgram(t, s, store.Operator)
	close(p.over)
	c.want(c.do("POST", "/servers/lvs-03/drain", ""), 200, "")
	c.want(c.do("POST", "/servers/lvs-03/drain", `{"timeout":"10m"}`), 200, "")
	c.want(c.do("POST", "/servers/lvs-03/undrain", ""), 200, "")
	c.want(c.do("POST", "/servers/http_server%2Flvs-04/force", `{"to":"down"}`), 200, "")
	p.probed = []control.Probed{{Service: "fwmark 80", Health: control.Up, Why: "HTTP answered"}}
	c.want(c.do("POST", "/servers/10.8.8.33/probe", ""), 200, "")
	want := []string{"drain lvs-03 0s", "drain lvs-03 10m0s", "undrain lvs-03", "force http_server/lvs-04 down", "probe 10.8.8.33"}
	if diff := cmp.Diff(want, p.did); diff != "" {
		t.Errorf("done (-want +got):\n%s", diff)
	}

	for body, field := range map[string]string{
		`{"timeout":"-1s"}`: "timeout", `{"timeout":"200h"}`: "timeout", `{"timeout":"1ms"}`: "timeout", `{"timeout":5}`: "", `{"time":"1m"}`: "time",
		`{"timeout":"1m"}{}`: "", `{"timeout":"1m"`: "",
	} {
		a := c.do("POST", "/servers/lvs-03/drain", body)
		c.want(a, 422, "bad-body")
		var got struct{ Field string }
		if a.into(t, &got); got.Field != field {
			t.Errorf("%s: field %q", body, got.Field)
		}
	}
	c.want(c.do("POST", "/servers/lvs-03/force", ""), 422, "bad-body")
	c.want(c.do("POST", "/servers/lvs-03/force", `{"to":"sideways"}`), 422, "bad-body")
	c.want(c.do("POST", "/servers/lvs-03/drain", "timeout=1m"), 415, "content-type")
	c.want(c.do("POST", "/servers/nobody/drain", ""), 404, "no-server")
	c.want(c.do("POST", "/servers/mx-3/drain", ""), 409, "not-used")
	p.refuse = control.ReplyError("it is drained already")
	c.want(c.do("POST", "/servers/lvs-03/drain", ""), 409, "refused")
	p.refuse = nil

	p.findings = []control.Finding{{Stops: true, Text: "the partner is silent"}}
	c.want(c.do("POST", "/switchover?check", ""), 200, "")
	c.want(c.do("POST", "/switchover?check=2", ""), 400, "bad-parameter")
	c.want(c.do("POST", "/switchover", ""), 409, "stopped")
	c.want(c.do("POST", "/switchover", `{"force":true}`), 200, "")
	s.hub.over.begin("somebody")
	c.want(c.do("POST", "/switchover", ""), 409, "busy")
	c.want(c.do("PUT", "/hold", ""), 200, "")
	c.want(c.do("DELETE", "/hold", ""), 200, "")
	if want := []string{"switchover force false", "switchover force true", "hold true", "hold false"}; !slices.Equal(p.overs, want) {
		t.Errorf("done to the pair: %v", p.overs)
	}
	c.want(c.do("POST", "/reload", ""), 200, "")

	var list auditList
	a := c.get("/audit?limit=3")
	c.want(a, http.StatusOK, "")
	a.into(t, &list)
	if len(list.Entries) != 3 || list.Before != list.Entries[2].ID || list.Entries[0].What != "reload" || list.Entries[0].Who != "token ci of anna" {
		t.Errorf("audit: %+v", list)
	}
	c.get("/audit?what=drain").into(t, &list)
	if n := len(list.Entries); n != 3 || list.Entries[n-1].Before == "" || list.Entries[0].After != "refused: it is drained already" {
		t.Errorf("audit of drains: %+v", list.Entries)
	}
	p.fail(errors.New("broken"))
	c.want(c.do("PUT", "/hold", ""), 503, "no-pulse")
	c.want(c.do("POST", "/switchover?check=1", ""), 503, "no-pulse")
}
