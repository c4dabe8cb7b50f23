package web

import (
	"bytes"
	"io"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestWatcher(t *testing.T) {
	s, p := newConsole(t, true)
	p.fail(io.EOF)
	w := s.hub.watch
	m := w.monitor(nil, io.EOF)
	if m.Known || m.Down != "EOF" {
		t.Errorf("monitor = %+v", m)
	}
	var held []string
	for _, a := range m.Snapshot.Addresses {
		held = append(held, a.Prefix.String()+" "+a.Device+" "+strings.Join(a.For, "+"))
	}
	slices.Sort(held)
	if got, want := strings.Join(held, "; "), "10.10.1.30/32 eth0:1 http_server; 10.8.8.30/24 eth1:0 nat_router"; got != want {
		t.Errorf("addresses are %s, want %s", got, want)
	}
	one := m.Snapshot.Services[0]
	if one.Key() != "fwmark 80" || one.InKernel || len(one.Servers) != 2 || one.Servers[0].Address != netip.MustParseAddr("10.8.8.33") || one.Servers[0].Health != "" {
		t.Errorf("service = %+v", one)
	}

	// The file is read again when it changes, and only then.
	before := w.conf
	if w.look(); w.conf != before {
		t.Error("an unchanged file was read again")
	}
	b, err := readConfig(s.ConfigPath)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.ConfigPath, bytes.Replace(b, []byte("persistent = 30"), []byte("persistent = 300"), 1), 0o640); err != nil {
		t.Fatal(err)
	}
	if w.look(); w.conf.Virtuals[0].Persistent != 5*time.Minute {
		t.Errorf("persistent = %v", w.conf.Virtuals[0].Persistent)
	}
	if err := os.Remove(s.ConfigPath); err != nil {
		t.Fatal(err)
	}
	if w.look(); w.err == nil || w.conf != nil {
		t.Error("a missing file is no error")
	}
	if err := os.WriteFile(s.ConfigPath, b, 0o640); err != nil {
		t.Fatal(err)
	}
	if w.look(); w.err != nil || w.conf == nil {
		t.Errorf("a file that came back: %v", w.err)
	}
}
