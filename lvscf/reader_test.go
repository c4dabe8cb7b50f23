package lvscf

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var netipComparer = cmp.Comparer(func(a, b netip.Addr) bool { return a == b })

// A readerTest gives texts to a Reader, and holds all that comes back against
// what Read makes of them.
type readerTest struct {
	testing.TB
	r       Reader
	cfg     *Config // the last that was not nil
	again   *Config // of the same text, made anew
	partial int     // texts read in part, and changed
}

func (t *readerTest) read(text []byte) (changed []int, partial bool) {
	t.Helper()
	given := slices.Clone(text)
	cfg, ps, changed, partial := t.r.Read("lvs.cf", given)
	for i := range given {
		given[i] = '!' // the Reader keeps no hold on it
	}
	want, wantPs := Read("lvs.cf", text)
	if !reflect.DeepEqual(ps, wantPs) {
		t.Fatalf("%q: problems (-read whole +read again):\n%s", text, cmp.Diff(wantPs, ps))
	}
	t.equal(text, want, cfg)
	if cfg == nil {
		return changed, partial
	}
	if t.cfg != nil {
		t.equal(nil, t.again, t.cfg) // a Config returned stays what it was
	}
	if partial {
		t.differ(text, t.cfg, cfg, changed)
	} else if changed != nil {
		t.Fatalf("%q: %d changed, and read whole", text, changed)
	}
	if len(ps) > 0 {
		ps[0].Message = "" // what a caller does to its Problems is its own affair
	}
	t.cfg, t.again = cfg, want
	return changed, partial
}

// equal compares Configs of one text.
func (t *readerTest) equal(text []byte, want, got *Config) {
	t.Helper()
	if !reflect.DeepEqual(want, got) {
		t.Fatalf("%q: config (-read whole +read again):\n%s", text, cmp.Diff(want, got, netipComparer))
	}
	for i := 0; want != nil && i < len(want.Virtuals); i++ {
		if a, b := want.Virtuals[i].SNATPool == want.SNATPool, got.Virtuals[i].SNATPool == got.SNATPool; a != b {
			t.Fatalf("%q: virtual %d has the pool of the file: %v, and read again %v", text, i, a, b)
		}
	}
}

// differ checks that between two Configs nothing differs but serial_no and the
// virtuals said to be changed, and that these do.
func (t *readerTest) differ(text []byte, was, is *Config, changed []int) {
	t.Helper()
	if was != is {
		t.partial++
	}
	var want []int
	for i := range is.Virtuals {
		if !reflect.DeepEqual(was.Virtuals[i], is.Virtuals[i]) {
			want = append(want, i)
		}
	}
	if !slices.Equal(want, changed) {
		t.Fatalf("%q: %d said to be changed, and %d are", text, changed, want)
	}
	a, b := *was, *is
	a.SerialNo, a.Virtuals = b.SerialNo, b.Virtuals
	if !reflect.DeepEqual(a, b) {
		t.Fatalf("%q: more changed than virtuals: %s", text, cmp.Diff(a, b, netipComparer))
	}
}

