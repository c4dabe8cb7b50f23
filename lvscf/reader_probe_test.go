package lvscf

import (
	"strings"
	"testing"
)

// checked is together, with checks in its first virtual.
var checked = strings.Replace(together, "server a {", "probe p {\n         check = ping\n         check_timeout = 3\n     }\n     rise = 3\n     server a {", 1)

// What is checked is read again with its virtual alone.
func TestReaderChecks(t *testing.T) {
	runReader(t, checked, []readerCase{
		{"kind", "check = ping", "check = tcp", []int{0}, true},
		{"time", "check_timeout = 3", "check_timeout = 4", []int{0}, true},
		{"longer name", "probe p {", "probe port {", []int{0}, true},
		{"rise", "rise = 3", "rise = 4", []int{0}, true},
		{"comment", "check_timeout = 3", "# none", []int{0}, true},
		{"nothing", "check_timeout = 3", "check_timeout  =  3.0", nil, true},
		{"warning", "check_timeout = 3", "check_timeout = 30", nil, false},
		{"error", "check = ping", "check = pong", nil, false},
		{"server for probe", "probe p {", "server p {", nil, false},
		{"inactive", "check_timeout = 3", "active = 0", []int{0}, true},
	})
}
