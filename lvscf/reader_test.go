package lvscf

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestReaderParts(t *testing.T) {
	for _, test := range []struct {
		name     string
		old, new string // replaced in together, once
		changed  []int  // and nil otherwise
		partial  bool
	}{
		{"nothing", "", "", nil, true},
		{"weight", "weight = 10\n", "weight = 11\n", []int{0}, true},
		{"longer weight", "weight = 2\n", "weight = 200\n", []int{2}, true},
		{"shorter weight", "weight = 10\n", "weight = 1\n", []int{0}, true},
		{"serial", "serial_no = 7", "serial_no = 8", nil, true},
		{"longer serial", "serial_no = 7", "serial_no = 1000", nil, true},
		{"serial with warning", "serial_no = 7", "serial_no = 010", nil, false},
		{"serial twice", "# 你好", "serial_no = 6", nil, false},
		{"serial gone", "serial_no = 7", "# none", nil, false},
		{"comment between", "# a gap", "# 一个 gap", nil, true},
		{"comment at end", "# the end\n", "# the very end", nil, true},
		{"comment of old bytes", "# a gap", "# a \xff gap", nil, false},
		{"blank for comment", "# a gap", "", nil, true},
		{"comment inside", "# a comment", "# another", nil, true},
		{"comment for setting", "min_connections = 50", "# none", []int{6}, true},
		{"name of a server", "server b {", "server bb {", []int{0}, true},
		{"heading moved", "virtual six {", "  virtual   six  {", []int{6}, true},
		{"server inactive", "active = 1\n     }\n}\nvirtual full {", "active = 0\n     }\n}\nvirtual full {", nil, false},
		{"lines added", "weight = 10\n", "weight = 10\n\n", nil, false},
		{"lines removed", "         weight = 10\n", "", nil, false},
		{"lines at end", "# the end\n", "# the end\n# no\n", nil, false},
		{"end cut off", "# the end\n", "", nil, false},
		{"nothing left", together, "", nil, false},
		{"name", "virtual six {", "virtual seven {", nil, false},
		{"address", "10.0.0.12 eth0:2", "10.0.0.14 eth0:2", nil, false},
		{"active", "virtual six {\n     active = 1", "virtual six {\n     active = 0", nil, false},
		{"scheduler", "scheduler = wrr", "scheduler = rr", []int{5}, true},
		{"scheduler of mark", "scheduler = wlc\n     server a {\n         address = 192.168.1.11\n         active = 1\n     }", "scheduler = rr\n     server a {\n         address = 192.168.1.11\n         active = 1\n     }", nil, false},
		{"ports", "ports = 81", "ports = 82", nil, false},
		{"more ports", "8000-8100", "8000-8101", nil, false},
		{"mark", "fwmark = 80\n     port = 443", "fwmark = 81\n     port = 443", nil, false},
		{"forward", "forward = direct", "forward = nat", nil, false},
		{"global", "backup = 10.0.0.3", "backup = 10.0.0.4", nil, false},
		{"carriage return", "weight = 10\n", "weight = 10\r\n", nil, false},
		{"failover", `"/bin/true"`, `"/bin/false"`, nil, false},
		{"error", "weight = 10\n", "weight = x\n", nil, false},
		{"block closed early", "     server b {\n", "}\nvirtual q {\n", nil, false},
		{"pool of its own", "192.168.1.210 eth1:9\n     port", "192.168.1.211 eth1:9\n     port", nil, false},
		{"beside such a pool", "port = 25\n     server", "port = 25 \n     server", nil, true},
		{"ends moved", "}\n\nvirtual ported2 {", "\n}\nvirtual ported2 {", nil, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			rt := readerTest{TB: t}
			if _, partial := rt.read([]byte(together)); partial {
				t.Error("first read in part")
			}
			first := rt.cfg
			if first == nil {
				t.Fatal("no config")
			}
			text := strings.Replace(together, test.old, test.new, 1)
			if text == together && test.old != "" {
				t.Fatal("nothing to replace")
			}
			changed, partial := rt.read([]byte(text))
			if partial != test.partial || !slices.Equal(changed, test.changed) {
				t.Errorf("partial %v, changed %d; want %v, %d", partial, changed, test.partial, test.changed)
			}
			refused := rt.cfg == first
			if _, partial := rt.read([]byte(together)); partial != (test.partial || refused) {
				t.Errorf("and back: partial %v", partial)
			}
		})
	}
}

