package bench

import (
	"context"
	"encoding/hex"
	"errors"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"pacu/lab"
)

var frames = []struct {
	name string
	hex  string
	kind kind
	addr string
}{
	{"gratuitous ARP request", "ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 0a4d0101 000000000000 0a4d0101", announcement, "10.77.1.1"},
	{"gratuitous ARP reply", "ffffffffffff 020000000001 0806 0001 0800 06 04 0002 020000000001 0a4d0101 ffffffffffff 0a4d0101", announcement, "10.77.1.1"},
	{"question", "ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 0a4d0001 000000000000 0a4d0101", neither, ""},
	{"VRRP", "01005e000012 020000000001 0800 45c0002800000000ff70 0000 0a4d0001 e0000012 2150640101010000", heartbeat, "10.77.0.1"},
	{"heartbeat", "020000000002 020000000001 0800 4500002400004000ff11 0000 0a4d0001 0a4d0002 c350 021b 0010 0000", heartbeat, "10.77.0.1"},
	{"other UDP", "020000000002 020000000001 0800 4500002400004000ff11 0000 0a4d0001 0a4d0002 c350 0035 0010 0000", neither, ""},
	{"cut off in its options", "020000000002 020000000001 0800 4f00002400004000ff11 0000 0a4d0001 0a4d0002 c350 021b 0010 0000", neither, ""},
	{"short ARP", "ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 0a4d0101 0000", neither, ""},
	{"nothing", "", neither, ""},
}

func raw(text string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

func TestParseFrame(t *testing.T) {
	for _, tt := range frames {
		var want netip.Addr
		if tt.addr != "" {
			want = netip.MustParseAddr(tt.addr)
		}
		if k, a := parseFrame(raw(tt.hex)); k != tt.kind || a != want {
			t.Errorf("%s: %d %s, want %d %s", tt.name, k, a, tt.kind, want)
		}
	}
}

func FuzzParseFrame(f *testing.F) {
	for _, tt := range frames {
		f.Add(raw(tt.hex))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if k, a := parseFrame(b); (k == neither) == a.IsValid() {
			t.Errorf("%x: %d with %s", b, k, a)
		}
	})
}

// A tap hears a host's heartbeat once, with the kernel's time.
func TestTap(t *testing.T) {
	if err := lab.Check(); err != nil {
		t.Skip(err)
	}
	n := lab.New("tap")
	defer func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	}()
	lan := n.Switch("lan")
	for i, name := range []string{"lvs-01", "lvs-02"} {
		n.Host(name).Plug(lan, "eth0", routerAddr(i).String()+"/16")
	}
	if err := n.Err(); err != nil {
		t.Fatal(err)
	}
	tap, err := tapAt(lan)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- tap.run(ctx) }()
	before := time.Now()
	conn, err := n.Hosts()[0].DialContext(ctx, "udp", netip.AddrPortFrom(routerAddr(1), 539).String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var seen []sighting
	err = lab.Until(ctx, 10*time.Millisecond, func() error {
		// Again and again: a switch drops what comes before its ports are ready.
		if _, err := conn.Write([]byte("beat")); err != nil && !errors.Is(err, syscall.EHOSTUNREACH) && !errors.Is(err, syscall.ECONNREFUSED) {
			t.Fatal(err)
		}
		if seen = tap.since(before); len(seen) == 0 {
			return errors.New("nothing was heard")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range seen {
		if s.kind != heartbeat || s.addr != routerAddr(0) || s.at.After(time.Now()) {
			t.Errorf("heard %+v", s)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
