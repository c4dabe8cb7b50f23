package vm

import (
	"bytes"
	"fmt"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// list reads an archive back: one line an entry.
func list(t *testing.T, in []byte) []string {
	t.Helper()
	var out []string
	for at := 0; ; {
		if string(in[at:at+6]) != "070701" {
			t.Fatalf("no magic at %d: %q", at, in[at:at+6])
		}
		field := func(i int) int {
			n, err := strconv.ParseUint(string(in[at+6+8*i:at+14+8*i]), 16, 32)
			if err != nil {
				t.Fatal(err)
			}
			return int(n)
		}
		mode, size, namesize := field(1), field(6), field(11)
		name := string(in[at+110 : at+110+namesize-1])
		data := (at + 110 + namesize + 3) &^ 3
		if name == "TRAILER!!!" {
			return out
		}
		out = append(out, fmt.Sprintf("%06o %s %q", mode, name, in[data:data+size]))
		at = (data + size + 3) &^ 3
	}
}

func TestArchive(t *testing.T) {
	var buf bytes.Buffer
	a := newArchive(&buf)
	a.dir("/tmp", 0o1777)
	a.file("/usr/sbin/pulse", 0o755, []byte("ELF"))
	a.link("bin/sh", "bash")
	a.file("usr/sbin/../sbin/nanny", 0o700, nil)
	if err := a.close(); err != nil {
		t.Fatal(err)
	}
	want := []string{
		`041777 tmp ""`,
		`040755 usr ""`,
		`040755 usr/sbin ""`,
		`100755 usr/sbin/pulse "ELF"`,
		`040755 bin ""`,
		`120777 bin/sh "bash"`,
		`100700 usr/sbin/nanny ""`,
	}
	if diff := cmp.Diff(want, list(t, buf.Bytes())); diff != "" {
		t.Fatalf("entries (-want +got):\n%s", diff)
	}
	if buf.Len()%512 != 0 {
		t.Fatalf("%d bytes: not padded for the archive that follows", buf.Len())
	}
}
