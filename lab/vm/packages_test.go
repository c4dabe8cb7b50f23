package vm

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const shown = `Package: libmnl0
Source: libmnl
Version: 1.0.4-3
Size: 12464
Depends: libc6 (>= 2.34)
Description: minimalistic library
 It has: colons in its text

Package: ipvsadm
Version: 1:1.31-1+b2
Size: 41980

`

func TestParseShow(t *testing.T) {
	want := []pkg{{"libmnl0", "1.0.4-3", 12464}, {"ipvsadm", "1:1.31-1+b2", 41980}}
	if diff := cmp.Diff(want, parseShow(shown), cmp.AllowUnexported(pkg{})); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
}

func FuzzParseShow(f *testing.F) {
	f.Add(shown)
	f.Fuzz(func(t *testing.T, in string) {
		for _, p := range parseShow(in) {
			if p.name == "" || p.version == "" {
				t.Fatalf("%+v", p)
			}
		}
	})
}

func TestLibraryPackages(t *testing.T) {
	in := "ipvsadm\n  PreDepends: debconf\n  Depends: libc6\nlibc6\n  Depends: libgcc-s1\nlibgcc-s1\nperl-base\nzlib1g\n<awk>\n"
	if diff := cmp.Diff([]string{"libc6", "libgcc-s1", "zlib1g"}, libraryPackages(in)); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
}

func TestLastLines(t *testing.T) {
	if got := lastLines("a\nb\r\nE: c\nE: d\n", 2); got != "E: c; E: d" {
		t.Fatalf("got %q", got)
	}
}

func TestWithLists(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root fetches lists")
	}
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "apt-get"), []byte("#!/bin/sh\nexit 0\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	waits := listWaits
	listWaits = make([]time.Duration, len(waits))
	t.Cleanup(func() { listWaits = waits })
	for fails, want := range map[int]int{0: 1, 2: 3, 9: 4} {
		var m messages
		runs := 0
		err := withLists(t.Context(), m.say, func() error {
			if runs++; runs > fails {
				return nil
			}
			return errors.New("no network")
		})
		if runs != want || (err != nil) != (fails > len(waits)) || len(m.lines) != min(fails, len(waits)) {
			t.Errorf("of %d failures: run %d times, want %d, said %q, %v", fails, runs, want, m.lines, err)
		}
	}
}
