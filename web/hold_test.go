package web

import (
	"errors"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
)

func TestHold(t *testing.T) {
	s, p := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	ask := func(on, says string) {
		t.Helper()
		if resp, _ := v.do("POST", "/hold", url.Values{"on": {on}}); resp.Header.Get("Location") != "/monitoring" {
			t.Fatalf("hold: %s", resp.Status)
		}
		_, body := v.get("/monitoring")
		want(t, body, says)
	}
	_, body := v.get("/hold")
	want(t, words(body), "This router serves now.", "HOLD THIS ROUTER")
	ask("1", "pulse: hold is true")
	_, body = v.get("/monitoring")
	want(t, words(body), "on hold", "END THE HOLD")
	_, body = v.get("/hold")
	want(t, words(body), "This router is on hold.", "END THE HOLD")
	ask("0", "pulse: hold is false")
	p.fail(errors.New("the disk is full"))
	ask("1", "pulse could not: the disk is full")
	if diff := cmp.Diff([]string{"hold true", "hold false", "hold true"}, p.overs); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}

	p.fail(nil)
	p.change(time.Now(), func(s *control.Snapshot) { s.Router.State = control.Standby })
	_, body = v.get("/hold", "Accept-Language", "zh")
	want(t, words(body), "禁止接管")
}
