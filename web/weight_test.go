package web

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"

	"pacu/web/static"
)

// firstLimit bounds the first page with all that it needs to be shown and to
// be alive, in bytes over the wire.
const firstLimit = 100_000

var linked = regexp.MustCompile(`(?:src|href)="(/static/[^"]+)"`)

// TestFirstPageIsSmall adds up the pages that an operator opens first, and
// everything they load.
func TestFirstPageIsSmall(t *testing.T) {
	s, _ := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	for _, path := range []string{"/monitoring", "/virtuals"} {
		body := v.page(path, http.StatusOK)
		sum, files := len(body), linked.FindAllStringSubmatch(body, -1)
		for _, f := range files {
			r := httptest.NewRequest(http.MethodGet, f[1], nil)
			r.Header.Set("Accept-Encoding", "gzip")
			w := httptest.NewRecorder()
			static.Handler().ServeHTTP(w, r)
			if w.Code != http.StatusOK {
				t.Errorf("%s loads %s: %d", path, f[1], w.Code)
			}
			sum += w.Body.Len()
		}
		t.Logf("%s: %d bytes, with %d files %d", path, len(body), len(files), sum)
		if len(files) < 3 || sum > firstLimit {
			t.Errorf("%s is %d bytes with its %d files, want at most %d", path, sum, len(files), firstLimit)
		}
	}
}
