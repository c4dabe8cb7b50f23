package static

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestHandler(t *testing.T) {
	url := URL("console.css")
	for _, tt := range []struct {
		method, url, accept string
		status              int
		zipped              bool
		cache               string
	}{
		{"GET", url, "", 200, false, "immutable"},
		{"GET", url, "gzip, deflate, br", 200, true, "immutable"},
		{"GET", url, "br;q=1, GZIP ; q=0.5", 200, true, "immutable"},
		{"GET", url, "gzip;q=0", 200, false, "immutable"},
		{"GET", url, "gzip; q=0.000", 200, false, "immutable"},
		{"GET", url, "x-gzipped", 200, false, "immutable"},
		{"HEAD", url, "gzip", 200, true, "immutable"},
		{"GET", "/static/console.css?v=old", "", 200, false, "no-cache"},
		{"GET", "/static/css/00-base.css", "", 404, false, ""},
		{"GET", "/static/../static.go", "", 404, false, ""},
		{"GET", "/static/", "", 404, false, ""},
	} {
		r := httptest.NewRequest(tt.method, tt.url, nil)
		r.Header.Set("Accept-Encoding", tt.accept)
		w := httptest.NewRecorder()
		Handler().ServeHTTP(w, r)
		zipped := w.Header().Get("Content-Encoding") == "gzip"
		if w.Code != tt.status || zipped != tt.zipped || !strings.Contains(w.Header().Get("Cache-Control"), tt.cache) {
			t.Errorf("%s %s, %q: %d %v", tt.method, tt.url, tt.accept, w.Code, w.Header())
		}
		if tt.status != http.StatusOK || tt.method == "HEAD" {
			continue
		}
		var body io.Reader = w.Body
		if zipped {
			var err error
			if body, err = gzip.NewReader(w.Body); err != nil {
				t.Fatal(err)
			}
		}
		if b, err := io.ReadAll(body); err != nil || !bytes.Equal(b, assets["console.css"].body) {
			t.Errorf("%q: another file came, %v", tt.accept, err)
		}
	}
}

// TestStyle has every part of the style in one file, the base first.
func TestStyle(t *testing.T) {
	css := string(assets["console.css"].body)
	base, err := files.ReadFile("css/00-base.css")
	if err != nil || !strings.HasPrefix(css, string(base)) {
		t.Errorf("console.css does not begin with its base: %v", err)
	}
	for _, bad := range []string{"http:", "https:", "@import"} {
		if strings.Contains(css, bad) {
			t.Errorf("console.css has %q: nothing is fetched from elsewhere", bad)
		}
	}
}
