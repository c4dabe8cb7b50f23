package vm

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLoadOrder(t *testing.T) {
	all := map[string]module{
		"ip_vs":        {"ip_vs.ko", []string{"nf_conntrack", "libcrc32c"}},
		"ip_vs_rr":     {"ip_vs_rr.ko", []string{"ip_vs"}},
		"nf_conntrack": {"nf_conntrack.ko", []string{"libcrc32c"}},
		"libcrc32c":    {}, // built in
		"a":            {"a.ko", []string{"b"}},
		"b":            {"b.ko", []string{"a"}},
	}
	tests := []struct {
		name      string
		want      []string
		err       string
		in        []string
		notExists bool
	}{
		{name: "not there", in: []string{"ip_vs", "nosuch"}, err: "kernel module nosuch", notExists: true},
		{name: "circle", in: []string{"a"}, err: "depends on itself"},
		{name: "deps first, each once", in: []string{"ip_vs_rr", "ip_vs"}, want: []string{"nf_conntrack.ko", "ip_vs.ko", "ip_vs_rr.ko"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := loadOrder(all, tt.in)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) || errors.Is(err, os.ErrNotExist) != tt.notExists {
					t.Fatalf("got %v, want %q", err, tt.err)
				}
				return
			}
			if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
				t.Fatalf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestParseModinfo(t *testing.T) {
	in := "license=GPL\x00depends=nf-conntrack,libcrc32c\x00name=ip_vs\x00"
	if diff := cmp.Diff([]string{"nf_conntrack", "libcrc32c"}, parseModinfo([]byte(in))); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
}

func FuzzParseModinfo(f *testing.F) {
	f.Add([]byte("license=GPL\x00depends=nf-conntrack,libcrc32c\x00"))
	f.Add([]byte("depends=\x00"))
	f.Fuzz(func(t *testing.T, in []byte) {
		for _, d := range parseModinfo(in) {
			if d == "" || strings.ContainsAny(d, ",\x00-") {
				t.Fatalf("dependency %q", d)
			}
		}
	})
}

func TestResolveStaysBelowRoot(t *testing.T) {
	root := t.TempDir()
	for _, d := range []string{"usr/lib/x", "usr/bin"} {
		if err := os.MkdirAll(root+"/"+d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range map[string]string{"usr/lib/x/a.so": "/lib/x/a.so.1", "usr/lib/x/loop": "loop", "usr/lib/x/up": "../../bin/tool"} {
		if err := os.Symlink(target, root+"/"+name); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range []string{"usr/lib/x/a.so.1", "usr/bin/tool"} {
		if err := os.WriteFile(root+"/"+f, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct{ in, want string }{
		{"/usr/lib/x/a.so", "/usr/lib/x/a.so.1"},
		{"/lib/x/a.so", "/usr/lib/x/a.so.1"}, // a merged /usr
		{"/usr/lib/x/up", "/usr/bin/tool"},
		{"/usr/lib/x/loop", ""},
		{"/etc/passwd", ""},
	}
	for _, tt := range tests {
		got, err := resolve(root, tt.in)
		if tt.want == "" && err == nil || tt.want != "" && got != root+tt.want {
			t.Errorf("resolve %s: %s, %v, want %s", tt.in, got, err, tt.want)
		}
	}
}
