package lvscf

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const pair = `# our routers
primary = 10.0.0.2	# lvs-01
backup  =  10.0.0.3

virtual web {
  active = 1
  address = 10.0.0.10 eth0:1
  send = "GET / HTTP/1.0\r\n\r\n"   # probe
  expect = 'HTTP'
    server a {
      address = 10.1.0.11
    }  # the old one
}

# the end
`

// edits are made on pair.
var edits = []struct {
	name string
	edit func(f *File) error
	want string // "-" and "+" lines of the change
}{
	{"value", func(f *File) error { return f.SetGlobal("primary", "10.0.0.1") },
		"-primary = 10.0.0.2	# lvs-01\n+primary = 10.0.0.1	# lvs-01\n"},
	{"spacing", func(f *File) error { return f.SetGlobal("backup", "10.0.0.4") },
		"-backup  =  10.0.0.3\n+backup  =  10.0.0.4\n"},
	{"same", func(f *File) error { return f.SetGlobal("backup", "10.0.0.3") }, ""},
	{"two words", func(f *File) error { return f.SetGlobal("nat_router", "10.1.0.1 eth1:1") },
		"+nat_router = 10.1.0.1 eth1:1\n"},
	{"top", func(f *File) error { return f.SetGlobal("serial_no", "1") }, "+serial_no = 1\n"},
	{"between", func(f *File) error { return f.SetGlobal("backup_active", "1") }, "+backup_active = 1\n"},
	{"quoted stays quoted", func(f *File) error { return web(f).Set("send", `GET /x HTTP/1.0\r\n\r\n`) },
		`-  send = "GET / HTTP/1.0\r\n\r\n"   # probe` + "\n" + `+  send = "GET /x HTTP/1.0\r\n\r\n"   # probe` + "\n"},
	{"single quotes stay", func(f *File) error { return web(f).Set("expect", `say "hi`) },
		"-  expect = 'HTTP'\n+  expect = 'say \"hi'\n"},
	{"device", func(f *File) error { return web(f).Set("address", "10.0.0.11", "eth0:2") },
		"-  address = 10.0.0.10 eth0:1\n+  address = 10.0.0.11 eth0:2\n"},
	{"new in virtual", func(f *File) error { return web(f).Set("port", "443") }, "+  port = 443\n"},
	{"new command", func(f *File) error { return web(f).Set("send_program", "/bin/true") }, "+  send_program = \"/bin/true\"\n"},
	{"new empty", func(f *File) error { return web(f).Set("client_monitor", "") }, "+  client_monitor = \"\"\n"},
	{"new in server", func(f *File) error { return web(f).Block("server", "a").Set("weight", "3") }, "+      weight = 3\n"},
	{"unset", func(f *File) error { web(f).Unset("expect"); return nil }, "-  expect = 'HTTP'\n"},
	{"rename", func(f *File) error { return web(f).Rename("my web") }, "-virtual web {\n+virtual \"my web\" {\n"},
	{"add server", func(f *File) error {
		b, err := web(f).Add("server", "b")
		if err != nil {
			return err
		}
		return b.Set("address", "10.1.0.12")
	}, "+    server b {\n+      address = 10.1.0.12\n+    }\n"},
	{"add virtual", func(f *File) error {
		b, err := f.Global().Add("virtual", "two")
		if err != nil {
			return err
		}
		if err := b.Set("active", "1"); err != nil {
			return err
		}
		s, err := b.Add("server", "c")
		if err != nil {
			return err
		}
		return s.Set("active", "1")
	}, "+virtual two {\n+  active = 1\n+    server c {\n+      active = 1\n+    }\n+}\n+\n"},
	{"remove server", func(f *File) error { return web(f).Block("server", "a").Remove() },
		"-    server a {\n-      address = 10.1.0.11\n-    }  # the old one\n"},
	{"remove virtual", func(f *File) error { return web(f).Remove() },
		strings.ReplaceAll("\n"+pair[strings.Index(pair, "virtual"):strings.Index(pair, "\n# the end")], "\n", "\n-")[1:]},
}

func web(f *File) *Block { return f.Global().Block("virtual", "web") }

