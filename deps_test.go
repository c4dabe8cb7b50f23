package pacu

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// house says which of our packages each of our packages may import: the table
// of the design, in one place that fails when somebody builds around it.
var house = map[string][]string{
	"lvscf":      nil,
	"heartbeat":  nil,
	"ipvs":       nil,
	"vip":        nil,
	"firewall":   nil,
	"probe":      nil,
	"control":    nil,
	"logging":    nil,
	"migrations": nil,

	"director": {"lvscf", "ipvs", "vip", "firewall"},
	"store":    {"migrations"},
	"peer":     {"lvscf"},
	"alert":    {"control"},
	"metrics":  {"control"},
	"doctor":   {"lvscf", "ipvs", "vip", "firewall", "control"},
	"web":      {"lvscf", "control", "store", "peer", "alert"},

	"cmd/pulse":  {"lvscf", "heartbeat", "ipvs", "vip", "firewall", "control", "logging", "director", "doctor"},
	"cmd/nanny":  {"ipvs", "probe", "control", "logging"},
	"cmd/lvsgui": {"lvscf", "control", "logging", "store", "web", "alert", "metrics"},
}

// TestHouse holds every import of one of our packages by another, tests left
// out, against the table.
func TestHouse(t *testing.T) {
	for _, line := range goList(t, "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...") {
		pkg, imports, _ := strings.Cut(line, " ")
		room := roomOf(pkg)
		if room == "lab" || room == "pacu" {
			continue // lab stands beside the house and may look into every window
		}
		allowed, known := house[room]
		if !known && room != "packaging" { // it is in front of the house, and needs none of it
			t.Errorf("package %s has no room in the house: add it to the design and to this table", pkg)
			continue
		}
		for _, imp := range strings.Fields(imports) {
			if !strings.HasPrefix(imp, "pacu/") || roomOf(imp) == room {
				continue
			}
			if !slices.Contains(allowed, roomOf(imp)) {
				t.Errorf("%s imports %s: %s may import only %v", pkg, imp, room, allowed)
			}
		}
	}
}

// pure are the packages within rooms that may import less than their room: no
// page, database or daemon gets into them.
var pure = map[string][]string{
	"doctor/nft":   nil,
	"web/form":     {"lvscf"},
	"web/change":   nil,
	"web/series":   nil,
	"web/textdiff": nil,
}

// TestPure holds the imports of the pure packages against the table.
func TestPure(t *testing.T) {
	for _, line := range goList(t, "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./doctor/...", "./web/...") {
		pkg, imports, _ := strings.Cut(line, " ")
		allowed, is := pure[strings.TrimPrefix(pkg, "pacu/")]
		if !is {
			continue
		}
		for _, imp := range strings.Fields(imports) {
			if own, ours := strings.CutPrefix(imp, "pacu/"); ours && !slices.Contains(allowed, own) {
				t.Errorf("%s imports %s: it may import only %v", pkg, imp, allowed)
			}
		}
	}
}

// TestDaemonsStayLean keeps the database, the pages and the browser's
// libraries out of the two daemons that must never fail.
func TestDaemonsStayLean(t *testing.T) {
	forbidden := []string{
		"github.com/mattn/go-sqlite3", "github.com/a-h/templ", "github.com/prometheus/",
		"github.com/go-chi/", "github.com/pressly/", "net/http", "database/sql",
	}
	for _, cmd := range []string{"./cmd/pulse", "./cmd/nanny"} {
		for _, dep := range goList(t, "-deps", cmd) {
			for _, f := range forbidden {
				if strings.HasPrefix(dep, f) {
					t.Errorf("%s links %s", cmd, dep)
				}
			}
		}
	}
}

func roomOf(pkg string) string {
	parts := strings.Split(strings.TrimPrefix(pkg, "pacu/"), "/")
	if parts[0] == "cmd" && len(parts) > 1 {
		return "cmd/" + parts[1]
	}
	return parts[0]
}

func goList(t *testing.T, args ...string) []string {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list"}, args...)...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list %v: %v\n%s", args, err, stderr.String())
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}
