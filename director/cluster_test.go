package director

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pacu/ipvs"
	"pacu/lvscf"
)

var update = flag.Bool("update", false, "write the golden files anew")

const goldenMark = "-- cluster --\n"

// TestNewCluster reads each lvs.cf of testdata/cluster and compares what it
// asks of the kernel with what stands below it.
func TestNewCluster(t *testing.T) {
	files, err := filepath.Glob("testdata/cluster/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no golden files", err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			input, want, _ := strings.Cut(string(text), goldenMark)
			got := words(cluster(t, input))
			if *update {
				if err := os.WriteFile(name, []byte(input+goldenMark+got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// words is all that a cluster asks for.
func words(c *Cluster) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	for _, s := range c.Services {
		line("%s of %s: %s", s.Key, strings.Join(s.Names, ", "), serviceDetail(s.Service))
		line("  vip %v port %d ports %s", s.VIP, s.Port, lvscf.PortsText(s.Ports))
		line("  %s full %v, keep %v", forwardWords(ipvs.Destination{Forward: s.Forward, Tunnel: s.Encap}), s.FullNAT, s.Keep)
		if s.JudgedBy != s.Key {
			line("  judged by %s", s.JudgedBy)
		}
		if s.Sorry.IsValid() {
			line("  sorry server %s, quorum %d, hysteresis %d", server(s.sorryDestination()), s.Quorum, s.Hysteresis)
		}
		for _, rs := range s.Servers {
			d := s.destination(&rs)
			d.Weight = uint32(rs.Weight)
			line("  %s %s: %s; probed at %d by %s; active %v, quiesce %v, unchecked %v", rs.Name, server(d), destinationDetail(d), rs.ProbePort, rs.Virtual.Name, rs.Active, rs.Quiesce, rs.Unchecked)
		}
	}
	for _, a := range c.Addresses {
		line("address %s for %s", a.Address, strings.Join(a.For, ", "))
	}
	for _, w := range c.Firewall.Words() {
		line("firewall: %s", w)
	}
	for _, s := range c.Settings() {
		line("%s = %s", s.Name, s.Value)
	}
	line("timeouts %+v, exclusive %v, sync %+v", c.Timeouts, c.Exclusive, c.Sync)
	return b.String()
}

type namesOnly map[string][]netip.Addr

func (n namesOnly) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	if a, ok := n[host]; ok {
		return a, nil
	}
	return nil, errors.New("no such host")
}

func TestNames(t *testing.T) {
	text := strings.Replace(sorryServer, "address = 192.0.2.11", "address = web1.example.com", 1)
	text = strings.Replace(text, "LEAVING", "keep", 1)
	cfg, problems := lvscf.Read("lvs.cf", []byte(text))
	if cfg == nil {
		t.Fatal(problems.Err())
	}
	later, first := netip.MustParseAddr("192.0.2.99"), netip.MustParseAddr("192.0.2.13")
	c, err := NewCluster(t.Context(), cfg, namesOnly{"web1.example.com": {later, first}})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Services[0].Servers[0].Addr; got != first {
		t.Errorf("resolved to %v: both routers must choose the smallest, %v", got, first)
	}
	_, err = NewCluster(t.Context(), cfg, namesOnly{})
	if err == nil || !strings.Contains(err.Error(), `virtual web: server a: host name "web1.example.com"`) {
		t.Errorf("error %v does not say where", err)
	}
	cfg.Virtuals[0].Servers[0].Active = false
	if _, err = NewCluster(t.Context(), cfg, namesOnly{}); err != nil {
		t.Errorf("the name of a server that is not used: %v", err)
	}
}