func TestEdit(t *testing.T) {
	for _, eol := range []string{"\n", "\r\n", "\r"} {
		for _, tt := range edits {
			t.Run(tt.name, func(t *testing.T) {
				f := Parse("lvs.cf", []byte(strings.ReplaceAll(pair, "\n", eol)))
				if err := tt.edit(f); err != nil {
					t.Fatal(err)
				}
				got := string(f.Bytes())
				if eol == "\n" {
					if diff := cmp.Diff(strings.TrimSuffix(tt.want, "-"), change(pair, got)); diff != "" {
						t.Errorf("change (-want +got):\n%s", diff)
					}
				}
				for line := range strings.SplitAfterSeq(got, eol) {
					if line != "" && !strings.HasSuffix(line, eol) {
						t.Errorf("line %q does not end as its fellows", line)
					}
				}
				// The handle's view and the text agree.
				again := Parse("lvs.cf", f.Bytes())
				if diff := cmp.Diff(outline(again.Global()), outline(f.Global())); diff != "" {
					t.Errorf("edited tree (-parsed anew +edited):\n%s", diff)
				}
			})
		}
	}
}

// change returns the lines that differ between two texts of which one block of
// lines was replaced.
func change(was, is string) string {
	a, b := strings.SplitAfter(was, "\n"), strings.SplitAfter(is, "\n")
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	var out strings.Builder
	for _, line := range a {
		out.WriteString("-" + line)
	}
	for _, line := range b {
		out.WriteString("+" + line)
	}
	return out.String()
}

// outline is what b holds, as text.
func outline(b *Block) string {
	var out strings.Builder
	out.WriteString(b.String() + "\n")
	for i := range table {
		if table[i].Where&b.body.where == 0 {
			continue
		}
		if values, ok := b.Get(table[i].Name); ok {
			out.WriteString(table[i].Name + ": " + strings.Join(values, " | ") + "\n")
		}
	}
	for _, kind := range []string{"virtual", "failover", "track_script", "server"} {
		for _, in := range b.Blocks(kind) {
			out.WriteString(outline(in))
		}
	}
	return out.String()
}

