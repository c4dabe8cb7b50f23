package metrics

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// What is shipped beside the programs.
const (
	rulesFile     = "../packaging/prometheus/pacu.rules.yaml"
	ruleTests     = "../packaging/prometheus/pacu.test.yaml"
	dashboardFile = "../packaging/grafana/pacu.json"
)

// promtoolRun runs promtool, of Debian's package prometheus.
func promtoolRun(t *testing.T, args ...string) {
	t.Helper()
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("needs promtool, of Debian's package prometheus")
	}
	if out, err := exec.Command(promtool, args...).CombinedOutput(); err != nil {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// TestRules has Prometheus' own tool read the alerts, and try each.
func TestRules(t *testing.T) {
	promtoolRun(t, "check", "rules", rulesFile)
	promtoolRun(t, "test", "rules", ruleTests)
}

// TestRuleNames: alerts ask for what is told, are tried by pacu.test.yaml, and
// name a part of the documents that is there.
func TestRuleNames(t *testing.T) {
	text, err := os.ReadFile(rulesFile)
	if err != nil {
		t.Fatal(err)
	}
	tests, err := os.ReadFile(ruleTests)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []struct {
			Rules []struct {
				Alert       string
				Expr        string
				Labels      map[string]string
				Annotations map[string]string
			}
		}
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, g := range file.Groups {
		for _, r := range g.Rules {
			n++
			checkExpression(t, r.Alert, r.Expr)
			if !slices.Contains([]string{"critical", "warning", "info"}, r.Labels["severity"]) || r.Annotations["summary"] == "" {
				t.Errorf("%s: severity %q, summary %q", r.Alert, r.Labels["severity"], r.Annotations["summary"])
			}
			document, part, _ := strings.Cut(r.Annotations["runbook"], "#")
			if !slices.Contains(anchors(t, filepath.Join("..", document)), part) {
				t.Errorf("%s: %s has no part %q", r.Alert, document, part)
			}
			if !bytes.Contains(tests, []byte("alertname: "+r.Alert+"\n        exp_alerts:\n")) {
				t.Errorf("%s is not tried", r.Alert)
			}
		}
	}
	if n == 0 {
		t.Error("no rules")
	}
}

// TestDashboardQueries has promtool read the dashboard's expressions, as rules.
func TestDashboardQueries(t *testing.T) {
	text, err := os.ReadFile(dashboardFile)
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Panels      []panel
		Annotations struct{ List []struct{ Expr string } }
	}
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	type rule struct{ Record, Expr string }
	var rules []rule
	add := func(expr string) {
		rules = append(rules, rule{"x", strings.NewReplacer("$__rate_interval", "5m", "$__interval", "1m").Replace(expr)})
	}
	for _, p := range d.Panels {
		for _, target := range p.Targets {
			add(target.Expr)
		}
	}
	for _, a := range d.Annotations.List {
		add(a.Expr)
	}
	type group struct {
		Name  string
		Rules []rule
	}
	file, err := yaml.Marshal(map[string][]group{"groups": {{"dashboard", rules}}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	promtoolRun(t, "check", "rules", "--lint=none", path)
}

// anchors are the parts of a document, as a link names them.
func anchors(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Error(err)
	}
	var list []string
	for _, m := range regexp.MustCompile(`(?m)^##+ (.*)$`).FindAllStringSubmatch(string(text), -1) {
		word := regexp.MustCompile(`[^\pL\pN _-]`).ReplaceAllString(strings.ToLower(m[1]), "")
		list = append(list, strings.ReplaceAll(word, " ", "-"))
	}
	return list
}

var (
	metricName = regexp.MustCompile(`\b(?:pacu|process|go)_\w+(\{[^}]*\})?`)
	labelName  = regexp.MustCompile(`(\w+)\s*(?:=|!=|=~|!~)\s*"`)
)

// checkExpression: each metric that a PromQL expression names is told, with the
// labels that it is chosen by.
func checkExpression(t *testing.T, where, expr string) {
	t.Helper()
	names := metricName.FindAllString(expr, -1)
	if len(names) == 0 {
		t.Errorf("%s: no metric in %s", where, expr)
	}
	for _, m := range names {
		name, selector, _ := strings.Cut(m, "{")
		i := slices.IndexFunc(families, func(f *family) bool { return f.name == name })
		if i < 0 && name != "process_resident_memory_bytes" {
			t.Errorf("%s: %s is told by nobody", where, name)
			continue
		}
		known := []string{"job", "instance"}
		if i >= 0 {
			known = append(known, families[i].labels...)
		}
		for _, l := range labelName.FindAllStringSubmatch(selector, -1) {
			if !slices.Contains(known, l[1]) {
				t.Errorf("%s: %s has no label %s", where, name, l[1])
			}
		}
	}
}

// A panel is one of Grafana's.
type panel struct {
	ID          int
	Type, Title string
	GridPos     struct{ X, Y, W, H int }
	FieldConfig struct {
		Defaults struct{ Unit string }
	}
	Datasource struct{ UID string }
	Targets    []struct {
		Expr, LegendFormat string
		Datasource         struct{ UID string }
	}
}

// TestDashboard: Grafana's dashboard asks for what is told, of the data source
// that its reader chose, in panels that lie beside each other.
func TestDashboard(t *testing.T) {
	text, err := os.ReadFile(dashboardFile)
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		UID, Title             string
		SchemaVersion, Version int
		Panels                 []panel
		Annotations            struct{ List []struct{ Name, Expr string } }
		Templating             struct {
			List []struct{ Name, Type, Definition string }
		}
	}
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	if d.UID != "pacu-pair" || d.Title == "" || d.SchemaVersion < 36 || d.Version < 1 {
		t.Errorf("uid %q, title %q, schema %d, version %d", d.UID, d.Title, d.SchemaVersion, d.Version)
	}
	var variables []string
	for _, v := range d.Templating.List {
		variables = append(variables, v.Name)
		if v.Type == "query" {
			checkExpression(t, "variable "+v.Name, v.Definition)
		}
	}
	if !slices.Equal(variables, []string{"datasource", "router", "service"}) {
		t.Errorf("variables %v", variables)
	}
	for _, a := range d.Annotations.List {
		checkExpression(t, a.Name, a.Expr)
	}
	for i, p := range d.Panels {
		checkPanel(t, p)
		for _, o := range d.Panels[:i] {
			a, b := p.GridPos, o.GridPos
			if p.ID == o.ID || a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
				t.Errorf("panels %q and %q have the same number, or lie upon each other", p.Title, o.Title)
			}
		}
	}
}

func checkPanel(t *testing.T, p panel) {
	t.Helper()
	if p.Title == "" || p.GridPos.X+p.GridPos.W > 24 || p.GridPos.W == 0 || p.GridPos.H == 0 {
		t.Errorf("panel %d %q at %+v", p.ID, p.Title, p.GridPos)
	}
	if p.Type == "row" {
		return
	}
	if p.FieldConfig.Defaults.Unit == "" || p.Datasource.UID != "${datasource}" || len(p.Targets) == 0 {
		t.Errorf("panel %q: unit %q, data source %q, %d questions", p.Title, p.FieldConfig.Defaults.Unit, p.Datasource.UID, len(p.Targets))
	}
	for _, target := range p.Targets {
		checkExpression(t, p.Title, target.Expr)
		if target.LegendFormat == "" || target.Datasource.UID != "${datasource}" || !strings.Contains(target.Expr, `instance=~"$router"`) {
			t.Errorf("panel %q: %s", p.Title, target.Expr)
		}
	}
}
