// Package static holds the console's style, scripts and pictures. Everything
// is embedded; nothing is ever fetched from elsewhere.
//
// htmx.min.js and hx-sse.min.js are htmx 4.0.1 (https://htmx.org) as
// published, under the licence in htmx.LICENSE. console.css is the files below
// css/ one after the other, in the order of their names.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

//go:embed css/*.css *.js *.svg
var files embed.FS

// types are given here because the system's table of types may be anything.
var types = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

type asset struct {
	body   []byte
	zipped []byte // the same by gzip (RFC 1952)
	kind   string
	hash   string // of the body, short
}

var assets = load()

func load() map[string]asset {
	m := map[string]asset{}
	add := func(name string, b []byte) {
		sum := sha256.Sum256(b)
		m[name] = asset{b, zip(b), types[path.Ext(name)], hex.EncodeToString(sum[:6])}
	}
	for _, name := range glob("*.*") {
		add(name, read(name))
	}
	var css []byte
	for _, name := range glob("css/*.css") {
		css = append(css, read(name)...)
	}
	add("console.css", css)
	return m
}

func zip(b []byte) []byte {
	var z bytes.Buffer
	w, err := gzip.NewWriterLevel(&z, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(b)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err) // the level is a constant, and memory does not fail
	}
	return z.Bytes()
}

func glob(pattern string) []string {
	names, err := fs.Glob(files, pattern)
	if err != nil {
		panic(err) // the pattern is a constant
	}
	return names
}

func read(name string) []byte {
	b, err := files.ReadFile(name)
	if err != nil {
		panic(err) // it is embedded
	}
	return b
}

// URL is where the file name is served. It changes with the file, so that
// browsers may keep it for ever. It panics when there is no such file.
func URL(name string) string {
	a, ok := assets[name]
	if !ok {
		panic(fmt.Sprintf("static file %q does not exist", name))
	}
	return "/static/" + name + "?v=" + a.hash
}

// Handler serves the files below /static/.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := assets[strings.TrimPrefix(r.URL.Path, "/static/")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", a.kind)
		h.Set("Vary", "Accept-Encoding")
		body := a.body
		if acceptsGzip(r.Header.Get("Accept-Encoding")) {
			h.Set("Content-Encoding", "gzip")
			body = a.zipped
		}
		h.Set("Content-Length", fmt.Sprint(len(body)))
		if r.URL.Query().Get("v") == a.hash {
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
		} else {
			h.Set("Cache-Control", "no-cache")
		}
		if r.Method != http.MethodHead {
			w.Write(body) // a client that leaves is no concern of ours
		}
	})
}

// acceptsGzip reads an Accept-Encoding header (RFC 9110, 12.5.3).
func acceptsGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		coding, params, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			q, given := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
			return !given || strings.Trim(q, "0.") != ""
		}
	}
	return false
}
