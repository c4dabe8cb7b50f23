package web

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"pacu/store"
)

// BenchmarkTexts opens the pages that have to do with the whole of a large
// lvs.cf, 4,000 virtuals with 10 real servers each, over TLS. A page that says
// first is timed at its first look after an edit.
func BenchmarkTexts(b *testing.B) {
	s, p := newConsole(b, true)
	text, snap := virtualCrowd(4000)
	if err := os.WriteFile(s.ConfigPath, []byte(text), 0o640); err != nil {
		b.Fatal(err)
	}
	p.snap = snap
	if err := s.changer.noticeDisk(b.Context()); err != nil {
		b.Fatal(err)
	}
	next := strings.Replace(text, "weight = 1\n", "weight = 2\n", 1)
	if _, err := s.Store.AddRevision(b.Context(), store.Revision{Who: "ann", Origin: store.Fetched}, []byte(next)); err != nil {
		b.Fatal(err)
	}
	v := visit(b, s.Handler())
	v.login()
	edits := 0
	edit := func() {
		v.post("/virtuals", url.Values{[]string{"off", "on"}[edits%2]: {"1:shop-7"}}, http.StatusSeeOther)
		edits++
	}
	edit()
	for _, path := range []string{"/configuration", "/review", "/review/discard", "/history", "/history/revision?id=1", "/history/compare?a=1&b=2"} {
		b.Run("get"+path, func(b *testing.B) {
			for b.Loop() {
				b.SetBytes(int64(len(v.page(path, http.StatusOK))))
			}
		})
	}
	for _, path := range []string{"/configuration", "/review"} {
		b.Run("first"+path, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				edit()
				b.StartTimer()
				v.page(path, http.StatusOK)
			}
		})
	}
	b.Run("mask", func(b *testing.B) { // of a viewer's page
		for b.Loop() {
			mask(text)
		}
	})
	b.Run("edit", func(b *testing.B) {
		for b.Loop() {
			edit()
		}
	})
}
