package main

import (
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"

	"pacu/control"
	"pacu/director"
	"pacu/lvscf"
)

// TestOrdersByName names servers as an operator does.
func TestOrdersByName(t *testing.T) {
	cfg, problems := lvscf.Parse("lvs.cf", []byte(alone+`virtual dns {
     active = 1
     address = 10.77.0.101 eth0:2
     port = 53
     protocol = udp
     server one {
         address = 10.77.0.11
         active = 1
     }
     server off {
         address = 10.77.0.13
         active = 0
     }
}
`)).Check()
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	cluster, err := director.NewCluster(t.Context(), cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := &pulse{site: &site{cfg: cfg, cluster: cluster}}
	for name, want := range map[string]string{
		"one":           "10.77.0.11: tcp 10.77.0.100:80, udp 10.77.0.101:53",
		"10.77.0.11":    "10.77.0.11: tcp 10.77.0.100:80, udp 10.77.0.101:53",
		"10.77.0.11:53": "10.77.0.11: udp 10.77.0.101:53",
		"web/one":       "10.77.0.11: tcp 10.77.0.100:80",
		"dns/two":       `no active real server is called "dns/two": pulse status lists them`,
		"two":           "10.77.0.12: tcp 10.77.0.100:80",
		"off":           `no active real server is called "off": pulse status lists them`,
		"web":           `no active real server is called "web": pulse status lists them`,
	} {
		orders, err := p.Orders(t.Context(), name)
		got := fmt.Sprint(err)
		if err == nil {
			got = ordersText(orders)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func ordersText(orders []control.Order) string {
	var lines []string
	for _, o := range orders {
		var keys []string
		for _, w := range o.Watches {
			keys = append(keys, w.Key())
		}
		slices.Sort(keys)
		lines = append(lines, o.Server.String()+": "+strings.Join(keys, ", "))
	}
	return strings.Join(lines, "; ")
}

// TestFailoverPosts are the services that run on the routers themselves.
func TestFailoverPosts(t *testing.T) {
	spec := lvscf.Virtual{Protocol: "tcp", Port: 25}
	spec.Name, spec.VIP.Addr = "mail", netip.MustParseAddr("10.77.0.102")
	s := &failovers{all: []*failover{{spec: spec}}}
	want := post{spec.VIP.Addr, "tcp 10.77.0.102:25", 25}
	if got := s.posts(); len(got) != 1 || got["mail"] != want {
		t.Errorf("posts %+v, want %+v", got, want)
	}
}

func TestOwnMemory(t *testing.T) {
	if n := ownMemory(os.Getpid()); n < 1<<20 || n > 1<<32 {
		t.Errorf("this process has %d bytes", n)
	}
	if ownMemory(0) != 0 || ownMemory(1<<30) != 0 {
		t.Error("nobody has memory")
	}
}
