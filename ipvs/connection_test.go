package ipvs

import (
	"errors"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const connectionHead = "Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData\n"

func at(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

func TestParseConnections(t *testing.T) {
	text := connectionHead + `TCP 0A000064 C350 0A0000C8 0050 0A01000B 1F90 ESTABLISHED     899
TCP 0A000064 C351 0A0000C8 0050 0A01000B 1F90 TIME_WAIT        12
UDP 0A000064 0035 0A0000C8 0035 0A01000B 0035 UDP             300
TCP 0A000064 0000 0A0000C8 0050 0A01000B 1F90 ASSURED         50
IP  0A000064 0000 00000050 0000 0A01000B 0000 NONE            60
UDP 0A000064 0000 0A0000C8 13C4 0A01000B 13C4 NONE            59 sip a84b4c76e66710@pc33
TCP fd00:0000:0000:0000:0000:0000:0000:0064 C350 fd00:0000:0000:0000:0000:0000:0000:00c8 0050 fd01:0000:0000:0000:0000:0000:0000:000b 0050 SYN_RECV         59
TCP fd00:0000:0000:0000:0000:0000:0000:0064 C351 fd00:0000:0000:0000:0000:0000:0000:00c8 0050 0A01000B 0050 CLOSE             9
SCTP 0A000064 C350 0A0000C8 0050 0A01000B 0050 SHUTDOWN_SENT     9
IP_50 0A000064 01F4 0A0000C8 01F4 0A01000B 01F4 ERR!            60
`
	client, vip, rs := at("10.0.0.100:50000"), at("10.0.0.200:80"), at("10.1.0.11:8080")
	port := func(a netip.AddrPort, p uint16) netip.AddrPort { return netip.AddrPortFrom(a.Addr(), p) }
	want := []Connection{
		{Protocol: TCP, Client: client, Virtual: vip, Destination: rs, State: TCPEstablished, Expires: 899 * time.Second},
		{Protocol: TCP, Client: port(client, 50001), Virtual: vip, Destination: rs, State: TCPTimeWait, Expires: 12 * time.Second},
		{Protocol: UDP, Client: port(client, 53), Virtual: port(vip, 53), Destination: port(rs, 53), Expires: 300 * time.Second},
		{Protocol: TCP, Client: port(client, 0), Virtual: vip, Destination: rs, State: 1, Template: true, Expires: 50 * time.Second},
		{Client: port(client, 0), Virtual: at("0.0.0.80:0"), Destination: port(rs, 0), Template: true, Expires: time.Minute},
		{Protocol: UDP, Client: port(client, 0), Virtual: port(vip, 5060), Destination: port(rs, 5060), Template: true, Expires: 59 * time.Second,
			Engine: "sip", EngineData: "a84b4c76e66710@pc33"},
		{Protocol: TCP, Client: at("[fd00::64]:50000"), Virtual: at("[fd00::c8]:80"), Destination: at("[fd01::b]:80"), State: TCPSynReceived, Expires: 59 * time.Second},
		{Protocol: TCP, Client: at("[fd00::64]:50001"), Virtual: at("[fd00::c8]:80"), Destination: port(rs, 80), State: TCPClose, Expires: 9 * time.Second},
		{Protocol: SCTP, Client: client, Virtual: vip, Destination: port(rs, 80), State: 9, Expires: 9 * time.Second},
		{Protocol: 50, Client: port(client, 500), Virtual: port(vip, 500), Destination: port(rs, 500), Expires: time.Minute},
	}
	var got []Connection
	if err := ParseConnections(strings.NewReader(text), func(c *Connection) error { got = append(got, *c); return nil }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var over []bool
	for _, c := range got {
		over = append(over, c.Over())
	}
	if diff := cmp.Diff([]bool{false, true, false, false, false, false, false, true, false, false}, over); diff != "" {
		t.Errorf("over (-want +got):\n%s", diff)
	}
}

// TestParseConnectionsOdd has a line amid others that makes no sense.
func TestParseConnectionsOdd(t *testing.T) {
	good := "TCP 0A000064 C350 0A0000C8 0050 0A01000B 1F90 ESTABLISHED     899\n"
	for _, line := range []string{
		"", "TCP", "TCP 0A000064 C350 0A0000C8 0050 0A01000B 1F90 ESTABLISHED", good[:len(good)-1] + " sip",
		good[:len(good)-1] + " sip a b",
		strings.Replace(good, "TCP", "XCP", 1), strings.Replace(good, "0A000064", "0A00006", 1),
		strings.Replace(good, "0A000064", "0A00006G", 1), strings.Replace(good, "0A000064", "fd00:0000", 1),
		strings.Replace(good, "C350", "C3500", 1), strings.Replace(good, "C350", "x350", 1),
		strings.Replace(good, "899", "-1", 1), strings.Replace(good, "899", "99999999999", 1),
		strings.Replace(good, "ESTABLISHED", "UDP", 1),
		strings.Replace(good, "0A0000C8", "fd00:0000:0000:0000:0000:0000:0000:0064", 1),
		strings.Replace(good, "0A0000C8", "fd00:0000:0000:0000:0000:0000:000:00064", 1),
	} {
		n := 0
		err := ParseConnections(strings.NewReader(connectionHead+good+strings.TrimSuffix(line, "\n")+"\n"+good),
			func(*Connection) error { n++; return nil })
		if n != 2 || !errors.Is(err, os.ErrInvalid) || !strings.Contains(err.Error(), "line 3:") {
			t.Errorf("%q: %d lines, error %v", line, n, err)
		}
	}
	long := strings.Repeat("x", maxConnectionLine)
	if err := ParseConnections(strings.NewReader(long), func(*Connection) error { return nil }); err == nil {
		t.Error("a line without an end is no error")
	}
	stop := errors.New("enough")
	n := 0
	if err := ParseConnections(strings.NewReader(good+good), func(*Connection) error { n++; return stop }); err != stop || n != 1 {
		t.Errorf("%d lines, error %v", n, err)
	}
}

// FuzzConnection holds each connection that is read against what it is told
// as.
func FuzzConnection(f *testing.F) {
	f.Add("TCP 0A000064 C350 0A0000C8 0050 0A01000B 1F90 ESTABLISHED     899\n")
	f.Add("UDP 0A000064 0000 0A0000C8 13C4 0A01000B 13C4 NONE            59 sip a84b4c76e66710@pc33\n")
	f.Add("TCP fd00:0000:0000:0000:0000:0000:0000:0064 C350 fd00:0000:0000:0000:0000:0000:0000:00c8 0050 fd01:0000:0000:0000:0000:0000:0000:000b 0050 SYN_RECV 59\n")
	f.Fuzz(func(t *testing.T, text string) {
		m := newSyncMessage(1, 200)
		// Its errors are for other tests.
		_ = ParseConnections(strings.NewReader(text), func(c *Connection) error {
			if !c.Client.IsValid() || !c.Virtual.IsValid() || !c.Destination.IsValid() || c.Expires < 0 {
				t.Fatalf("%q is %+v", text, c)
			}
			fits, err := m.add(&SyncConnection{Connection: *c})
			if err == nil && !fits {
				m.reset()
				if fits, err = m.add(&SyncConnection{Connection: *c}); err != nil || !fits {
					t.Fatalf("%+v does not fit an empty message: %v", c, err)
				}
			}
			return nil
		})
		if int(m.buf[2])<<8|int(m.buf[3]) != len(m.buf) && m.conns() > 0 {
			t.Fatalf("the length of a message is wrong: %x", m.buf)
		}
	})
}
