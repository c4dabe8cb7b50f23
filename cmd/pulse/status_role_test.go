package main

import (
	"net/netip"
	"testing"
	"time"

	"pacu/control"
)

// TestStatusTextOfThePair has all that is about the role.
func TestStatusTextOfThePair(t *testing.T) {
	now := time.Date(2026, 11, 21, 3, 4, 5, 0, time.UTC)
	before := func(d time.Duration) time.Time { return now.Add(-d) }
	began := before(time.Minute)
	address := netip.MustParseAddr
	s := &control.Snapshot{
		Version: "1.0", Taken: now, Pid: 4711, Hostname: "lvs-01",
		Config: control.Config{Path: "/etc/sysconfig/ha/lvs.cf", SerialNo: 3, Network: "direct"},
		Router: control.Router{
			Role: control.Primary, State: control.Active, Since: began, Why: "the partner is silent", Address: address("10.10.1.31"),
			Phase: "handing over", Faults: []string{"witness 10.10.1.1 does not answer", "script uplink failed"},
			Held: true, Blind: true, Key: "5f0c77ae", KeyOld: true, Preempt: true,
		},
		Partner: &control.Partner{
			Role: control.Backup, Address: address("fd00::32"), State: control.Standby, Phase: "taking over",
			Keyed: true, SerialNo: 4, Version: "0.9", ConfigDiffers: true, Faults: 2, Held: true, ServersUp: 1, Servers: 2,
			Paths: []control.Path{
				{
					Name: "public", Local: "10.10.1.31:539", Remote: "10.10.1.32:539", LastHeard: before(300 * time.Millisecond),
					Sent: 1800, Heard: 1799, Dropped: 6, DroppedFor: map[string]uint64{"replayed": 3, "another key": 1, "too short": 2},
				},
				{Name: "private", Local: "10.8.8.31:539", Remote: "10.8.8.32:539", Silent: true, Sent: 9, Error: "network is down"},
			},
		},
		Links: []control.Link{{Name: "eth0", Up: true}, {Name: "eth1"}},
		Witnesses: []control.Witness{
			{Address: address("10.10.1.1"), How: "arp", Why: "no answer for 3s", Since: before(3 * time.Second)},
			{Address: address("10.10.1.254"), How: "ping", OK: true, Why: "answered"},
		},
		Scripts: []control.Script{{Name: "uplink", Why: "exit status 1", Since: before(4 * time.Second), Took: control.Duration(12 * time.Millisecond)}},
		Sync:    &control.Sync{Role: "master", Interface: "eth1", ID: 7, Connections: 41, Partner: 40},
		Takeovers: []control.Takeover{
			{
				Began: began, To: control.Active, Why: "the partner is silent", Steps: []control.Moment{
					{At: began.Add(-time.Second), What: "last heartbeat on public"},
					{At: began, What: "decided to serve"},
					{At: began.Add(4250 * time.Microsecond), What: "10.10.1.30 up and announced"},
				},
			},
			{Began: began.Add(-time.Hour), To: control.Standby, Why: "a switchover"},
		},
	}
	checkStatus(t, s, "testdata/status_pair.golden")
}

// TestStatusTextOfFos has no virtual servers, but failovers.
func TestStatusTextOfFos(t *testing.T) {
	now := time.Date(2026, 11, 21, 3, 4, 5, 0, time.UTC)
	vip := netip.MustParseAddr("10.10.1.30")
	s := &control.Snapshot{
		Version: "1.0", Taken: now, Pid: 4711, Hostname: "lvs-02",
		Config: control.Config{Path: "/etc/sysconfig/ha/lvs.cf", SerialNo: 3},
		Router: control.Router{Role: control.Backup, State: control.Standby, Since: now, Why: "the partner serves", Key: "5f0c77ae"},
		Partner: &control.Partner{
			Role: control.Primary, Address: netip.MustParseAddr("10.10.1.31"), State: control.Active, Keyed: true, SerialNo: 3,
		},
		Addresses: []control.Address{{Prefix: netip.PrefixFrom(vip, 24), Device: "eth0:1", For: []string{"nginx"}}},
		Failovers: []control.Failover{
			{Name: "nginx", Address: vip, Port: 80, State: "runs on the partner", Health: control.Up, Why: "HTTP answered", Since: now.Add(-time.Hour)},
			{Name: "smtp", Address: vip, Port: 25, State: "runs on the partner", Health: control.Untried},
		},
	}
	checkStatus(t, s, "testdata/status_fos.golden")
}
