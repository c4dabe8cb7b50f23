package lvscf

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestFormat(t *testing.T) {
	for path, text := range files(t, "format") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			got, ps := Format(text)
			if got == nil {
				t.Fatal(ps)
			}
			golden(t, strings.TrimSuffix(path, ".cf")+".golden", string(got))
		})
	}
}

// Every file that parses is formatted, and every other refused.
func TestFormatAll(t *testing.T) {
	for _, folder := range []string{"samples", "warned", "broken", "format", "piranha"} {
		for path, text := range files(t, folder) {
			t.Run(path, func(t *testing.T) { checkFormat(t, text) })
		}
	}
}

// What Piranha's console wrote stays as it is.
func TestFormatConsole(t *testing.T) {
	for _, name := range []string{"direct-four-servers", "gaojf-rr-no-backup", "nat-fwmark-pair", "netkiller-dr-private-slave"} {
		path := filepath.Join("testdata", "samples", name+".cf")
		text := files(t, "samples")[path]
		if got, _ := Format(text); change(string(text), string(got)) != "" {
			t.Errorf("%s changed:\n%s", path, change(string(text), string(got)))
		}
	}
}

// checkFormat checks all that Format promises of text.
func checkFormat(t *testing.T, text []byte) {
	t.Helper()
	f := Parse("lvs.cf", text)
	got, ps := Format(text)
	if len(f.Problems.Errors()) > 0 {
		if got != nil || ps.Err() == nil {
			t.Fatalf("%q has errors, and became %q", text, got)
		}
		return
	}
	if got == nil || ps.Err() != nil {
		t.Fatalf("%q parses, and is refused: %v", text, ps)
	}
	again, ps := Format(got)
	if !bytes.Equal(again, got) {
		t.Fatalf("%q became %q, and that %q: %v", text, got, again, ps)
	}
	formatted := Parse("lvs.cf", got)
	if ps := formatted.Problems.Errors(); len(ps) > 0 {
		t.Fatalf("%q became %q: %v", text, got, ps)
	}
	for _, p := range formatted.Problems {
		if refused[p.Code] || p.Code == "unclosed" || p.Code == "after-brace" || p.Code == "lone-quote" {
			t.Fatalf("%q became %q, which still has %v", text, got, p)
		}
	}
	if was := foul(f); len(was) == 0 {
		if is := foul(formatted); len(is) > 0 {
			t.Fatalf("%q became %q, and now Piranha has %v", text, got, is)
		}
	}
	if was, is := meaning(t, f), meaning(t, formatted); was != is {
		t.Fatalf("%q became %q, which means\n%s\nand not\n%s", text, got, is, was)
	}
	if was, is := outline(f.Global()), outline(formatted.Global()); was != is {
		t.Fatalf("%q became %q, which holds\n%s\nand not\n%s", text, got, is, was)
	}
	if was, is := remarks(text), remarks(got); was != is {
		t.Fatalf("%q became %q, with the comments %q", text, got, is)
	}
}

// foul are the errors that Piranha finds in the lines of f and Check does not.
func foul(f *File) Problems {
	return slices.DeleteFunc(Piranha(f).Errors(), func(p Problem) bool {
		return !refused[p.Code] && p.Code != "piranha-lines" && p.Code != "piranha-quote"
	})
}

// meaning is what f means as text, its places left out; or that it is wrong.
func meaning(t *testing.T, f *File) string {
	t.Helper()
	cfg, _ := f.Check()
	if cfg == nil {
		return "wrong"
	}
	for _, list := range [][]Virtual{cfg.Virtuals, cfg.Failovers} {
		for i := range list {
			list[i].Pos = Pos{}
			for j := range list[i].Servers {
				list[i].Servers[j].Pos = Pos{}
			}
			for j := range list[i].Checks {
				list[i].Checks[j].Pos = Pos{}
			}
		}
	}
	for i := range cfg.TrackScripts {
		cfg.TrackScripts[i].Pos = Pos{}
	}
	text, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// remarks are the comment lines of text, and the comments behind statements.
func remarks(text []byte) string {
	var all []string
	for _, line := range textLines(text) {
		line = strings.Trim(line, " \t")
		toks, at := split(line, nil)
		switch {
		case at >= 0:
			all = append(all, line[at:])
		case len(toks) > 1 && toks[0].is("}"):
			all = append(all, "# "+strings.TrimLeft(line[1:], " \t"))
		}
	}
	return strings.Join(all, "\n")
}

// odd is the first n odd ports, as a list.
func odd(n int) string {
	var b strings.Builder
	for i := range min(n, 32768) {
		fmt.Fprintf(&b, "%d,", 2*i+1)
	}
	return strings.TrimSuffix(b.String(), ",")
}

// However long a file of one thing is, nothing in it costs time by its square:
// the test would not end.
func TestLongFiles(t *testing.T) {
	const n = 1 << 18
	for name, text := range map[string]string{
		"virtuals": strings.Repeat("virtual v {\n}\n", n/14),
		"servers":  "virtual v {\n" + strings.Repeat("server s {\naddress = 10.0.0.1\n}\n", n/32) + "}\n",
		"settings": strings.Repeat("keepalive = 2\n", n/14),
		"blanks":   strings.Repeat("\n", n),
		"comments": strings.Repeat("#\n", n/2),
		"trailing": strings.Repeat("keepalive = 2 #\n", n/16),
		"quotes":   "send = " + strings.Repeat(`"a "`, n/4),
		"list":     "virtual v {\ndirs = [ " + strings.Repeat(`"a b" `, n/6) + "]\n}\n",
		"ports":    "virtual v {\nports = " + strings.Repeat("80,", n/3) + "80\n}\n",
		"odd":      "virtual v {\nactive = 1\naddress = 10.0.0.1 eth0\nports = " + odd(n/6) + "\n}\n",
		"ported":   "primary = 10.0.0.2\n" + strings.Repeat("virtual v {\nactive = 1\naddress = 10.0.0.1 eth0\nports = all\n}\n", n/64),
		"pools":    "network = fullnat\n" + strings.Repeat("virtual v {\nsnat_pool = 10.0.9.0-10.0.9.255 eth0\n}\n", n/64),
		"pool":     "snat_pool = " + strings.Repeat("10.0.0.1,", n/9) + "10.0.0.1 eth0\n",
		"flags":    "virtual v {\nscheduler_flags =" + strings.Repeat(" port", n/5) + "\n}\n",
		"braces":   strings.Repeat("a {\n", n/4),
		"closings": strings.Repeat("}\n", n/2),
	} {
		t.Run(name, func(t *testing.T) {
			f := Parse("lvs.cf", []byte(text))
			Piranha(f)
			if got, _ := Format([]byte(text)); len(got) > 4*len(text) {
				t.Errorf("%d bytes became %d", len(text), len(got))
			}
			if cfg, _ := f.Check(); cfg != nil {
				if all := Diff(cfg, cfg); len(all) > 0 {
					t.Error(all)
				}
			}
			f.Global().Unset("keepalive")
			if text := f.Bytes(); bytes.Contains(text, []byte("keepalive")) {
				t.Error("not all was unset")
			}
		})
	}
}
