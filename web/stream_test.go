package web

import (
	"net/http"
	"testing"
)

// TestStreamsAreBounded holds that one user cannot keep others from their live
// pages.
func TestStreamsAreBounded(t *testing.T) {
	s, _ := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	for range streamsEach {
		if !s.streams.enter("piranha") {
			t.Fatal("refused too early")
		}
	}
	resp, _ := v.get("/monitoring/stream")
	if resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("Retry-After") == "" {
		t.Errorf("one too many: %s", resp.Status)
	}
	if !s.streams.enter("anna") {
		t.Error("another user is refused")
	}
	s.streams.leave("anna")
	for range streamsEach {
		s.streams.leave("piranha")
	}
	if len(s.streams.of) != 0 {
		t.Errorf("%v are left", s.streams.of)
	}
}
