package web

import (
	"net/netip"
	"time"

	"pacu/control"
)

// uneasy gives a snapshot all that may be said of a pair.
func uneasy(s *control.Snapshot) {
	ago := func(d time.Duration) time.Time { return s.Taken.Add(-d) }
	address := netip.MustParseAddr
	s.Config.SerialNo = 3
	r := &s.Router
	r.Phase, r.Faults = "handing over", []string{"witness 10.10.1.1 does not answer", "script uplink fails: exit status 1"}
	r.Held, r.Blind, r.Preempt, r.Key, r.KeyOld = true, true, true, "5f0c77ae", true
	r.Keepalive, r.Deadtime = control.Duration(250*time.Millisecond), control.Duration(time.Second)
	p := s.Partner
	p.Keyed, p.Phase, p.SerialNo, p.ConfigDiffers, p.Faults, p.Held, p.ServersUp, p.Servers = true, "taking over", 4, true, 2, true, 1, 4
	p.Version = s.Version
	p.Paths[0].Dropped, p.Paths[0].DroppedFor = 12006, map[string]uint64{"replayed": 2, "signed with another key": 12003, "too short": 1}
	p.Paths[1].Silent, p.Paths[1].LastHeard = true, ago(4*time.Second)
	s.Links = append(s.Links, control.Link{Name: "bond0.117"})
	s.Witnesses = []control.Witness{
		{Address: address("10.10.1.1"), How: "arp", Why: "no answer for 3s", Since: ago(3 * time.Second)},
		{Address: address("2001:db8::1"), How: "ping", OK: true, Why: "answered", Since: ago(26 * time.Hour)},
	}
	s.Scripts = []control.Script{{Name: "uplink", Why: "exit status 1", Since: ago(4 * time.Second), Took: control.Duration(12 * time.Millisecond)}}
	s.Sync = &control.Sync{Role: "master", Interface: "eth1", ID: 7, Connections: 41212, Partner: 41190}
	began := ago(2 * time.Minute)
	steps := []control.Moment{
		{At: began.Add(-1012 * time.Millisecond), What: "last heartbeat on private"},
		{At: began.Add(-1001 * time.Millisecond), What: "last heartbeat on public"},
		{At: began, What: "no path has carried a heartbeat for 1s: decided to serve"},
		{At: began.Add(1870 * time.Microsecond), What: "10.10.1.30 is up and announced"},
		{At: began.Add(2940 * time.Microsecond), What: "10.10.1.40 is up and announced"},
		{At: began.Add(61 * time.Millisecond), What: "first request served: http_server"},
	}
	s.Takeovers = append([]control.Takeover{{Began: began, To: control.Active, Why: "the partner is silent", Steps: steps}}, s.Takeovers...)
}

// failingOver makes a snapshot that of a standby whose pair runs its services
// itself.
func failingOver(s *control.Snapshot) {
	vip := netip.MustParseAddr("10.10.1.30")
	s.Services, s.Nannies, s.Trouble, s.Events, s.Config.Network = nil, s.Nannies[:1], nil, nil, ""
	s.Router.State, s.Router.Why, s.Partner.State = control.Standby, "the partner serves", control.Active
	s.Addresses = []control.Address{{Prefix: netip.PrefixFrom(vip, 24), Device: "eth0:1", For: []string{"nginx", "smtp"}}}
	s.Failovers = []control.Failover{
		{Name: "nginx", Address: vip, Port: 80, State: "runs on the partner", Health: control.Up, Why: "HTTP answered", Since: s.Taken.Add(-time.Hour)},
		{Name: "smtp", Address: vip, Port: 25, State: "failed", Health: control.Down, Why: "start_cmd: exit status 1"},
	}
}

// fosFile is the lvs.cf of such a pair.
const fosFile = `serial_no = 3
primary = 10.10.1.31
service = fos
backup_active = 1
backup = 10.10.1.32
failover nginx {
     active = 1
     address = 10.10.1.30 eth0:1
     vip_nmask = 255.255.255.0
     port = 80
     start_cmd = "/usr/sbin/service nginx start"
     stop_cmd = "/usr/sbin/service nginx stop"
}
`
