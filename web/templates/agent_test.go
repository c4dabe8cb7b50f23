package templates

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestBrowserName(t *testing.T) {
	for agent, want := range map[string]string{
		"": "",
		"Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0":                                                                  "Firefox 145, Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0":           "Edge 142, Windows",
		"Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36":                   "Chrome 142, Android",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1": "Safari 26, iOS",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15":                   "Safari 26, macOS",
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/142.0.0.0 Safari/537.36":                           "Chromium 142, Linux",
		"curl/8.14.1":                  "curl 8",
		"Go-http-client/2.0":           "Go-http-client/2.0",
		"Firefox/<script>":             "Firefox",
		strings.Repeat("代理", 30) + "!": strings.Repeat("代理", 20),
	} {
		if got := browserName(agent); got != want {
			t.Errorf("browserName(%q) = %q, want %q", agent, got, want)
		}
	}
}

func FuzzBrowserName(f *testing.F) {
	f.Add("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0")
	f.Fuzz(func(t *testing.T, agent string) {
		if got := browserName(agent); utf8.RuneCountInString(got) > 40 {
			t.Errorf("browserName(%q) = %q", agent, got)
		}
	})
}
