package doctor

import (
	"net/netip"
	"os"
	"testing"

	"pacu/control"
	"pacu/doctor/nft"
	"pacu/lvscf"
)

// healthyText is the lvs.cf of the router of these tests, the primary.
const healthyText = `serial_no = 7
primary = 10.77.0.1
primary_private = 10.78.0.1
backup = 10.77.0.2
backup_private = 10.78.0.2
backup_active = 1
service = lvs
network = nat
nat_router = 10.78.0.254 eth1:0
nat_nmask = 255.255.255.0
virtual web {
     active = 1
     address = 10.77.0.100 eth0:1
     port = 80
     scheduler = wlc
     server web-1 {
         address = 10.78.0.11
         active = 1
     }
}
virtual plain {
     active = 1
     address = 10.77.0.101 eth0:2
     port = 443
     forward = direct
     scheduler = rr
     server web-2 {
         address = 10.77.0.12
         active = 1
     }
}
`

func prefix(s string) netip.Prefix { return netip.MustParsePrefix(s) }
func addr(s string) netip.Addr     { return netip.MustParseAddr(s) }

// healthy are the facts of an active router that is well, by an lvs.cf.
func healthy(t *testing.T, text string) *Facts {
	t.Helper()
	cfg, ps := lvscf.Read("lvs.cf", []byte(text))
	if cfg == nil {
		t.Fatalf("lvs.cf: %v", ps)
	}
	f := &Facts{
		Root: true, Config: cfg, ConfigPath: "/etc/sysconfig/ha/lvs.cf", SHA256: "abc", Version: "1.0",
		Hosts:   map[lvscf.Host]netip.Addr{},
		Sysctls: map[string]string{"net.ipv4.ip_forward": "1", "net.ipv4.conf.all.rp_filter": "0", "net.ipv4.vs.drop_entry": "0"},
		Kernel: Kernel{Release: "6.1.0-40-amd64", Modules: map[string]string{"ip_vs": loaded, "nf_tables": loadable, "ip_vs_wlc": loaded, "ip_vs_rr": loadable},
			IPVS: &IPVS{Version: "1.2.1", Buckets: 4096, Connections: 10}},
		Links: []Link{{"lo", 1, true, true}, {"eth0", 2, true, true}, {"eth1", 3, true, true}},
		Addresses: []Address{
			{prefix("127.0.0.1/8"), "lo", "lo", false},
			{prefix("10.77.0.1/24"), "eth0", "eth0", false}, {prefix("10.78.0.1/24"), "eth1", "eth1", false},
			{prefix("10.77.0.100/32"), "eth0", "eth0:1", true}, {prefix("10.77.0.101/32"), "eth0", "eth0:2", true},
			{prefix("10.78.0.254/24"), "eth1", "eth1:0", true},
		},
		Routes:    []Route{{prefix("0.0.0.0/0"), addr("10.77.0.250"), "eth0"}},
		Neighbors: []Neighbor{{addr("10.77.0.2"), "eth0", "02:00:00:00:00:02"}, {addr("10.77.0.12"), "eth0", "02:00:00:00:00:12"}},
		Firewall:  &nft.Ruleset{},
		Files: []File{
			{Path: "/etc/sysconfig/ha/lvs.cf", What: fileConfig, Mode: 0o640}, {Path: "/etc/sysconfig/ha/lvs.key", What: fileKey, Mode: 0o600},
			{Path: "/etc/sysconfig/ha", What: fileFolder, Mode: os.ModeDir | 0o770}, {Path: "/run/pulse/control.sock", What: fileSocket, Mode: os.ModeSocket | 0o660},
		},
		Disks: []Disk{{"/etc/sysconfig/ha", 1 << 30, 10 << 30, 1e6, 2e6}},
		Boot:  Boot{By: "systemd", Enabled: map[string]bool{"pulse": true, "lvsgui": true}},
		Clock: Clock{Known: true, Synchronized: true},
		Pulse: &control.Snapshot{
			Version: "1.0", Config: control.Config{Path: "/etc/sysconfig/ha/lvs.cf", SerialNo: 7, SHA256: "abc"},
			Router: control.Router{Role: control.Primary, State: control.Active},
			Partner: &control.Partner{Address: addr("10.77.0.2"), State: control.Standby, Keyed: true, Version: "1.0",
				Paths: []control.Path{{Name: "public", Remote: "10.77.0.2:539"}, {Name: "private", Remote: "10.78.0.2:539"}}},
		},
	}
	hosts := []lvscf.Host{cfg.Primary, cfg.PrimaryPrivate, cfg.Backup, cfg.BackupPrivate}
	for _, v := range cfg.Virtuals {
		for _, s := range v.Servers {
			hosts = append(hosts, s.Address)
		}
	}
	for _, h := range hosts {
		if a, ok := h.Addr(); ok {
			f.Hosts[h] = a
		}
	}
	return f
}
