package heartbeat

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// What we say without a key is Piranha's protocol to Wireshark too, which has
// the numbers from Piranha's source; what we say with one is not.
func TestTsharkDecodes(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark is not installed")
	}
	newNetwork(t)
	tape := newTape(t)
	here := netip.MustParseAddrPort("127.0.0.1:539") // the port that Wireshark knows
	p, err := Listen(here, netip.MustParseAddrPort("127.0.0.2:539"), "public")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	legacy, keyed := NewLine(nil, Primary, 1), NewLine([]Key{testKey(1)}, Primary, 1)
	for _, raw := range [][]byte{
		legacy.Seal(Beat{Message: Running}, testStart),
		legacy.Seal(Beat{Message: Stopped}, testStart),
		keyed.Seal(Beat{Message: Running}, testStart),
	} {
		if err := p.Send(raw); err != nil {
			t.Fatal(err)
		}
		tape.next(t, raw)
	}
	// What it warns of, such as that we are root, is on its other output.
	decode := exec.Command(tshark, "-r", tape.path, "-Y", "udp.dstport == 539 && !icmp", "-T", "fields",
		"-e", "_ws.col.Protocol", "-e", "pulse.magic", "-e", "_ws.col.Info", "-e", "ip.dsfield.dscp")
	var warned strings.Builder
	decode.Stderr = &warned
	out, err := decode.Output()
	if err != nil {
		t.Fatalf("tshark: %v: %s", err, &warned)
	}
	t.Logf("%s\n%s", &warned, out)
	var got []string
	for line := range strings.Lines(string(out)) {
		fields := strings.Split(strings.TrimRight(line, "\n"), "\t")
		got = append(got, strings.Join(fields, " "))
	}
	want := []string{
		"PULSE 0xbdaddbda running 48", // 48 is CS6
		"PULSE 0xadbddabd stopped 48",
		"UDP  539 → 539 Len=188 48",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// newNetwork moves the test to a network namespace of its own, with loopback.
func newNetwork(t *testing.T) {
	t.Helper()
	runtime.LockOSThread() // for good: the thread ends with the test
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Skipf("no network namespace: %v", err)
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		t.Fatal(err)
	}
	lo.SetUint16(unix.IFF_UP)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo); err != nil {
		t.Fatal(err)
	}
}

// A tape writes what passes an interface into a file of libpcap's format.
type tape struct {
	fd   int
	path string
	file *os.File
}

func newTape(t *testing.T) *tape {
	t.Helper()
	all := int(binary.BigEndian.Uint16(binary.NativeEndian.AppendUint16(nil, unix.ETH_P_ALL)))
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, all)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	timeout := unix.NsecToTimeval(testWait.Nanoseconds())
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &timeout); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "tape.pcap")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	// magic, version 2.4, zone, accuracy, longest frame, Ethernet
	header := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	header = binary.LittleEndian.AppendUint16(header, 2)
	header = binary.LittleEndian.AppendUint16(header, 4)
	for _, v := range []uint32{0, 0, 65535, 1} {
		header = binary.LittleEndian.AppendUint32(header, v)
	}
	if _, err := file.Write(header); err != nil {
		t.Fatal(err)
	}
	return &tape{fd, path, file}
}

// next writes frames up to the first that carries payload.
func (p *tape) next(t *testing.T, payload []byte) {
	t.Helper()
	frame := make([]byte, 2048)
	for {
		n, from, err := unix.Recvfrom(p.fd, frame, 0)
		if errors.Is(err, unix.EINTR) {
			continue // a signal of Go's scheduler: with a timeout the kernel does not go on by itself
		}
		if err != nil {
			t.Fatalf("capture: %v", err)
		}
		if ll, ok := from.(*unix.SockaddrLinklayer); !ok || ll.Pkttype == unix.PACKET_OUTGOING {
			continue // on loopback each comes twice
		}
		now := time.Now()
		record := make([]byte, 0, 16+n)
		for _, v := range []int64{now.Unix(), int64(now.Nanosecond() / 1000), int64(n), int64(n)} {
			record = binary.LittleEndian.AppendUint32(record, uint32(v))
		}
		if _, err := p.file.Write(append(record, frame[:n]...)); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(string(frame[:n]), string(payload)) {
			return
		}
	}
}