// together is a file in which virtuals are judged by each other.
const together = `# 你好
serial_no = 7
primary = 10.0.0.2
backup = 10.0.0.3
backup_active = 1
network = nat
nat_router = 192.168.1.1 eth1:1
nat_nmask = 255.255.255.0
snat_pool = 192.168.1.200-192.168.1.203 eth1:9

# marked
virtual http {
     active = 1
     address = 10.0.0.10 eth0:1
     vip_nmask = 255.255.255.0
     fwmark = 80
     port = 80
     persistent = 300
     scheduler = wlc
     server a {
         address = 192.168.1.11
         active = 1
         weight = 10
     }
     server b {
         address = 192.168.1.12
         active = 1
         weight = 1
     }
}
virtual https {
     active = 1
     address = 10.0.0.10 eth0:1
     vip_nmask = 255.255.255.0
     fwmark = 80
     port = 443
     persistent = 300
     scheduler = wlc
     server a {
         address = 192.168.1.11
         active = 1
     }
}
virtual full {
     active = 1
     address = 10.0.0.11 eth0:2
     forward = fullnat
     snat_pool = 192.168.1.210 eth1:9
     port = 25
     server "中文 x" {
         address = 192.168.1.11
         active = 1
         weight = 2
     }
}
virtual full2 {
     active = 1
     forward = fullnat
     address = 10.0.0.12 eth0:2
     snat_pool = 192.168.1.210 eth1:9
     port = 25
     # a comment
     server x {
         address = 192.168.1.11
         active = 1
     }
}
# a gap
virtual ported {
     active = 1
     address = 10.0.0.13 eth0:3
     ports = 80,443,8000-8100
     forward = fullnat
     protocol = tcp+udp
     server x {
         address = 192.168.1.13
         active = 1
     }
}

virtual ported2 {
     active = 1
     address = 10.0.0.13 eth0:3
     ports = 81
     scheduler = wrr
     server x {
         address = 192.168.1.13
         active = 1
     }
}
virtual six {
     active = 1
     address = fd00::10 eth0:4
     port = 80
     forward = direct
     quorum = 1
     sorry_server = fd00::99
     server x {
         address = fd00::11
         active = 1
         max_connections = 100
         min_connections = 50
     }
}
failover f {
     active = 0
     address = 10.0.0.20 eth0:5
     start_cmd = "/bin/true"
}
virtual off {
     active = 0
     address = 10.0.0.13 eth0:3
     port = 8080
}
# the end
`

// disagreeing is together with Problems in several places, none an Error.
var disagreeing = func() string {
	text := together
	for _, r := range [][2]string{
		{"virtual full2 {", "virtual full {"},
		{"10.0.0.12 eth0:2\n     snat_pool = 192.168.1.210 eth1:9\n     port = 25", "10.0.0.11 eth0:3\n     snat_pool = 192.168.1.210 eth1:8\n     port = 26"},
		{"# a gap", "heartbeat_port = 01037"},
		{"scheduler = wrr", "use_regex = 1"},
	} {
		text = strings.Replace(text, r[0], r[1], 1)
	}
	return text
}()

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

// Whatever is done to a file, it reads as if it had never been read before.
func TestReaderRandom(t *testing.T) {
	if testing.Short() {
		t.Skip("many random edits")
	}
	texts := []string{together, disagreeing, string(large(12, 3))}
	partial := 0
	for i, text := range texts {
		for k := range uint64(30) {
			partial += readEdited(t, []byte(text), 100*uint64(i)+k, 60)
		}
	}
	// Most edits at random are errors, or change what others are judged by.
	if partial < 100 {
		t.Errorf("only %d texts were read in part", partial)
	}
	seeds := uint64(1000)
	seed(t, func(text []byte) {
		readEdited(t, text, seeds, 60)
		seeds++
	})
}

func FuzzReader(f *testing.F) {
	seed(f, func(text []byte) { f.Add(text, []byte(together), uint64(len(text))) })
	f.Add([]byte(together), []byte(strings.Replace(together, "weight = 10\n", "weight = 11\n", 1)), uint64(1))
	f.Add([]byte(disagreeing), []byte(together), uint64(2))
	f.Fuzz(func(t *testing.T, text, other []byte, seed uint64) {
		rt := readerTest{TB: t}
		rt.read(text)
		rt.read(other)
		rt.read(text)
		readEdited(t, text, seed, 4)
	})
}

// readEdited reads text, edited n times over, and returns how many of the texts were
// read in part.
func readEdited(t testing.TB, text []byte, seed uint64, n int) int {
	t.Helper()
	rt := readerTest{TB: t}
	e := editor{rand.New(rand.NewPCG(seed, 1))}
	rt.read(text)
	first, good := text, text
	for range n {
		now := text
		for range 1 + e.IntN(2) {
			now = e.edit(now)
		}
		was := rt.cfg
		rt.read(now)
		// Mostly go on from a file without errors: what follows one is no news.
		switch text = good; {
		case e.IntN(3) == 0:
			text, good = first, first
		case rt.cfg != was:
			text, good = now, now
		case e.IntN(4) == 0:
			text = now
		}
	}
	return rt.partial
}
