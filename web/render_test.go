package web

import (
	"net/http"
	"os"
	"strings"
	"testing"
)

// TestMessagesAreInTheReadersLanguage holds that the heading of a page that
// says one thing is not HTTP's English, nor "OK" over bad news.
func TestMessagesAreInTheReadersLanguage(t *testing.T) {
	s, _ := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	resp, body := v.get("/nowhere", "Cookie", "pacu_lang=zh")
	if resp.StatusCode != http.StatusNotFound || strings.Contains(body, "Not Found") {
		t.Errorf("%s: %s", resp.Status, body)
	}
	want(t, body, "<h1>未找到</h1>", "没有这个页面。")
	if err := os.WriteFile(s.ConfigPath, []byte("a\x00b"), 0o640); err != nil {
		t.Fatal(err)
	}
	_, body = v.get("/virtual?v=http_server")
	want(t, body, "<h1>Please note</h1>")
}
