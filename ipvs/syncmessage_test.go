package ipvs

import (
	"encoding/hex"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestSyncMessage holds a message against what the layout in the comments of
// ip_vs_sync.c makes of it.
func TestSyncMessage(t *testing.T) {
	m := newSyncMessage(7, 1400)
	for _, c := range []SyncConnection{
		{Connection: Connection{Protocol: TCP, Client: at("10.0.0.100:50000"), Virtual: at("10.0.0.200:80"), Destination: at("10.1.0.11:8080"), State: TCPEstablished},
			Forward: Direct},
		{Connection: Connection{Client: at("10.0.0.100:0"), Virtual: at("0.0.0.80:0"), Destination: at("10.1.0.11:0"), Template: true, State: 1},
			Forward: Masquerade, FWMark: 80, Timeout: 300 * time.Second},
		{Connection: Connection{Protocol: UDP, Client: at("10.0.0.100:0"), Virtual: at("10.0.0.200:5060"), Destination: at("10.1.0.11:5060"), Template: true,
			Engine: "sip", EngineData: "abcd"}, Forward: Tunnel, Timeout: time.Minute},
		{Connection: Connection{Protocol: TCP, Client: at("[fd00::64]:50000"), Virtual: at("[fd00::c8]:80"), Destination: at("[fd01::b]:80"), State: TCPFinWait}},
	} {
		if fits, err := m.add(&c); err != nil || !fits {
			t.Fatalf("%+v: %v, error %v", c, fits, err)
		}
	}
	want := strings.Join([]string{
		"00 07 00c8 04 01 0000", // reserved, syncid, size, count, version, spare
		"00 06 0024 00000003 0001 c350 0050 1f90 00000000 00000000 0a000064 0a0000c8 0a01000b",
		"00 00 0024 00001000 0001 0000 0000 0000 00000050 0000012c 0a000064 00000050 0a01000b",
		"00 11 002f 00001002 0000 0000 13c4 13c4 00000000 0000003c 0a000064 0a0000c8 0a01000b",
		"02 04 61626364 03 03 736970 00", // data and name of the engine, padded to four bytes
		"01 06 0048 00000100 0004 c350 0050 0050 00000000 00000000",
		"fd000000000000000000000000000064 fd0000000000000000000000000000c8 fd01000000000000000000000000000b",
	}, "")
	if diff := cmp.Diff(strings.ReplaceAll(want, " ", ""), hex.EncodeToString(m.buf)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSyncMessageFull(t *testing.T) {
	c := &SyncConnection{Connection: Connection{Protocol: TCP, Client: at("10.0.0.100:50000"), Virtual: at("10.0.0.200:80"), Destination: at("10.1.0.11:80")}}
	for max, want := range map[int]int{1: 1, 43: 1, 44: 1, 79: 1, 80: 2, 1472: 40, 65000: maxSyncConns} {
		m := newSyncMessage(1, max)
		n := 0
		for {
			fits, err := m.add(c)
			if err != nil {
				t.Fatal(err)
			}
			if !fits {
				break
			}
			n++
		}
		if n != want || n > 1 && len(m.buf) > max {
			t.Errorf("%d connections in %d bytes, want %d in %d", n, len(m.buf), want, max)
		}
		m.reset()
		if fits, err := m.add(c); !fits || err != nil || m.conns() != 1 {
			t.Errorf("after a reset: %v %v", fits, err)
		}
	}
}

func TestSyncMessageSenseless(t *testing.T) {
	good := Connection{Protocol: TCP, Client: at("10.0.0.100:50000"), Virtual: at("10.0.0.200:80"), Destination: at("10.1.0.11:80")}
	cross, engine := good, good
	cross.Destination = at("[fd00::1]:80")
	engine.Engine = "sip"
	for name, c := range map[string]SyncConnection{
		"nothing":             {},
		"two families":        {Connection: cross},
		"timeout":             {Connection: good, Timeout: -1},
		"engine without data": {Connection: engine},
	} {
		if _, err := newSyncMessage(1, 1000).add(&c); !errors.Is(err, os.ErrInvalid) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
