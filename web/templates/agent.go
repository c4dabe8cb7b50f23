package templates

import "strings"

// browsers and systems are told apart by what they put into User-Agent, in
// this order: most claim to be others besides.
var (
	browsers = [][2]string{
		{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"},
		{"HeadlessChrome/", "Chromium"}, {"Chrome/", "Chrome"}, {"CriOS/", "Chrome"}, {"Version/", "Safari"}, {"curl/", "curl"},
	}
	systems = [][2]string{
		{"Windows", "Windows"}, {"Android", "Android"}, {"iPhone", "iOS"}, {"iPad", "iPadOS"}, {"Macintosh", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"},
	}
)

// browserName is what people call the browser of a User-Agent, "Firefox 145,
// Linux"; of one that is not known its beginning, and empty for none.
func browserName(agent string) string {
	name := ""
	for _, b := range browsers {
		if _, rest, ok := strings.Cut(agent, b[0]); ok {
			version, _, _ := strings.Cut(rest, ".")
			name = strings.TrimSpace(b[1] + " " + digits(version))
			break
		}
	}
	if name == "" {
		r := []rune(agent)
		return string(r[:min(len(r), 40)])
	}
	for _, s := range systems {
		if strings.Contains(agent, s[0]) {
			return name + ", " + s[1]
		}
	}
	return name
}

// digits are those that s begins with, four at most.
func digits(s string) string {
	n := 0
	for n < len(s) && n < 4 && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return s[:n]
}
