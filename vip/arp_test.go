package vip

import (
	"encoding/hex"
	"flag"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

func TestGratuitousARP(t *testing.T) {
	mac := net.HardwareAddr{0x02, 0x00, 0x5e, 0x10, 0x00, 0x31}
	ip := netip.MustParseAddr("10.10.1.30")
	for name, operation := range map[string]uint16{"request": arpRequest, "reply": arpReply} {
		b := gratuitousARP(operation, mac, ip)
		if len(b) != arpBytes {
			t.Errorf("%s has %d bytes", name, len(b))
		}
		golden(t, "arp-"+name+".hex", hex.Dump(b))
	}
}

// golden compares got with a file of testdata.
func golden(t testing.TB, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}
