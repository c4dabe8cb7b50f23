package main

import (
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"pacu/control"
	"pacu/director"
	"pacu/lvscf"
)

// What lvs.cf asks for is what nannies are asked for.
func TestChecks(t *testing.T) {
	text := `primary = 10.1.0.1
network = direct
virtual web {
     active = 1
     address = 10.1.0.200 eth0:1
     port = 80
     retry = 2
     rise = 3
     fall = 2
     damping = 1
     check = http
     check_path = /ok
     check_status = 200-299
     check_timeout = 3
     probe vip {
         check = tcp
         check_through_vip = 1
         check_connect_timeout = 1
     }
     probe other {
         check = tcp
         check_through_vip = 1
         check_port = 81
         check_source = 10.1.0.9
     }
     probe ping {
         check = ping
         check_through_vip = 1
     }
     server here {
         address = 10.1.0.1
         active = 1
     }
     server web-1 {
         address = 10.1.0.11
         active = 1
     }
}
virtual range {
     active = 1
     address = 10.1.0.201 eth0:2
     ports = 8000-8100
     port = 8000
     check = tcp
     check_through_vip = 1
     server web-1 {
         address = 10.1.0.11
         active = 1
         port = 8001
     }
}
`
	cfg, problems := lvscf.Read("lvs.cf", []byte(text))
	if cfg == nil {
		t.Fatal(problems.Err())
	}
	cluster, err := director.NewCluster(t.Context(), cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	cluster.SetLocal([]netip.Addr{netip.MustParseAddr("10.1.0.1")})
	source := netip.MustParseAddr("10.1.0.2")
	cluster.SetWays(func(netip.Addr, bool) director.Way { return director.Way{Source: source, Interface: "eth0"} })
	s := &site{cfg: cfg, cluster: cluster}
	orders := new(pulse).orders(s)

	vip, vip2 := netip.MustParseAddr("10.1.0.200"), netip.MustParseAddr("10.1.0.201")
	own := control.Check{Kind: "http", Path: "/ok", Status: "200-299", Timeout: control.Duration(3 * time.Second)}
	here := []control.Check{
		own, {Kind: "tcp", Connect: control.Duration(time.Second)},
		{Kind: "tcp", Port: 81, Source: netip.MustParseAddr("10.1.0.9")}, {Kind: "ping"},
	}
	away := []control.Check{
		own, {Kind: "tcp", Connect: control.Duration(time.Second), Address: vip, Port: 80, Source: source},
		{Kind: "tcp", Address: vip, Port: 81, Source: netip.MustParseAddr("10.1.0.9")}, {Kind: "ping"},
	}
	ranged := []control.Check{{Kind: "tcp", Address: vip2, Port: 8001, Source: source}}
	mark := orders[netip.MustParseAddr("10.1.0.11")].Watches[0].Checks[1].Mark
	if mark == 0 {
		t.Error("a check through the VIP has no mark")
	}
	away[1].Mark, away[2].Mark, ranged[0].Mark = mark, mark, mark
	for _, tt := range []struct {
		server string
		want   [][]control.Check
	}{
		{"10.1.0.1", [][]control.Check{here}},
		{"10.1.0.11", [][]control.Check{away, ranged}},
	} {
		var got [][]control.Check
		for _, w := range orders[netip.MustParseAddr(tt.server)].Watches {
			got = append(got, w.Checks)
		}
		if d := cmp.Diff(tt.want, got, cmpopts.EquateComparable(netip.Addr{})); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.server, d)
		}
	}
	w := orders[netip.MustParseAddr("10.1.0.11")].Watches[0]
	if w.Retry != control.Duration(2*time.Second) || w.Rise != 3 || w.Fall != 2 || !w.Damping {
		t.Errorf("retry %v rise %d fall %d damping %v", w.Retry, w.Rise, w.Fall, w.Damping)
	}
	if len(orders) != 2 {
		t.Errorf("orders for %d servers", len(orders))
	}
}

// Each field of a check reaches the nanny under its own name.
func TestCheckOf(t *testing.T) {
	for f := range reflect.TypeFor[lvscf.Check]().Fields() {
		switch f.Name {
		case "Probe", "Pos", "ThroughVIP":
			continue
		}
		var k lvscf.Check
		fill := reflect.ValueOf(&k).Elem().FieldByIndex(f.Index)
		switch v := fill.Addr().Interface().(type) {
		case *string:
			*v = "x"
		case **string:
			*v = new("x")
		case *[]string:
			*v = []string{"x"}
		case *bool:
			*v = true
		case *int:
			*v = 7
		case *uint16:
			*v = 7
		case *uint32:
			*v = 7
		case *time.Duration:
			*v = 7
		case *netip.Addr:
			*v = netip.MustParseAddr("10.1.0.7")
		default:
			t.Fatalf("%s: a %T", f.Name, v)
		}
		got := checkOf(&k)
		there := reflect.ValueOf(got).FieldByName(f.Name)
		if !there.IsValid() || there.IsZero() {
			t.Errorf("%s is lost", f.Name)
			continue
		}
		there = reflect.ValueOf(&got).Elem().FieldByName(f.Name)
		there.SetZero()
		if !reflect.ValueOf(got).IsZero() {
			t.Errorf("%s is another field too: %+v", f.Name, got)
		}
	}
}