func TestEditRefused(t *testing.T) {
	f := Parse("lvs.cf", []byte(pair))
	root := f.Global()
	server := web(f).Block("server", "a")
	for name, err := range map[string]error{
		"unknown":        f.SetGlobal("primry", "10.0.0.1"),
		"misplaced":      web(f).Set("weight", "1"),
		"line end":       web(f).Set("send", "a\nb"),
		"not text":       web(f).Set("send", "\xff"),
		"quotes":         web(f).Set("send", `a "b" 'c' d`),
		"no device":      web(f).Set("address", "10.0.0.1"),
		"two values":     f.SetGlobal("primary", ""), // fine, see below
		"one too many":   root.Set("primary", "a", "b"),
		"rename file":    root.Rename("x"),
		"rename empty":   web(f).Rename(""),
		"rename lines":   web(f).Rename("a\nb"),
		"remove file":    root.Remove(),
		"add server":     errOf(root.Add("server", "b")),
		"add in server":  errOf(server.Add("server", "b")),
		"add virtual":    errOf(web(f).Add("virtual", "b")),
		"add nonsense":   errOf(root.Add("vrrp", "b")),
		"add unnamed":    errOf(root.Add("virtual", "")),
		"utf-16":         Parse("lvs.cf", []byte("\xff\xfea\x00")).SetGlobal("primary", "a"),
		"add to utf-16":  errOf(Parse("lvs.cf", []byte("\xff\xfea\x00")).Global().Add("virtual", "a")),
		"after unclosed": errOf(Parse("lvs.cf", []byte("virtual a {\n")).Global().Add("virtual", "b")),
	} {
		if (err == nil) != (name == "two values") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func errOf(_ *Block, err error) error { return err }

func TestEditOddFiles(t *testing.T) {
	tests := []struct {
		name, text string
		edit       func(f *File) error
		want       string
	}{
		{"empty", "", func(f *File) error { return f.SetGlobal("primary", "10.0.0.1") }, "primary = 10.0.0.1\n"},
		{"no last line end", "primary = a", func(f *File) error { return f.SetGlobal("backup", "b") }, "primary = a\nbackup = b\n"},
		{"no last line end, block", "virtual a {\n}", func(f *File) error { return errOf(f.Global().Add("virtual", "b")) },
			"virtual a {\n}\nvirtual b {\n}\n"},
		{"mark", bomUTF8 + "primary = a\r\n", func(f *File) error { return f.SetGlobal("serial_no", "1") },
			bomUTF8 + "serial_no = 1\r\nprimary = a\r\n"},
		{"last of several", "service = lvs\nservice = lvs\n", func(f *File) error { return f.SetGlobal("service", "fos") }, "service = lvs\nservice = fos\n"},
		{"line with errors", "  keepalive=7 ; soon\n", func(f *File) error { return f.SetGlobal("keepalive", "7") }, "  keepalive = 7\n"},
		{"console's layout", "primary = a\n", func(f *File) error {
			b, err := f.Global().Add("virtual", "v")
			if err != nil {
				return err
			}
			s, err := b.Add("server", "s")
			if err != nil {
				return err
			}
			if err := s.Set("address", "b"); err != nil {
				return err
			}
			return b.Set("active", "1")
		}, "primary = a\nvirtual v {\n     active = 1\n     server s {\n         address = b\n     }\n}\n"},
		{"tabs", "virtual v {\n\tactive = 1\n}\n", func(f *File) error {
			s, err := f.Global().Block("virtual", "v").Add("server", "s")
			if err != nil {
				return err
			}
			return s.Set("active", "1")
		}, "virtual v {\n\tactive = 1\n\tserver s {\n\t\tactive = 1\n\t}\n}\n"},
		{"unclosed last block", "virtual v {\n active = 0\n", func(f *File) error { return f.Global().Block("virtual", "v").Set("active", "1") },
			"virtual v {\n active = 1\n"},
		{"trailing blanks", "virtual v { \n}\n", func(f *File) error { return f.Global().Block("virtual", "v").Rename("w") }, "virtual w { \n}\n"},
		{"blank after value", "send\n", func(f *File) error { return f.SetGlobal("primary", "x") }, "primary = x\nsend\n"},
		{"quote at the end", "debug_level = \"a b\" \n", func(f *File) error { return f.SetGlobal("debug_level", "c d") }, "debug_level = \"c d\"\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := Parse("lvs.cf", []byte(tt.text))
			if err := tt.edit(f); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(f.Bytes())); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Check judges the edited text, not that parsed.
func TestCheckAfterEdit(t *testing.T) {
	f := Parse("lvs.cf", []byte("keepalive=1\nvirtual v {\n}\n"))
	if cfg, _ := f.Check(); cfg != nil {
		t.Fatal("no error before the edit")
	}
	if err := f.SetGlobal("keepalive", "1"); err != nil {
		t.Fatal(err)
	}
	if cfg, ps := f.Check(); cfg == nil {
		t.Fatal(ps)
	}
}

func TestRaise(t *testing.T) {
	tests := []struct {
		in, want string
		n        int
	}{
		{"serial_no = 3 # x\n", "serial_no = 4 # x\n", 4},
		{"serial_no = 0x0f\r\n", "serial_no = 16\r\n", 16},
		{"primary = a\n", "serial_no = 1\nprimary = a\n", 1},
		{"# top\n\nprimary = a\n", "serial_no = 1\n# top\n\nprimary = a\n", 1},
		{"", "serial_no = 1\n", 1},
		{"serial_no = 1\nserial_no = 2\n", "serial_no = 1\nserial_no = 3\n", 3},
	}
	for _, tt := range tests {
		got, n, err := Raise([]byte(tt.in))
		if err != nil || string(got) != tt.want || n != tt.n {
			t.Errorf("%q: %q, %d, %v, want %q, %d", tt.in, got, n, err, tt.want, tt.n)
		}
	}
	for _, in := range []string{"serial_no = x\n", "serial_no =\n", "serial_no = 4294967295\n", "serial_no = -1\n", "\xff\xfes\x00"} {
		if got, n, err := Raise([]byte(in)); err == nil {
			t.Errorf("%q: %q, %d", in, got, n)
		}
	}
}
