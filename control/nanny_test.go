package control

import (
	"errors"
	"io"
	"net/netip"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

func TestSocketPair(t *testing.T) {
	parent, child, err := SocketPair()
	if err != nil {
		t.Fatal(err)
	}
	fd, err := unix.Dup(int(child.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	_ = child.Close()
	nanny, err := Inherited(uintptr(fd))
	if err != nil {
		t.Fatal(err)
	}
	defer nanny.Close()

	send := "GET / HTTP/1.0\r\n\r\n"
	orders := []Order{
		{Server: netip.MustParseAddr("10.8.8.33"), Watches: []Watch{{
			Protocol: "tcp", Address: netip.MustParseAddr("10.10.1.30"), Port: 80, RealPort: 8080, Forward: "nat",
			Weight: 5, Interval: Duration(6 * time.Second), Checks: []Check{{Send: &send}}, Known: Up, KnownWeight: 2,
		}}},
		{Server: netip.MustParseAddr("2001:db8::1")},
	}
	report := Report{Server: orders[0].Server, Service: "tcp 10.10.1.30:80", RealPort: 8080, Health: Down, Why: "refused", Took: Duration(time.Millisecond)}

	go func() {
		for _, o := range orders {
			if err := SendOrder(parent, o); err != nil {
				t.Error(err)
			}
		}
	}()
	var got []Order
	for o, err := range Orders(nanny) {
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, o); len(got) == len(orders) {
			break
		}
	}
	if diff := cmp.Diff(orders, got, cmpAddr); diff != "" {
		t.Errorf("orders (-want +got):\n%s", diff)
	}

	line, err := AppendReport(nil, report)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := nanny.Write(line); err != nil {
		t.Fatal(err)
	}
	_ = nanny.Close()
	var reports []Report
	for r, err := range Reports(parent) {
		if err != nil {
			t.Fatal(err)
		}
		reports = append(reports, r)
	}
	if diff := cmp.Diff([]Report{report}, reports, cmpAddr); diff != "" {
		t.Errorf("reports (-want +got):\n%s", diff)
	}
	_ = parent.Close()
	if err := SendOrder(parent, orders[0]); err == nil || !strings.Contains(err.Error(), "10.8.8.33") {
		t.Errorf("order into the void: %v", err)
	}
}

// A process started meanwhile must not hold pulse's end open: the nanny would
// never see its end.
func TestSocketPairNotInherited(t *testing.T) {
	parent, child, err := SocketPair()
	if err != nil {
		t.Fatal(err)
	}
	other := exec.Command("sleep", "60")
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Process.Kill(); _ = other.Wait() }()
	_ = parent.Close()
	if n, err := child.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("read %d, %v; want the end", n, err)
	}
	_ = child.Close()
}

func TestReportsBroken(t *testing.T) {
	for in, want := range map[string]string{
		"{\"weight\":1}\n{": "unexpected EOF",
		"panic: oops\n":     "invalid character",
	} {
		var last error
		for _, err := range Reports(strings.NewReader(in)) {
			last = err
		}
		if last == nil || !strings.HasPrefix(last.Error(), "report: ") || !strings.Contains(last.Error(), want) {
			t.Errorf("%q: %v", in, last)
		}
	}
}

func TestInheritedNothing(t *testing.T) {
	if _, err := Inherited(987); err == nil || !strings.Contains(err.Error(), "987") {
		t.Errorf("error %v", err)
	}
}