func TestReaderSame(t *testing.T) {
	var r Reader
	a, _, _, _ := r.Read("lvs.cf", []byte(together))
	b, ps, changed, partial := r.Read("lvs.cf", []byte(together))
	if a != b || ps != nil || changed != nil || !partial {
		t.Errorf("%p became %p, problems %v, changed %d, partial %v", a, b, ps, changed, partial)
	}
	if c, _, _, partial := r.Read("other.cf", []byte(together)); c == b || partial {
		t.Error("a file of another name is taken for the same")
	}
}

// Texts that are read whole each time.
func TestReaderWhole(t *testing.T) {
	for name, text := range map[string]string{
		"line ends": strings.ReplaceAll(together, "\n", "\r\n"),
		"old Mac":   strings.ReplaceAll(together, "\n", "\r"),
		"bom":       bomUTF8 + together,
		"error":     together + "x\n",
		"utf-16":    "\xff\xfe" + together,
		"empty":     "",
	} {
		t.Run(name, func(t *testing.T) {
			rt := readerTest{TB: t}
			for range 2 {
				if _, partial := rt.read([]byte(text)); partial {
					t.Error("read in part")
				}
			}
		})
	}
}

// What a line says of another is read again with it.
func TestReaderFar(t *testing.T) {
	at := strings.Index(together, "virtual")
	virtuals := together[at:] + together[:at]
	for name, test := range map[string]struct{ text, old, new string }{
		"line of a pool":       {disagreeing, "snat_pool = 192.168.1.210 eth1:9\n     port = 25\n", "port = 25\n     snat_pool = 192.168.1.210 eth1:9\n"},
		"serial that is not":   {strings.Replace(together, "# 你好", "serial_no = 3", 1), "serial_no = 3", "serial_no = 4"},
		"lines of the last":    {strings.TrimSuffix(together, "# the end\n"), "     port = 8080\n", ""},
		"nothing left":         {virtuals, virtuals, ""},
		"last without its end": {strings.TrimSuffix(together, "# the end\n"), "     port = 8080\n}\n", "     port = 8080\n"},
	} {
		t.Run(name, func(t *testing.T) {
			rt := readerTest{TB: t}
			rt.read([]byte(test.text))
			text := strings.Replace(test.text, test.old, test.new, 1)
			if _, partial := rt.read([]byte(text)); partial || rt.cfg == nil || text == test.text {
				t.Errorf("partial %v, config %v", partial, rt.cfg)
			}
			rt.read([]byte(test.text))
		})
	}
}

// After a text with errors the next is compared with the one before.
func TestReaderForgetsErrors(t *testing.T) {
	rt := readerTest{TB: t}
	rt.read([]byte(together))
	rt.read([]byte(strings.Replace(together, "weight = 10\n", "weight = x\n", 1)))
	if changed, partial := rt.read([]byte(strings.Replace(together, "weight = 10\n", "weight = 3\n", 1))); !partial || !slices.Equal(changed, []int{0}) {
		t.Errorf("changed %d, partial %v", changed, partial)
	}
}

// Changes all over a file, in place and not, one after the other.
func TestReaderMany(t *testing.T) {
	rt := readerTest{TB: t}
	text := large(120, 3)
	rt.read(text)
	for round, every := range []int{40, 7, 5, 4, 3, 2, 1} {
		lines := bytes.SplitAfter(text, []byte("\n"))
		in := -1
		var want []int
		for i, line := range lines {
			switch {
			case bytes.HasPrefix(line, []byte("virtual")):
				in++
			case in >= 0 && in%every == 0 && bytes.Contains(line, []byte("weight")) && bytes.Contains(lines[i-3], []byte("server s1")):
				lines[i] = fmt.Appendf(nil, "         weight = %d\n", round*(1+in%100))
				want = append(want, in)
			}
		}
		text = bytes.Join(lines, nil)
		changed, partial := rt.read(text)
		switch {
		case every <= 2 && partial:
			t.Errorf("every %d: read in part", every)
		case every >= 5 && (!partial || !slices.Equal(changed, want)):
			t.Errorf("every %d: partial %v, changed %d, want %d", every, partial, changed, want)
		}
	}
}
