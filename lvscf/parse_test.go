package lvscf

import (
	"bufio"
	"bytes"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// Every byte of every file comes back, broken files included.
func TestRoundTrip(t *testing.T) {
	for _, folder := range []string{"samples", "broken", "warned"} {
		for path, text := range files(t, folder) {
			if got := Parse(path, text).Bytes(); !bytes.Equal(got, text) {
				t.Errorf("%s came back changed", path)
			}
		}
	}
}

// A sample means the same with every kind of line end, and indented anyhow.
func TestLayoutMeansNothing(t *testing.T) {
	for path, text := range files(t, "samples") {
		want, ps := Read(path, text)
		if want == nil {
			t.Fatal(ps)
		}
		for name, s := range map[string]string{
			"CR LF":  strings.ReplaceAll(string(text), "\n", "\r\n"),
			"CR":     strings.ReplaceAll(string(text), "\n", "\r"),
			"BOM":    bomUTF8 + string(text),
			"blanks": strings.ReplaceAll(string(text), " = ", " \t =\t "),
		} {
			got, ps := Read(path, []byte(s))
			if got == nil {
				t.Errorf("%s, %s: %v", path, name, ps)
				continue
			}
			first := func(c *Config) string { return fmt.Sprint(slices.Concat(c.Virtuals, c.Failovers)[0].Servers) }
			if first(got) != first(want) || len(got.Virtuals) != len(want.Virtuals) {
				t.Errorf("%s, %s: %+v, want %+v", path, name, got, want)
			}
		}
	}
}

// The port of a server without one is the virtual's of that moment.
func TestServerPortOrder(t *testing.T) {
	cfg, ps := Read("lvs.cf", []byte("virtual v {\nserver a {\naddress = 10.0.0.1\n}\nport = 443\nserver b {\naddress = 10.0.0.2\n}\n}\n"))
	if cfg == nil {
		t.Fatal(ps)
	}
	if a, b := cfg.Virtuals[0].Servers[0].Port, cfg.Virtuals[0].Servers[1].Port; a != 80 || b != 443 {
		t.Errorf("ports %d, %d", a, b)
	}
}

func TestHostsAndUnits(t *testing.T) {
	cfg, ps := Read("lvs.cf", []byte(`primary = lvs-01.example.com
primary_private = 10.1
keepalive = 250ms
deadtime = 0.75
virtual v {
	address = fd00::10 eth0
	vip_nmask = 64
	pmask = 56
	server a {
		address = web-1
	}
}
`))
	if cfg == nil {
		t.Fatal(ps)
	}
	if _, ok := cfg.Primary.Addr(); ok || cfg.Primary != "lvs-01.example.com" {
		t.Errorf("primary %q", cfg.Primary)
	}
	if a, ok := cfg.PrimaryPrivate.Addr(); !ok || a.String() != "10.0.0.1" || cfg.PrimaryPrivate != "10.0.0.1" {
		t.Errorf("primary_private %q", cfg.PrimaryPrivate)
	}
	if cfg.Keepalive != 250*time.Millisecond || cfg.Deadtime != 750*time.Millisecond {
		t.Errorf("keepalive %v, deadtime %v", cfg.Keepalive, cfg.Deadtime)
	}
	if v := cfg.Virtuals[0]; v.VIP.Bits != 64 || v.PersistMask != 56 || v.Servers[0].Address != "web-1" {
		t.Errorf("%+v", v)
	}
}

// large is a file of many virtuals of so many servers.
func large(virtuals, servers int) []byte {
	var b bytes.Buffer
	b.WriteString("serial_no = 1\nprimary = 10.0.0.2\nbackup_active = 1\nbackup = 10.0.0.3\nnetwork = direct\n")
	for v := range virtuals {
		fmt.Fprintf(&b, "virtual web%d {\n     active = 1\n     address = 10.%d.%d.%d eth0:1\n     vip_nmask = 255.255.255.255\n     port = 80\n", v, 100+v>>16, v>>8&255, v&255)
		b.WriteString("     send = \"GET / HTTP/1.0\\r\\n\\r\\n\"\n     expect = \"HTTP\"\n     use_regex = 0\n     load_monitor = none\n     scheduler = wlc\n     protocol = tcp\n     timeout = 6\n     reentry = 15\n     quiesce_server = 0\n")
		for s := range servers {
			fmt.Fprintf(&b, "     server s%d {\n         address = 172.%d.%d.%d\n         active = 1\n         weight = 1\n     }\n", s, 16+s>>16, s>>8&255, s&255)
		}
		b.WriteString("}\n")
	}
	return b.Bytes()
}

func TestLarge(t *testing.T) {
	text := large(200, 20)
	cfg, ps := Read("lvs.cf", text)
	if len(ps) > 0 || len(cfg.Virtuals) != 200 || len(cfg.Virtuals[199].Servers) != 20 {
		t.Fatal(ps)
	}
	f := Parse("lvs.cf", text)
	if err := f.Global().Block("virtual", "web150").Block("server", "s7").Set("weight", "9"); err != nil {
		t.Fatal(err)
	}
	if a, b := differ(textLines(text), textLines(f.Bytes())); a != 1 || b != 1 {
		t.Errorf("%d lines became %d", a, b)
	}
}

// Twice the file takes twice the memory, whatever is in it.
func TestMemory(t *testing.T) {
	for name, line := range map[string]string{
		"blanks": "\n", "comments": "# x\n", "settings": "keepalive = 2\n", "closings": "}\n", "unknown": "x\n",
		"virtuals": "virtual v {\n}\n", "quotes": `send = "a "b "c` + "\n", "words": strings.Repeat("a ", 50) + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			const n = 1 << 12
			once, twice := allocated(strings.Repeat(line, n)), allocated(strings.Repeat(line, 2*n))
			if twice > 3*once {
				t.Errorf("%d lines take %d bytes, and %d take %d", n, once, 2*n, twice)
			}
		})
	}
}

// allocated is what reading text takes of the heap, in bytes, freed ones too.
func allocated(text string) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	Read("lvs.cf", []byte(text))
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func BenchmarkRead(b *testing.B) {
	for _, size := range []struct{ virtuals, servers int }{{100, 10}, {4000, 10}, {40000, 10}, {1, 40000}} {
		b.Run(fmt.Sprintf("%dx%d", size.virtuals, size.servers), func(b *testing.B) {
			text := large(size.virtuals, size.servers)
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if cfg, ps := Read("lvs.cf", text); cfg == nil {
					b.Fatal(ps)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(size.virtuals*size.servers), "ns/server")
		})
	}
}

// BenchmarkScanner is what BenchmarkRead is measured against: the same file,
// read line by line.
func BenchmarkScanner(b *testing.B) {
	text := large(4000, 10)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		s := bufio.NewScanner(bytes.NewReader(text))
		n := 0
		for s.Scan() {
			n += len(s.Bytes())
		}
		if n == 0 {
			b.Fatal("nothing read")
		}
	}
}

func BenchmarkEdit(b *testing.B) {
	f := Parse("lvs.cf", large(4000, 10))
	server := f.Global().Block("virtual", "web2000").Block("server", "s5")
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := server.Set("weight", fmt.Sprint(i%65536)); err != nil {
			b.Fatal(err)
		}
	}
}
