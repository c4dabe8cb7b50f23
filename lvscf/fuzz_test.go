package lvscf

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// seed gives a fuzz target every file of testdata, as f.Add adds one.
func seed(f testing.TB, add func(text []byte)) {
	f.Helper()
	for _, folder := range []string{"samples", "broken", "warned", "format", "piranha"} {
		for _, text := range files(f, folder) {
			if len(text) < 4096 {
				add(text)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	seed(f, func(text []byte) { f.Add(text) })
	f.Fuzz(func(t *testing.T, text []byte) {
		file := Parse("lvs.cf", text)
		if got := file.Bytes(); !bytes.Equal(got, text) {
			t.Fatalf("%q came back as %q", text, got)
		}
		cfg, ps := file.Check()
		if (cfg == nil) != (ps.Err() != nil) {
			t.Fatalf("config %v, error %v", cfg, ps.Err())
		}
		lines := 1 + bytes.Count(text, []byte("\n")) + bytes.Count(text, []byte("\r"))
		// Not more than a handful of Problems a line, each of bounded size.
		if len(ps) > 3+4*lines {
			t.Fatalf("%d problems in %d lines", len(ps), lines)
		}
		for _, p := range ps {
			if p.Line < 1 || p.Line > lines || p.Col < 1 || p.Col > len(text)+1 || p.Message == "" || p.Code == "" {
				t.Fatalf("odd problem %+v", p)
			}
			if len(p.String()) > 4096 {
				t.Fatalf("a problem of %d bytes", len(p.String()))
			}
		}
		slow := parse("lvs.cf", text, true)
		slowCfg, slowPs := slow.Check()
		if diff := cmp.Diff(slowPs, ps); diff != "" {
			t.Fatalf("%q: problems (-slow +quick):\n%s", text, diff)
		}
		if cfg != nil {
			quick, err := json.Marshal(cfg)
			if err != nil {
				t.Fatal(err)
			}
			if want, err := json.Marshal(slowCfg); err != nil || !bytes.Equal(quick, want) {
				t.Fatalf("%q: quick %s, slow %s", text, quick, want)
			}
			all := textLines(text)
			for _, v := range cfg.Virtuals {
				if !strings.HasPrefix(strings.TrimLeft(all[v.Pos.Line-1], " \t"), "virtual") {
					t.Fatalf("virtual %q is not in line %d of %q", v.Name, v.Pos.Line, text)
				}
				for _, s := range v.Servers {
					if !strings.HasPrefix(strings.TrimLeft(all[s.Pos.Line-1], " \t"), "server") {
						t.Fatalf("server %q is not in line %d of %q", s.Name, s.Pos.Line, text)
					}
				}
			}
		}
	})
}

// FuzzEdit edits a file, and checks that the edit can be read back and has
// changed nothing but its lines.
func FuzzEdit(f *testing.F) {
	seed(f, func(text []byte) {
		for op := range uint8(8) {
			f.Add(text, op, uint8(op), uint8(0), "10.0.0.7")
		}
	})
	f.Fuzz(func(t *testing.T, text []byte, op, word, pick uint8, value string) {
		file := Parse("lvs.cf", text)
		was := textLines(text)
		b := file.Global()
		if all := inner(b); pick > 0 && len(all) > 0 {
			b = all[int(pick-1)%len(all)]
		}
		keys := names(b.body.where)
		if len(keys) == 0 {
			return
		}
		key := keys[int(word)%len(keys)]
		values := []string{value}
		if d := lookup(b.body.where, key); d.values() == 2 {
			values = append(values, "eth0:1")
		} else if d.Type == List {
			values = []string{"[", "a", "]"}
		}
		var err error
		most := 1 // lines taken out or put in
		switch op % 6 {
		case 0:
			if err = b.Set(key, values...); err == nil {
				if got, ok := b.Get(key); !ok || strings.Join(got, "\n") != strings.Join(values, "\n") {
					t.Fatalf("set %q, got %q", values, got)
				}
			}
		case 1:
			most = len(was)
			b.Unset(key)
		case 2:
			most = 3
			kind := []string{"server", "probe"}[word%2]
			if b.Kind() == "" {
				kind = []string{"virtual", "failover", "track_script"}[word%3]
			}
			var in *Block
			if in, err = b.Add(kind, value); err == nil && in.Name() != value {
				t.Fatalf("added %q, got %q", value, in.Name())
			}
		case 3:
			most = len(was)
			err = b.Remove()
		case 4:
			if err = b.Rename(value); err == nil && b.Name() != value {
				t.Fatalf("renamed to %q, got %q", value, b.Name())
			}
		case 5:
			most = len(was) + 2
			lines := [][]string{{value, "b"}, {"a", "b"}}
			if err = file.Global().SetAll("heartbeat_path", lines); err == nil {
				var want, got []string
				for _, l := range lines {
					want = append(want, strings.Join(l, "\n"))
				}
				for _, l := range file.Global().GetAll("heartbeat_path") {
					got = append(got, strings.Join(l, "\n"))
				}
				slices.Sort(want)
				slices.Sort(got)
				if !slices.Equal(want, got) {
					t.Fatalf("set %q, got %q", want, got)
				}
			}
		}
		edited := file.Bytes()
		if err != nil {
			if !bytes.Equal(edited, text) {
				t.Fatalf("%v, and yet %q became %q", err, text, edited)
			}
			return
		}
		if a, b := differ(was, textLines(edited)); a > most || b > most {
			t.Fatalf("an edit replaced %d lines by %d:\n%q\n%q", a, b, text, edited)
		}
		again := Parse("lvs.cf", edited)
		if len(file.Problems.Errors()) == 0 {
			if is, want := outline(again.Global()), outline(file.Global()); is != want {
				t.Fatalf("%q edited to %q reads\n%s\nand not\n%s", text, edited, is, want)
			}
		}
		if !bytes.Equal(again.Bytes(), edited) {
			t.Fatal("the edited text does not come back")
		}
	})
}

// FuzzFormat formats a file, reads it as Piranha, and compares it with another.
func FuzzFormat(f *testing.F) {
	seed(f, func(text []byte) { f.Add(text) })
	f.Fuzz(func(t *testing.T, text []byte) {
		checkFormat(t, text)
		file := Parse("lvs.cf", text)
		cfg, ps := file.Check()
		if all := Piranha(file); len(all) < len(ps) {
			t.Fatalf("%q: %d problems, and %d for Piranha", text, len(ps), len(all))
		}
		if cfg != nil {
			if all := Diff(cfg, cfg); len(all) > 0 {
				t.Fatalf("%q differs from itself: %v", text, all)
			}
		}
	})
}

// inner returns the blocks in b, and those in them.
func inner(b *Block) []*Block {
	var all []*Block
	for _, kind := range []string{"virtual", "failover", "track_script", "server", "probe"} {
		for _, in := range b.Blocks(kind) {
			all = append(append(all, in), inner(in)...)
		}
	}
	return all
}

// textLines cuts text after its line ends, a byte order mark left out.
func textLines(text []byte) []string {
	s := strings.TrimPrefix(string(text), bomUTF8)
	cr := strings.Contains(s, "\r")
	var all []string
	for s != "" {
		n := lineLen(s, cr)
		all, s = append(all, content(s[:n])), s[n:]
	}
	return all
}

// differ counts the lines of a that were replaced, and those of b that replaced
// them.
func differ(a, b []string) (int, int) {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return len(a), len(b)
}

func FuzzDuration(f *testing.F) {
	for _, s := range []string{"2", "0.25", "250ms", "2s", "0x10", "08", "1.000000001s", "99999999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, ok := parseDuration(s)
		if ok && d >= 0 {
			if again, ok := parseDuration(seconds(d)); !ok || again != d {
				t.Fatalf("%q is %v, written %q, read %v", s, d, seconds(d), again)
			}
		}
	})
}
