package main

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"pacu/control"
	"pacu/ipvs"
	"pacu/logging"
	"pacu/probe"
)

// TestKernelOnlyTheWeight: whatever pulse put into the kernel, nanny's word
// changes the weight, and ipvsadm sees no other difference.
func TestKernelOnlyTheWeight(t *testing.T) {
	ownNetwork(t)
	if _, err := exec.LookPath("ipvsadm"); err != nil {
		t.Skip("needs ipvsadm, to compare with")
	}
	tab, err := ipvs.Dial()
	if errors.Is(err, ipvs.ErrNoIPVS) {
		t.Skipf("needs IPVS in the kernel: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer tab.Close()
	defer tab.Flush()
	udp := ipvs.Key{Protocol: ipvs.UDP, Addr: vip, Port: 80}
	mark := ipvs.FWMarkKey(80, false)
	for _, tt := range []struct { // no sub-tests: they would run in another thread's network
		name, words string // how ipvsadm writes it
		dest        ipvs.Destination
		services    []ipvs.Key
		watch       func(*control.Watch)
	}{
		{
			"gre, thresholds and a twin", "-i -w 7 --tun-type gre --tun-csum\n",
			ipvs.Destination{Port: 8080, Forward: ipvs.Tunnel, Upper: 100, Lower: 50, Tunnel: ipvs.Encap{Type: ipvs.GRE, Flags: ipvs.Checksum}},
			[]ipvs.Key{www, udp},
			func(w *control.Watch) {
				w.Forward, w.Encap, w.MaxConnections, w.MinConnections, w.Twin = "tunnel", "gre csum", 100, 50, true
			},
		},
		{
			"gue by mark", "-i -w 7 --tun-type gue --tun-port 6080 --tun-remcsum\n",
			ipvs.Destination{Forward: ipvs.Tunnel, Tunnel: ipvs.Encap{Type: ipvs.GUE, Port: 6080, Flags: ipvs.RemoteChecksum}},
			[]ipvs.Key{mark},
			func(w *control.Watch) {
				w.Forward, w.Encap, w.FWMark, w.KernelPort = "tunnel", "gue 6080 remcsum", 80, new(uint16)
			},
		},
		{
			"fullnat", "-m -w 7\n", ipvs.Destination{Port: 8080}, []ipvs.Key{www},
			func(w *control.Watch) { w.Forward = "fullnat" },
		},
	} {
		if err := tab.Flush(); err != nil {
			t.Fatal(err)
		}
		tt.dest.Addr, tt.dest.Weight = server, 7
		var ops []ipvs.Op
		for _, k := range tt.services {
			ops = append(ops, ipvs.AddService(ipvs.Service{Key: k, Scheduler: "rr"}), ipvs.AddDestination(k, tt.dest))
		}
		if err := tab.Apply(ops); err != nil {
			t.Fatal(err)
		}
		want := witness(t)
		if n := strings.Count(want, tt.words); n != len(tt.services) {
			t.Fatalf("%s: ipvsadm sees %q %d times in\n%s", tt.name, tt.words, n, want)
		}
		limits := strings.Fields(fmt.Sprint(tt.dest.Upper, tt.dest.Lower))
		if got := strings.Fields(want); !slices.Equal(got[len(got)-4:len(got)-2], limits) {
			t.Errorf("%s: ipvsadm does not see thresholds %s in\n%s", tt.name, limits, want)
		}
		w := watchWWW(3)
		tt.watch(&w)
		s, err := newSubject(server, w)
		if err != nil {
			t.Fatal(err)
		}
		c := newCrew(t.Context(), logging.New("nanny", logging.Text, &bytes.Buffer{}, false), weigh(tab))
		for _, weight := range []int{0, 3, 7} {
			was := want
			state := probe.Up
			if weight == 0 {
				state = probe.Down
			}
			if err := c.keep(s, probe.Verdict{State: state, Weight: weight}); err != nil {
				t.Fatal(err)
			}
			want = strings.ReplaceAll(was, weightOf(was), fmt.Sprintf("-w %d", weight))
			if got := witness(t); got != want {
				t.Errorf("%s, weight %d: ipvsadm sees\n%s\nwant\n%s", tt.name, weight, got, want)
			}
		}
	}
}

// weightOf is the first weight in a listing.
func weightOf(listing string) string {
	_, rest, _ := strings.Cut(listing, " -w ")
	return "-w " + strings.Fields(rest)[0]
}

// witness is the table as ipvsadm sees it, and the thresholds, which a saved
// table lacks.
func witness(t *testing.T) string {
	t.Helper()
	var all string
	for _, args := range [][]string{{"-Sn"}, {"-Ln", "--thresholds"}} {
		out, err := exec.Command("ipvsadm", args...).CombinedOutput()
		if err != nil {
			t.Fatalf("ipvsadm %s: %v: %s", args, err, out)
		}
		all += string(out)
	}
	return all
}
